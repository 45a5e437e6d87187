"""`baike corpus diff` gives exactly what was changed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import baike_spider.corpus.build as building
from baike_spider.cli import main
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.diff import count_changes, diff_corpora
from baike_spider.corpus.reader import open_corpus
from extractors import Entry, Quantity, Row, Value
from tests.conftest import ROOT
from tests.corpus.crawls import Plain, plain_triples, write_crawl
from tests.shards.specimens import entry_of


def corpus_of(folder: Path, entries: list[Entry]) -> Path:
    build_corpus([write_crawl(folder / "crawl", entries, entries_a_shard=100)], folder / "corpus")
    return folder / "corpus"


def changes(old: Path, new: Path) -> list[dict[str, Any]]:
    return [change.as_dict() for change in diff_corpora(open_corpus(old), open_corpus(new))]


def plain(found: list[dict[str, Any]], change: str) -> set[Plain]:
    return {(c["subject"], c["predicate"], c["object"]) for c in found if c["what"] == "triple" and c["change"] == change}


@pytest.mark.parametrize("partition_bytes", [None, 60_000], ids=["one partition", "more in the second"])
def test_one_percent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partition_bytes: int | None) -> None:
    old = [entry_of(number) for number in range(1, 401)]
    later = [replace(entry, fetched_at="2026-07-01T00:00:00Z", digest=f"sha256:{entry.lemma_id:064d}", source="elsewhere") for entry in old]
    gone, new = later[7], entry_of(1000)
    changed = replace(later[99], rows=(*later[99].rows[:1], Row("职业", "画家", (Value("画家"),))))
    retyped = replace(
        later[199], rows=(*later[199].rows[:3], Row("身高", "约174 cm", (Value("约174 cm", quantity=Quantity(174, 175, "cm")),)))
    )
    later = [changed if entry is later[99] else retyped if entry is later[199] else entry for entry in later if entry is not gone] + [new]
    before = corpus_of(tmp_path / "old", old)
    if partition_bytes:
        monkeypatch.setattr(building, "PARTITION_BYTES", partition_bytes)
    after = corpus_of(tmp_path / "new", later)
    assert (open_corpus(after).manifest.partitions > 1) == bool(partition_bytes)
    found = changes(before, after)
    assert {(c["entry"], c["change"]) for c in found if c["what"] == "entry"} == {
        ("baidu_baike#8", "removed"),
        ("baidu_baike#100", "changed"),
        ("baidu_baike#200", "changed"),
        ("baidu_baike#1000", "added"),
    }
    was, is_now = plain_triples(old), plain_triples(later)
    assert plain(found, "added") == is_now - was
    assert plain(found, "removed") == was - is_now
    [typed] = [c for c in found if c["what"] == "triple" and c["change"] == "changed"]
    assert (typed["object"], typed["old"], typed["new"]) == ("约174 cm", {"high": 174.0}, {"high": 175.0})
    [rows_changed] = [c for c in found if c["entry"] == "baidu_baike#100" and c["what"] == "entry"]
    assert list(rows_changed["old"]) == ["rows"]

    documented = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8").partition("\n## Diff\n")[2].partition("\n## Query\n")[0]
    summary = count_changes(open_corpus(before), open_corpus(after))
    for field in {name for change in found for name in change} | summary.keys() | summary["entries"].keys():
        assert f"`{field}`" in documented, field


def test_nothing_changed(tmp_path: Path) -> None:
    entries = [entry_of(number) for number in range(1, 20)]
    one, other = corpus_of(tmp_path / "a", entries), corpus_of(tmp_path / "b", [replace(entry, fetched_at=None) for entry in entries])
    assert changes(one, one) == changes(one, other) == []


def test_new_names_and_another_subject_are_a_change(tmp_path: Path) -> None:
    one = corpus_of(tmp_path / "a", [entry_of(1), entry_of(2)])
    other = corpus_of(tmp_path / "b", [entry_of(1, aliases=("别名1", "又名")), entry_of(2, sense="县")])
    found = [c for c in changes(one, other) if c["what"] == "entry"]
    assert [(c["entry"], c["old"], c["new"]) for c in found] == [
        ("baidu_baike#1", {"aliases": ["别名1"]}, {"aliases": ["别名1", "又名"]}),
        ("baidu_baike#2", {"sense": None}, {"sense": "县"}),
    ]


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = corpus_of(tmp_path / "a", [entry_of(1), entry_of(2)]), corpus_of(tmp_path / "b", [entry_of(1), entry_of(3)])
    capsys.readouterr()
    assert main(["corpus", "diff", str(one), str(other), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == changes(one, other)
    assert main(["corpus", "diff", str(one), str(other), "--json", "--summary", "-o", str(tmp_path / "s.json")]) == 0
    summary = json.loads((tmp_path / "s.json").read_bytes())
    assert summary["entries"] == {"before": 2, "after": 2, "added": 1, "removed": 1, "changed": 0}
    assert summary["triples"]["added"] == sum(line["what"] == "triple" and line["change"] == "added" for line in lines)
    assert main(["corpus", "diff", str(one), str(other)]) == 0
    assert capsys.readouterr().out.splitlines()[1].split() == ["entries", "2", "2", "1", "1", "0"]
    assert main(["corpus", "diff", str(one), str(tmp_path)]) == 2
