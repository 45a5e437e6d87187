"""Shards roll by size, several workers share a folder, and only what was committed gets listed."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from baike_spider.shards import ShardError, load_manifest, read_entries, read_triples, verify
from baike_spider.shards import writer as writer_module
from extractors.model import Quantity, Row, Value
from extractors.triples import triples
from tests.shards.specimens import assert_sound, entry_of, files_in, ids_in, reject_of, writer_of


def fill(folder: Path, ids: range, *, every: int = 5, **options: object) -> None:
    with writer_of(folder, **options) as writer:
        for number in ids:
            writer.write(entry_of(number))
            if number % 4 == 0:
                writer.reject(reject_of(number))
            if number % every == 0:
                writer.commit()


def test_same_records_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fill(tmp_path / name, range(40), roll_bytes=2000)
    assert files_in(tmp_path / "a") == files_in(tmp_path / "b")
    assert len(files_in(tmp_path / "a")) > 7


def test_shards_roll_by_size_and_keep_the_order(tmp_path: Path) -> None:
    fill(tmp_path, range(60), roll_bytes=2000)
    assert_sound(tmp_path, committed=set(range(60)), written=set(range(60)))
    assert ids_in(tmp_path) == list(range(60))
    shards = load_manifest(tmp_path).of("entries")
    assert len(shards) > 3
    assert all(shard.bytes < 4000 for shard in shards)
    assert [shard.path for shard in shards] == [f"entries/w-{number:05d}.jsonl.zst" for number in range(len(shards))]


def test_the_manifest_says_what_is_there(tmp_path: Path) -> None:
    fill(tmp_path, range(9))
    data = json.loads((tmp_path / "manifest.json").read_bytes())
    entries, rejects, facts = data.pop("shards")
    assert data.pop("triples_columns")[:3] == ["subject", "predicate", "object"]
    assert data == {
        "schema": 1, "crawl": "c", "site": "baidu_baike", "created": "2026-01-02T03:04:05Z", "updated": "2026-01-02T03:04:05Z", "extractors": ["0.1.0"],
        "counts": {"entries": 9, "triples": sum(len(list(triples(entry_of(n)))) for n in range(9)), "rejects": 3,
                   "layouts": {"basicinfo": 6, "react": 3}, "verdicts": {"not_an_entry": 3}},
    }  # fmt: skip
    assert (entries["kind"], entries["records"], entries["counts"]) == ("entries", 9, {"basicinfo": 6, "react": 3})
    assert (rejects["kind"], rejects["records"], rejects["extractors"]) == ("rejects", 3, [])
    assert (facts["kind"], facts["records"]) == ("triples", data["counts"]["triples"])
    assert entries["bytes"] == (tmp_path / entries["path"]).stat().st_size


def test_a_reader_sees_finished_shards_only(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        assert ids_in(tmp_path) == []
        writer.write(entry_of(1))
        writer.commit()
        assert ids_in(tmp_path) == []
        assert verify(tmp_path) == []
        writer.roll()
        assert ids_in(tmp_path) == [1]
        writer.write(entry_of(2))
        assert writer.listed_entries() == 1
    assert ids_in(tmp_path) == [1, 2]


def test_only_what_was_committed_is_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_FRAME_BYTES", 1)
    committed: set[int] = set()
    with writer_of(tmp_path, roll_bytes=900) as writer:
        for number in range(40):
            writer.write(entry_of(number))
            assert set(ids_in(tmp_path)) <= committed
            if number % 7 == 0:
                writer.commit()
                committed = set(range(number + 1))
        assert len(load_manifest(tmp_path).of("entries")) > 3


def test_a_writer_that_never_commits_rolls_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer_module, "_FRAME_BYTES", 1)
    with writer_of(tmp_path, roll_bytes=2000) as writer:
        for number in range(20):
            writer.write(entry_of(number))
        assert len(load_manifest(tmp_path).of("entries")) > 1


def test_commits_without_records_leave_no_file(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        writer.commit()
        writer.roll()
    assert list(files_in(tmp_path)) == ["manifest.json"]
    assert list(read_entries(tmp_path)) == []


def test_an_entry_without_triples_has_no_triple_shard(tmp_path: Path) -> None:
    bare = entry_of(1, rows=(), aliases=(), tags=(), summary="", sense=None, relations=())
    with writer_of(tmp_path) as writer:
        writer.write(bare)
    assert not list(triples(bare))
    assert ids_in(tmp_path) == [1]
    assert list(read_triples(tmp_path)) == []
    assert verify(tmp_path) == []


def test_two_writers_share_a_folder(tmp_path: Path) -> None:
    with writer_of(tmp_path, worker="a", roll_bytes=1500) as first, writer_of(tmp_path, worker="b", roll_bytes=1500) as second:
        for number in range(0, 40, 2):
            first.write(entry_of(number))
            second.write(entry_of(number + 1))
            first.commit()
            second.commit()
    assert_sound(tmp_path, committed=set(range(40)), written=set(range(40)))


def test_two_writers_of_one_name_do_not_meet(tmp_path: Path) -> None:
    with writer_of(tmp_path) as first, writer_of(tmp_path) as second:
        first.write(entry_of(1))
        second.write(entry_of(2))
        first.commit()
        second.commit()
    assert_sound(tmp_path, committed={1, 2}, written={1, 2})


def test_a_later_run_goes_on_counting(tmp_path: Path) -> None:
    fill(tmp_path, range(5))
    (tmp_path / "entries/w-00000.jsonl.zst").rename(tmp_path / "moved-away")
    fill(tmp_path, range(5, 10))
    assert [shard.path for shard in load_manifest(tmp_path).of("entries")] == ["entries/w-00000.jsonl.zst", "entries/w-00001.jsonl.zst"]
    (tmp_path / "moved-away").rename(tmp_path / "entries/w-00000.jsonl.zst")
    assert ids_in(tmp_path) == list(range(10))


def test_threads_write_while_another_commits(tmp_path: Path) -> None:
    writer = writer_of(tmp_path, roll_bytes=4000)
    stop = threading.Event()

    def commit() -> None:
        while not stop.is_set():
            writer.commit()

    threads = [threading.Thread(target=commit)]
    threads += [threading.Thread(target=lambda n=n: [writer.write(entry_of(i)) for i in range(n, 200, 2)]) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads[1:]:
        thread.join()
    stop.set()
    threads[0].join()
    writer.close()
    assert_sound(tmp_path, committed=set(range(200)), written=set(range(200)))


def test_an_entry_that_json_cannot_hold_takes_nothing(tmp_path: Path) -> None:
    bad = entry_of(2, rows=(Row("高", "?", (Value("?", quantity=Quantity(float("nan"), None, "")),)),))
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(1))
        with pytest.raises(ValueError, match="JSON compliant"):
            writer.write(bad)
        writer.write(entry_of(3))
    assert_sound(tmp_path, committed={1, 3}, written={1, 3})


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    writer = writer_of(tmp_path)
    writer.close()
    writer.close()
    for call in (lambda: writer.write(entry_of(1)), lambda: writer.reject(reject_of(1)), writer.commit, writer.roll):
        with pytest.raises(ShardError, match="closed"):
            call()


def test_a_folder_is_one_crawl(tmp_path: Path) -> None:
    writer_of(tmp_path).close()
    with pytest.raises(ShardError, match="holds crawl 'c' of baidu_baike, not 'd' of baidu_baike; give every crawl a folder of its own"):
        writer_of(tmp_path, crawl="d")
    with pytest.raises(ValueError, match="triples_format is jsonl or tsv"):
        writer_of(tmp_path, triples_format="csv")


def test_the_newest_extractor_is_named_beside_the_older(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        writer.write(replace(entry_of(1), extractor="0.2.0"))
        writer.write(entry_of(2))
    assert load_manifest(tmp_path).extractors == ("0.1.0", "0.2.0")
