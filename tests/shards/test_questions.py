"""Shards of questions: written, rolled, read back, recovered from a dead worker; beside them neither entries nor triples."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from baike_spider.shards import (
    QUESTION_KINDS,
    ShardDamaged,
    ShardWriter,
    load_manifest,
    read_entries,
    read_questions,
    read_triples,
    salvage,
    verify,
)
from baike_spider.shards.verify import Problem
from extractors import Entry, Question

OWNER = {"crawl": "zhidao", "site": "baidu_zhidao"}


def question(number: int) -> Question:
    return Question(f"http://zhidao.baidu.com/question/{number}.html", f"第{number}问？", ("学校", "专科"), extractor="0.1.0")


def writer(folder: Path, **more: object) -> ShardWriter:
    return ShardWriter(folder, worker="w", kinds=QUESTION_KINDS, clock=lambda: 1.7e9, **OWNER, **more)  # type: ignore[arg-type]


def write(folder: Path, numbers: Iterable[int]) -> None:
    with writer(folder) as out:
        for number in numbers:
            out.write_question(question(number))


def test_a_record_has_three_keys_and_comes_back(tmp_path: Path) -> None:
    write(tmp_path, range(1, 4))
    assert list(read_questions(tmp_path)) == [question(number).as_dict() for number in range(1, 4)]
    assert [list(record) for record in read_questions(tmp_path)] == [["url", "question", "tags"]] * 3
    assert verify(tmp_path) == []
    manifest = load_manifest(tmp_path)
    assert manifest.counts == {"entries": 0, "triples": 0, "rejects": 0, "questions": 3, "layouts": {}, "verdicts": {}}
    assert manifest.extractors == ("0.1.0",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "manifest.lock", "questions", "rejects"]
    assert list(read_entries(tmp_path)) == list(read_triples(tmp_path)) == []


def test_a_rich_record(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        out.write_question(question(1), question(1).as_rich_dict())
    assert list(read_questions(tmp_path)) == [question(1).as_rich_dict()]
    assert verify(tmp_path) == []


def test_many_become_several_shards_and_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with writer(tmp_path / name, roll_bytes=500) as out:
            for number in range(1, 40):
                out.write_question(question(number))
                out.commit()
    shards = load_manifest(tmp_path / "a").of("questions")
    assert len(shards) > 2
    assert shards == load_manifest(tmp_path / "b").of("questions")
    assert sum(shard.records for shard in shards) == writer(tmp_path / "a").listed_entries() == 39


def test_what_a_dead_worker_committed_is_recovered(tmp_path: Path) -> None:
    dead = writer(tmp_path)
    dead.write_question(question(1))
    dead.commit()
    dead.write_question(question(2))
    for part in dead._parts.values():
        part.release()
    booked: list[Entry | Question] = []
    saved = salvage(tmp_path, **OWNER, before_listing=booked.extend)  # type: ignore[arg-type]
    assert [one.url for one in booked] == [question(1).url]
    assert saved.entry_count == 1
    assert list(read_questions(tmp_path)) == [question(1).as_dict()]
    assert verify(tmp_path) == []


def test_a_line_that_is_no_question_is_damage(tmp_path: Path) -> None:
    with writer(tmp_path) as out:
        out.write_question(question(1), {"question": "x", "url": question(1).url, "tags": []})
    (problem,) = verify(tmp_path)
    assert isinstance(problem, Problem)
    assert problem.kind == "record"
    shard = next((tmp_path / "questions").glob("*.zst"))
    shard.write_bytes(shard.read_bytes()[:-4])
    with pytest.raises(ShardDamaged):
        list(read_questions(tmp_path))


def test_the_folder_of_an_encyclopedia_has_no_questions(tmp_path: Path) -> None:
    ShardWriter(tmp_path, worker="w", crawl="baike", site="baidu_baike").close()
    assert not (tmp_path / "questions").exists()
    assert "questions" not in load_manifest(tmp_path).counts
