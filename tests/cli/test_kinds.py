"""What is given where another thing is expected: a corpus for a crawl, a crawl for a corpus, one shard, a file that is neither."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baike_spider.cli.main import main

OF_CRAWLS = {
    "cat": ("cat", "{corpus}"),
    "head": ("head", "{corpus}", "--entries"),
    "summary": ("summary", "{corpus}"),
    "verify": ("verify", "{corpus}"),
    "build": ("corpus", "build", "{corpus}", "-o", "{new}"),
    "extract": ("extract", "{corpus}", "-o", "{new}"),
    "extract --shards": ("extract", "{pages}", "--shards", "{corpus}"),
}
OF_CORPORA = {
    "query": ("query", "{crawl}", "x"),
    "verify": ("corpus", "verify", "{crawl}"),
    "sql": ("corpus", "sql", "{crawl}", "SELECT 1"),
    "export": ("corpus", "export", "tsv", "{crawl}", "-o", "{new}"),
    "report": ("corpus", "report", "{corpus}", "--previous", "{crawl}", "-o", "{new}"),
    "diff": ("corpus", "diff", "{corpus}", "{crawl}"),
}


@pytest.fixture
def told(places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> object:
    def run(words: tuple[str, ...]) -> str:
        capsys.readouterr()
        assert main([word.format(**places, new=tmp_path / "new") for word in words]) == 2
        assert list(tmp_path.iterdir()) == []
        return capsys.readouterr().err

    return run


@pytest.mark.parametrize("case", OF_CRAWLS)
def test_a_corpus_for_a_crawl(case: str, places: dict[str, Path], told) -> None:
    said = told(OF_CRAWLS[case])
    assert f"{places['corpus']} is a corpus" in said
    assert "damaged" not in said
    if case in ("cat", "head", "summary", "verify"):
        assert "`baike corpus sql|report|export|verify` read it" in said


@pytest.mark.parametrize("case", OF_CORPORA)
def test_a_crawl_for_a_corpus(case: str, places: dict[str, Path], told) -> None:
    assert f"{places['crawl']} is a crawl, no corpus; make one of it: baike corpus build {places['crawl']}" in told(OF_CORPORA[case])


@pytest.mark.parametrize(("kind", "field"), [("entries", "layout"), ("rejects", "verdict")])
def test_a_shard_is_shown_for_what_it_is(
    kind: str, field: str, encyclopedia: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["extract", str(encyclopedia / "pages" / "sense-list"), "--shards", str(tmp_path / "crawl")]) in (0, 9)
    assert main(["extract", str(encyclopedia / "pages" / "biitem"), "--shards", str(tmp_path / "other")]) == 0
    capsys.readouterr()
    shard = next(path for crawl in ("crawl", "other") for path in sorted((tmp_path / crawl / kind).glob("*.zst")))
    assert main(["cat", str(shard)]) == 0
    assert field in json.loads(capsys.readouterr().out.splitlines()[0])


def test_a_file_of_other_records(places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = tmp_path / "entries.jsonl"
    assert main(["extract", str(places["pages"]), "-o", str(entries)]) == 0
    assert main(["cat", str(entries)]) == 2
    assert "of a file of other records say which: --entries" in capsys.readouterr().err
    assert main(["cat", str(entries), "--entries"]) == 0
    assert main(["summary", str(entries)]) == 2
    assert f"{entries} has no manifest.json; give the folder of a crawl" in capsys.readouterr().err


def test_a_crawl_without_an_archive_has_no_pages(places: dict[str, Path], told) -> None:
    assert "is a crawl without an archive" in told(("extract", "{damaged}", "-o", "{new}"))


def test_what_cannot_be_compared_is_told_before_it_is_extracted(
    places: dict[str, Path], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bare = tmp_path / "bare"
    (bare / "warc").mkdir(parents=True)
    (bare / "warc" / "saved.warc.gz").write_bytes(places["warc"].read_bytes())
    monkeypatch.setattr("baike_spider.cli.replay.extract_to_shards", lambda *_, **__: pytest.fail("it was extracted"))
    assert main(["replay", str(bare), "--diff"]) == 2
    assert f"{bare} has no manifest.json" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["entries", "questions", "rejects"])
def test_lines_that_are_no_records_are_told(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_text('{"subject": "x"}\n')
    assert main(["cat", str(lines), f"--{kind}"]) == 2
    assert "lines.jsonl: record 1 lacks '" in capsys.readouterr().err
