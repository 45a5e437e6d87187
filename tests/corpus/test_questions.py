"""A corpus of questions: built exactly, checked, compared, exported; the formats and commands for entries refuse it."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import ijson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import baike_spider.corpus.build as building
from baike_spider.cli import main
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.diff import diff_corpora
from baike_spider.corpus.errors import CorpusError, InputDamaged
from baike_spider.corpus.export import export_corpus, formats
from baike_spider.corpus.reader import open_corpus
from baike_spider.corpus.report.questions import gather_questions
from baike_spider.corpus.schema import ENTRY_CORPUS, QUESTION_CORPUS
from baike_spider.corpus.verify import verify_corpus
from baike_spider.shards import QUESTION_KINDS, ShardWriter, read_questions
from baike_spider.shards.jsonl import encode_text, json_line
from extractors import Question
from tests.corpus.crawls import digests, rows, write_crawl
from tests.shards.specimens import entry_of, weird_text

#: two months of crawls
JANUARY, MARCH = 1767323045.0, 1772500000.0


def question_of(number: int, **changes: Any) -> Question:
    base = Question(
        f"http://zhidao.baidu.com/question/{number}.html", f"第{number}个问题是什么？", ("学校", f"标签{number % 7}"), extractor="0.1.0"
    )
    return replace(base, **changes)


def crawl_of(folder: Path, questions: Iterable[Question], *, when: float = JANUARY, rich: bool = False, site: str = "baidu_zhidao") -> Path:
    with ShardWriter(folder, worker="w", crawl=folder.name, site=site, clock=lambda: when, kinds=QUESTION_KINDS) as out:
        for at, question in enumerate(questions):
            out.write_question(question, question.as_rich_dict() if rich else None)
            if at % 20 == 19:
                out.roll()
    return folder


def records(corpus: Path) -> dict[int, dict[str, Any]]:
    found = rows(corpus, "SELECT question_id, url, question, tags FROM questions")
    assert len({number for number, *_ in found}) == len(found)
    return {number: {"url": url, "question": text, "tags": tags} for number, url, text, tags in found}


def sound(corpus: Path) -> Path:
    assert [str(problem) for problem in verify_corpus(corpus)] == []
    return corpus


def exported(corpus: Path, name: str) -> Path:
    output = corpus.with_name(f"{corpus.name}.{name}")
    export_corpus(open_corpus(corpus), formats()[name], output)
    return output


@pytest.fixture
def many_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "PARTITION_BYTES", 2000)


class TestBuild:
    def test_every_question_once_the_newest(self, tmp_path: Path, many_partitions: None) -> None:
        first = [question_of(number) for number in range(1, 101)]
        later = [question_of(number, question=f"第{number}个问题，改过") for number in range(51, 121)]
        crawls = [crawl_of(tmp_path / "b", first + first[:30]), crawl_of(tmp_path / "a", later, when=MARCH)]
        manifest = build_corpus(crawls, tmp_path / "corpus")
        assert manifest.kind == QUESTION_CORPUS
        assert manifest.partitions > 1
        assert manifest.counts == {"questions": 120, "versions": 200, "verdicts": {}}
        assert manifest.fetched == ("2026-01-02T03:04:05Z", "2026-03-03T01:06:40Z")
        assert manifest.extractors == ("0.1.0",)
        assert [one.questions for one in manifest.inputs if one.name == "b"] == [130]
        expected = {one.question_id: one.as_dict() for one in [*first, *later]}
        assert records(sound(tmp_path / "corpus")) == expected
        assert rows(tmp_path / "corpus", "SELECT versions, count(*) FROM questions GROUP BY 1 ORDER BY 1") == [(1, 40), (2, 80)]

    def test_same_input_same_bytes(self, tmp_path: Path, many_partitions: None) -> None:
        dice = random.Random(4)
        numbers = [dice.randrange(1, 150) for _ in range(300)]
        # of one date: what wins may not depend on who comes first
        questions = [
            question_of(number, question=f"第{number}个，{dice.randrange(3)}", tags=tuple("甲乙丙"[: dice.randrange(4)]))
            for number in numbers
        ]
        one, two = crawl_of(tmp_path / "one", questions[:150]), crawl_of(tmp_path / "two", questions[150:])
        saved = tmp_path / "saved.jsonl"
        saved.write_bytes(b"".join(json_line(question.as_dict()) for question in questions))
        build_corpus([one, two, saved], tmp_path / "x", threads=2)
        build_corpus([saved, two, one, one], tmp_path / "elsewhere", threads=1, memory=512 << 20)
        assert digests(tmp_path / "x") == digests(tmp_path / "elsewhere")
        assert len(records(sound(tmp_path / "x"))) == len(set(numbers))

    def test_a_file_is_older_than_any_crawl(self, tmp_path: Path) -> None:
        (tmp_path / "saved.jsonl").write_bytes(json_line(question_of(1, question="长" * 99).as_dict()))
        build_corpus([tmp_path / "saved.jsonl", crawl_of(tmp_path / "crawl", [question_of(1)])], tmp_path / "corpus")
        assert records(tmp_path / "corpus") == {1: question_of(1).as_dict()}

    def test_of_one_date_the_one_that_knows_more(self, tmp_path: Path) -> None:
        plain = question_of(1, question="问题是什么，请说明白", tags=("甲", "乙", "丙"))
        rich = question_of(1, detail="", asked="2008-07-23T17:08+08:00", answers=2, best_answer="答案\n两行")
        build_corpus([crawl_of(tmp_path / "plain", [plain]), crawl_of(tmp_path / "rich", [rich], rich=True)], tmp_path / "corpus")
        assert json.loads(exported(tmp_path / "corpus", "jsonl").read_text("utf-8")) == rich.as_rich_dict()

    def test_a_crawl_of_two_dates_given_twice_is_the_later(self, tmp_path: Path) -> None:
        """A copy of a crawl whose manifest was written again: which is given first does not matter."""
        crawl = crawl_of(tmp_path / "crawl", [question_of(1)])
        copy = Path(shutil.copytree(crawl, tmp_path / "copy"))
        manifest = json.loads((copy / "manifest.json").read_bytes())
        (copy / "manifest.json").write_text(json.dumps(manifest | {"updated": "2026-05-05T00:00:00Z"}, ensure_ascii=False))
        for inputs in ([crawl, copy], [copy, crawl]):
            assert build_corpus(inputs, tmp_path / "corpus").fetched == ("2026-01-02T03:04:05Z", "2026-05-05T00:00:00Z")

    @settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(st.tuples(weird_text, st.lists(weird_text, max_size=3), st.none() | weird_text), min_size=1, max_size=8))
    def test_any_text_goes_through(self, tmp_path: Path, texts: list[tuple[str, list[str], str | None]]) -> None:
        questions = [
            question_of(number, question=text, tags=tuple(tags), detail=best or "", best_answer=best, answers=number)
            for number, (text, tags, best) in enumerate(texts, 1)
        ]
        shutil.rmtree(tmp_path / "crawl", ignore_errors=True)
        build_corpus([crawl_of(tmp_path / "crawl", questions, rich=True)], tmp_path / "corpus")
        stored = list(read_questions(tmp_path / "crawl"))
        lines = sorted(
            map(json.loads, exported(tmp_path / "corpus", "jsonl").read_bytes().splitlines()), key=lambda one: int(one["answers"])
        )
        assert lines == stored
        assert {encode_text(one["question"]) for one in lines} == {encode_text(text) for text, *_ in texts}
        array = json.loads(exported(tmp_path / "corpus", "zhidao-json").read_bytes())
        assert sorted(map(str, array)) == sorted(str({name: one[name] for name in ("url", "question", "tags")}) for one in stored)

    def test_entries_and_questions_do_not_mix(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        inputs = [write_crawl(tmp_path / "baike", [entry_of(1)]), crawl_of(tmp_path / "zhidao", [question_of(1)])]
        assert main(["corpus", "build", *map(str, inputs), "-o", str(tmp_path / "corpus")]) == 2
        told = capsys.readouterr().err
        assert all(part in told for part in ("baike holds entries", "zhidao holds questions", "build two"))
        assert not (tmp_path / "corpus").exists()

    def test_an_input_that_mixes_them_is_told_with_a_file_of_each(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        mixed = write_crawl(tmp_path / "mixed", [entry_of(1)])
        crawl_of(mixed, [question_of(1)], site="baidu_baike")
        assert main(["corpus", "build", str(mixed), "-o", str(tmp_path / "corpus")]) == 2
        told = capsys.readouterr().err
        assert (
            f"{mixed} holds entries and questions (entries in {mixed}/entries/w-00000.jsonl.zst, questions in {mixed}/questions/w-00001.jsonl.zst)"
            in told
        )

    def test_a_crawl_and_an_extraction_are_one_corpus(self, tmp_path: Path) -> None:
        """The manifest of `baike extract --shards` names no site."""
        crawled = crawl_of(tmp_path / "crawl", map(question_of, (1, 2)))
        extracted = crawl_of(tmp_path / "saved", map(question_of, (2, 3)), site="any")
        assert build_corpus([crawled, extracted], tmp_path / "corpus").counts["questions"] == 3

    def test_two_sites_do_not_mix(self, tmp_path: Path) -> None:
        inputs = [crawl_of(tmp_path / name, [question_of(len(name))], site=name) for name in ("baidu_zhidao", "other_site")]
        with pytest.raises(CorpusError, match="baidu_zhidao and other_site"):
            build_corpus(inputs, tmp_path / "corpus")

    def test_a_crawl_of_rejects_alone_goes_with_either(self, tmp_path: Path) -> None:
        empty = crawl_of(tmp_path / "empty", [])
        manifest = build_corpus([empty, crawl_of(tmp_path / "crawl", [question_of(1)])], tmp_path / "corpus")
        assert (manifest.kind, len(manifest.inputs)) == (QUESTION_CORPUS, 2)
        assert build_corpus([empty, write_crawl(tmp_path / "baike", [entry_of(1)])], tmp_path / "other").kind == ENTRY_CORPUS
        with pytest.raises(CorpusError, match="no questions"):
            build_corpus([empty], tmp_path / "none")

    @pytest.mark.parametrize(
        "line",
        [
            '{"url":"http://zhidao.baidu.com/question/2.html","question":"x"}',
            '{"question":"x","url":"http://zhidao.baidu.com/question/2.html","tags":[]}',
            '{"url":"http://zhidao.baidu.com/list","question":"x","tags":[]}',
            '{"url":"http://zhidao.baidu.com/question/0.html","question":"x","tags":[]}',
            '{"url":"http://zhidao.baidu.com/question/99999999999999999999.html","question":"x","tags":[]}',
            '{"url":"http://zhidao.baidu.com/question/2.html","question":5,"tags":[]}',
            '{"url":"http://zhidao.baidu.com/question/2.html","question":"x","tags":"y"}',
            '{"url":"http://zhidao.baidu.com/question/2.html","question":"x","tags":["y",5]}',
            '{"url":"http://zhidao.baidu.com/question/2.html","question":"x","tags":[null]}',
            *(
                f'{{"url":"http://zhidao.baidu.com/question/2.html","question":"x","tags":[],"detail":{detail},"asked":null,"answers":{answers},"best_answer":null}}'
                for detail, answers in (("5", "1"), ('""', "7.6"), ('""', '"7"'), ('""', "-1"))
            ),
            '{"title":"x"}',
            '{"url":',
        ],
    )
    def test_what_is_no_question_stops_it(self, tmp_path: Path, line: str) -> None:
        (tmp_path / "saved.jsonl").write_text(json_line(question_of(1).as_dict()).decode() + line + "\n", encoding="utf-8")
        with pytest.raises(InputDamaged, match=r"saved\.jsonl"):
            build_corpus([tmp_path / "saved.jsonl"], tmp_path / "corpus")
        assert not (tmp_path / "corpus").exists()

    def test_an_earlier_corpus_is_replaced(self, tmp_path: Path) -> None:
        for number in (1, 2):
            build_corpus([crawl_of(tmp_path / f"{number}", [question_of(number)])], tmp_path / "corpus")
            assert list(records(sound(tmp_path / "corpus"))) == [number]
        (tmp_path / "corpus" / "manifest.json").write_text("{}")
        build_corpus([tmp_path / "1"], tmp_path / "corpus")
        assert list(records(sound(tmp_path / "corpus"))) == [1]


class TestVerify:
    @pytest.fixture
    def corpus(self, tmp_path: Path, many_partitions: None) -> Path:
        build_corpus([crawl_of(tmp_path / "crawl", map(question_of, range(1, 61)))], tmp_path / "corpus")
        return tmp_path / "corpus"

    @pytest.mark.parametrize(
        ("change", "kind"),
        [
            ("SELECT * FROM {file} ORDER BY question_id DESC", "order"),
            ("SELECT * FROM {file} UNION ALL (SELECT * FROM {file} LIMIT 1) ORDER BY question_id", "duplicate"),
            ("SELECT * REPLACE (url || '1' AS url) FROM {file} ORDER BY question_id", "reference"),
            ("SELECT * REPLACE (NULL::VARCHAR AS question) FROM {file} ORDER BY question_id", "schema"),
            ("SELECT * REPLACE (question_id + 1 AS question_id) FROM {file} ORDER BY question_id", "partition"),
        ],
    )
    def test_finds_and_names(self, corpus: Path, change: str, kind: str) -> None:
        name = "questions/00001.parquet"
        path = corpus / name
        duckdb.sql(f"COPY ({change.format(file=f'read_parquet({str(path)!r})')}) TO '{corpus / 'new'}' (FORMAT parquet)")
        (corpus / "new").replace(path)
        _agree(corpus, name)
        assert (name, kind) in [(problem.path, problem.kind) for problem in verify_corpus(corpus)]

    def test_one_byte_and_one_file(self, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
        data = bytearray((corpus / "questions" / "00000.parquet").read_bytes())
        data[len(data) // 3] ^= 1
        (corpus / "questions" / "00000.parquet").write_bytes(data)
        (corpus / "questions" / "00001.parquet").unlink()
        (corpus / "questions" / "stray").touch()
        assert main(["corpus", "verify", str(corpus)]) == 11
        told = capsys.readouterr()
        assert "questions/00000.parquet: its sha256" in told.out
        assert "questions/00001.parquet: the file is missing" in told.out
        assert "questions/stray" in told.out
        assert "crawl crawl: 60 questions" in told.err


def _agree(corpus: Path, name: str) -> None:
    """Makes the manifest say what the file is now."""
    manifest = json.loads((corpus / "manifest.json").read_bytes())
    for shard in manifest["shards"]:
        if shard["path"] == name:
            data = (corpus / name).read_bytes()
            [(held,)] = duckdb.sql(f"SELECT count(*) FROM read_parquet('{corpus / name}')").fetchall()
            manifest["counts"]["questions"] += held - shard["rows"]
            shard.update(bytes=len(data), sha256=sha256(data).hexdigest(), rows=held)
    (corpus / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


class TestDiff:
    def test_exactly_the_change(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        old = [question_of(number) for number in range(1, 101)]
        new = [one for one in old if one.question_id != 7] + [question_of(500)]
        new[20] = replace(new[20], tags=())
        build_corpus([crawl_of(tmp_path / "a", old)], tmp_path / "old")
        monkeypatch.setattr(building, "PARTITION_BYTES", 2000)
        build_corpus([crawl_of(tmp_path / "b", new, when=MARCH)], tmp_path / "new")
        found = [change.as_dict() for change in diff_corpora(open_corpus(tmp_path / "old"), open_corpus(tmp_path / "new"))]
        assert found == [
            {"what": "question", "change": "removed", "question_id": 7, "question": "第7个问题是什么？"},
            {
                "what": "question",
                "change": "changed",
                "question_id": 22,
                "question": "第22个问题是什么？",
                "old": {"tags": ["学校", "标签1"]},
                "new": {"tags": []},
            },
            {"what": "question", "change": "added", "question_id": 500, "question": "第500个问题是什么？"},
        ]
        assert main(["corpus", "diff", str(tmp_path / "old"), str(tmp_path / "new")]) == 0
        assert capsys.readouterr().out.splitlines()[1].split() == ["questions", "100", "100", "1", "1", "1"]

    def test_not_with_entries(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        build_corpus([write_crawl(tmp_path / "baike", [entry_of(1)])], tmp_path / "entries")
        build_corpus([crawl_of(tmp_path / "zhidao", [question_of(1)])], tmp_path / "questions")
        assert main(["corpus", "diff", str(tmp_path / "entries"), str(tmp_path / "questions")]) == 2
        assert "nothing in common" in capsys.readouterr().err


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("questions")
    questions = [
        question_of(565618371557484884, question="学文员有哪些专科学校", tags=("学校", "专科", "院校信息")),
        *map(question_of, range(1, 90)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "PARTITION_BYTES", 2000)
        build_corpus([crawl_of(root / "crawl", questions)], root / "corpus")
    return root / "corpus"


class TestExport:
    def test_zhidao_json_opens_in_a_streaming_parser(self, corpus: Path) -> None:
        with exported(corpus, "zhidao-json").open("rb") as file:
            found = list(ijson.items(file, "item"))
        assert all(list(record) == ["url", "question", "tags"] for record in found)
        assert sorted(map(str, found)) == sorted(map(str, read_questions(corpus.with_name("crawl"))))

    def test_the_record_looks_as_it_always_did(self, corpus: Path) -> None:
        records = {record["url"]: record for record in json.loads(exported(corpus, "zhidao-json").read_bytes())}
        shown = json.dumps(records["http://zhidao.baidu.com/question/565618371557484884.html"], ensure_ascii=False, indent=4)
        assert shown == (
            '{\n    "url": "http://zhidao.baidu.com/question/565618371557484884.html",\n    "question": "学文员有哪些专科学校",\n'
            '    "tags": [\n        "学校",\n        "专科",\n        "院校信息"\n    ]\n}'
        )

    def test_jsonl_are_the_lines_of_the_shards(self, corpus: Path) -> None:
        lines = exported(corpus, "jsonl").read_bytes().splitlines(keepends=True)
        assert sorted(lines) == sorted(map(json_line, read_questions(corpus.with_name("crawl"))))

    @pytest.mark.interop
    def test_huggingface_by_datasets(self, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        datasets = pytest.importorskip("datasets", reason="the extra `interop` is not installed; `make test-interop` runs this")
        monkeypatch.setenv("HF_HUB_OFFLINE", "1")
        loaded = datasets.load_dataset(str(exported(corpus, "huggingface")), split="train", cache_dir=str(tmp_path / "cache"))
        found = {row["url"]: (row["question"], row["tags"]) for row in loaded}
        assert found == {record["url"]: (record["question"], record["tags"]) for record in read_questions(corpus.with_name("crawl"))}
        card = (corpus.with_name("corpus.huggingface") / "README.md").read_text("utf-8")
        assert all(part in card for part in ("90 questions", "| sites | baidu_zhidao |", "config_name: questions"))

    def test_same_corpus_same_bytes(self, corpus: Path, tmp_path: Path) -> None:
        copy = Path(shutil.copytree(corpus, tmp_path / "corpus"))
        for name in ("jsonl", "zhidao-json"):
            assert exported(corpus, name).read_bytes() == exported(copy, name).read_bytes()

    @pytest.mark.parametrize("command", [["query", "{}", "x"], *(["corpus", "export", name, "{}", "-o", "out"] for name in formats())])
    def test_what_is_for_entries_says_so(
        self, corpus: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        able = command[2] in ("jsonl", "zhidao-json", "huggingface")
        assert main([part.format(corpus) for part in command]) == (0 if able else 2)
        assert able or "a corpus of questions" in capsys.readouterr().err

    def test_what_is_for_questions_says_so(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        build_corpus([write_crawl(tmp_path / "baike", [entry_of(1)])], tmp_path / "corpus")
        assert main(["corpus", "export", "zhidao-json", str(tmp_path / "corpus"), "-o", str(tmp_path / "out")]) == 2
        assert "a corpus of entries" in capsys.readouterr().err
        assert not (tmp_path / "out").exists()

    def test_sql(self, corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["corpus", "sql", str(corpus), "SELECT count(*) AS n FROM questions", "--csv"]) == 0
        assert capsys.readouterr().out == "n\n90\n"


class TestReport:
    def test_its_numbers(self, tmp_path: Path) -> None:
        plain = [question_of(number, tags=("甲", "乙")) for number in range(1, 11)] + [
            question_of(11, tags=(), question="同文"),
            question_of(12, question="同文"),
        ]
        rich = question_of(
            13, question="字" * 300, detail="d", asked="2008-07-23T17:08+08:00", answers=3, best_answer="b", tags=("甲", "甲")
        )
        crawls = [crawl_of(tmp_path / "plain", plain), crawl_of(tmp_path / "rich", [rich], rich=True)]
        build_corpus(crawls, tmp_path / "corpus")
        build_corpus(crawls[:1], tmp_path / "older")
        report = gather_questions(
            open_corpus(tmp_path / "corpus"), open_corpus(tmp_path / "older"), memory=1 << 30, threads=1, temp=tmp_path
        )
        assert (report.untagged, report.tag_count, report.detailed, report.best, report.repeated) == (1, 4, 1, 1, 2)
        assert report.tags == [("甲", 11), ("乙", 10), ("学校", 1), ("标签5", 1)]
        assert dict(report.per_question) == {"0": 1, "1": 0, "2": 12, "3": 0, "4": 0, "5": 0, "6+": 0}
        assert sum(count for _, count in report.lengths) == 13
        assert dict(report.lengths)["101+"] == 1
        assert (report.asked, dict(report.answers)["3"]) == ([("2008", 1)], 1)
        assert report.longest[0].size == 300
        assert [(one.size, one.text) for one in report.same] == [(2, "同文")]
        assert report.changes == {"before": 12, "after": 13, "added": 1, "removed": 0, "changed": 0}
        assert {number for number, _, _ in report.examples} < set(range(1, 14))

    def test_one_page_that_needs_nothing_else(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        questions = [*map(question_of, range(1, 9)), question_of(9, question='<script>alert("x")</script>', tags=("</title><b>",))]
        build_corpus([crawl_of(tmp_path / "crawl", questions)], tmp_path / "corpus")
        words = ["corpus", "report", str(tmp_path / "corpus"), "-o", str(tmp_path / "report.html")]
        assert main([*words, "--previous", str(tmp_path / "corpus")]) == 0
        html = (tmp_path / "report.html").read_text("utf-8")
        assert "<script" not in html
        assert "</title><b>" not in html
        assert "http-equiv" not in html
        for title in ("相比", "例子", "标签", "文字", "拒收", "输入"):
            assert f"{title}<small>" in html
        assert "补充信息<small>" not in html
        build_corpus([write_crawl(tmp_path / "baike", [entry_of(1)])], tmp_path / "entries")
        assert main([*words, "--previous", str(tmp_path / "entries")]) == 2
        assert "nothing in common" in capsys.readouterr().err
        assert (tmp_path / "report.html").read_text("utf-8") == html
