"""What is written is what is read, whatever the strings hold."""

from __future__ import annotations

import base64
import json
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baike_spider.shards import COLUMNS, read_entries, read_rejects, read_triples, verify
from baike_spider.shards.frames import read_lines
from baike_spider.shards.jsonl import json_line, triple_from_dict
from baike_spider.shards.tsv import clean_field, triple_from_tsv, tsv_lines
from extractors.model import Entry, Quantity, Row, Triple, Value
from extractors.triples import Fact, triple_of, triples
from tests.shards.specimens import as_field_texts, entry_of, reject_of, weird_text, writer_of

numbers = st.one_of(st.none(), st.integers(-(10**18), 10**18), st.floats(allow_nan=False, allow_infinity=False))
entries_of_any_kind = st.builds(
    lambda number, *texts: entry_of(
        number, **dict(zip(("title", "sense", "url", "digest", "layout", "extractor", "fetched_at"), texts, strict=True))
    ),
    st.integers(0, 10**12),
    *([weird_text] * 7),
)
facts_of_any_kind = st.builds(
    Fact,
    predicate=weird_text,
    object=weird_text,
    raw_predicate=st.one_of(st.none(), weird_text),
    object_id=st.one_of(st.none(), st.integers(0, 10**12)),
    object_url=weird_text,
    date=st.one_of(st.none(), weird_text),
    quantity=st.one_of(st.none(), st.builds(Quantity, numbers, st.integers(), weird_text)),
)
triples_of_any_kind = st.builds(
    Triple,
    subject=weird_text,
    predicate=weird_text,
    object=weird_text,
    subject_id=st.one_of(st.none(), st.integers(0, 10**12)),
    object_url=weird_text,
    date=st.one_of(st.none(), weird_text),
    quantity=st.one_of(st.none(), st.builds(Quantity, numbers, st.integers(), weird_text)),
    raw_predicate=st.one_of(st.none(), weird_text),
    fetched_at=st.one_of(st.none(), weird_text),
)


def encodable(text: str) -> str:
    """What becomes of a text that UTF-8 cannot hold."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def through_json(entry: Entry) -> Entry:
    return Entry.from_dict(json.loads(encodable(json.dumps(entry.as_dict(), ensure_ascii=False))))


@settings(max_examples=30, deadline=None)
@given(texts=st.lists(weird_text, min_size=6, max_size=6), triples_format=st.sampled_from(["tsv", "jsonl"]))
def test_any_string_survives(texts: list[str], triples_format: str) -> None:
    name, value, title, summary, tag, alias = texts
    changes = {"title": title, "summary": summary, "tags": (tag,), "aliases": (alias,), "rows": (Row(name, value, (Value(value),)),)}
    entries = [entry_of(1), entry_of(2, **changes), entry_of(3)]
    with tempfile.TemporaryDirectory() as folder:
        with writer_of(Path(folder), triples_format=triples_format) as writer:
            for entry in entries:
                writer.write(entry)
            writer.reject(reject_of(1, message=title, reason=value))
        assert verify(folder) == []
        read = [Entry.from_dict(data) for data in read_entries(folder)]
        assert read == [through_json(entry) for entry in entries]
        expected = [triple for entry in read for triple in triples(entry)]
        if triples_format == "tsv":
            expected = list(map(as_field_texts, expected))
        assert list(read_triples(folder)) == expected
        assert [(reject["message"], reject["reason"]) for reject in read_rejects(folder)] == [(encodable(title), encodable(value))]


@given(entries_of_any_kind, facts_of_any_kind)
def test_a_tsv_line_is_a_line_and_gives_its_triple_back(entry: Entry, fact: Fact) -> None:
    triple = triple_of(entry, fact)
    line = tsv_lines(entry, [fact]).decode()
    assert line.splitlines(keepends=True) == [line]
    assert line.count("\t") == len(COLUMNS) - 1
    expected = as_field_texts(triple)
    blank = {name: getattr(expected, name) or None for name in ("date", "raw_predicate", "fetched_at")}
    assert json_line(triple_from_tsv(line[:-1]).as_dict()) == json_line(replace(expected, **blank).as_dict())


@given(triples_of_any_kind)
def test_a_json_line_gives_its_triple_back(triple: Triple) -> None:
    line = json_line(triple.as_dict())
    assert line.count(b"\n") == 1
    assert json_line(triple_from_dict(json.loads(line)).as_dict()) == line


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("甲\t乙", "甲 乙"),
        ("甲\r\n乙", "甲 乙"),
        ("甲\n\n\n乙", "甲 乙"),
        ("甲\x00乙", "甲 乙"),
        ("甲\u2028乙\x85丙", "甲 乙 丙"),
        ("\n甲\n", " 甲 "),
        ("甲  乙\u3000丙\xa0丁", "甲  乙\u3000丙\xa0丁"),
        ('C:\\new "甲"', 'C:\\new "甲"'),
    ],
)
def test_the_rule_of_a_field(text: str, field: str) -> None:
    assert clean_field(text) == field
    assert clean_field(field) == field


def test_the_plain_triple_comes_first(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(2))
    rows = [line.decode().split("\t") for line in read_lines(tmp_path / "triples/w-00000.tsv.zst")]
    assert ["条目2", "职业", "演员"] in [row[:3] for row in rows]
    [row] = [row for row in rows if row[1] == "身高"]
    assert row[3:] == [
        "2", "https://baike.baidu.com/item/条目2/2", "", "", "", "174", "174", "cm", "", "https://baike.baidu.com/item/条目2/2",
        f"sha256:{2:064x}", "basicinfo", "0.1.0", "2026-01-01T00:00:00Z",
    ]  # fmt: skip


def test_rejects_keep_the_page(tmp_path: Path) -> None:
    body = base64.b64encode(b"\x00<html>\xff").decode()
    with writer_of(tmp_path) as writer:
        writer.reject(reject_of(1, verdict="unknown_layout", body=body))
        writer.reject(reject_of(2))
    kept, other = read_rejects(tmp_path)
    assert base64.b64decode(kept["body"]) == b"\x00<html>\xff"
    assert other == reject_of(2)
    with writer_of(tmp_path) as writer, pytest.raises(ValueError, match="has the keys url, source"):
        writer.reject({"url": "u"})


def test_the_callers_data_is_written_as_it_is(tmp_path: Path) -> None:
    entry = entry_of(1)
    with writer_of(tmp_path) as writer:
        writer.write(entry, {**entry.as_dict(), "summary": "已改"})
    assert [data["summary"] for data in read_entries(tmp_path)] == ["已改"]
