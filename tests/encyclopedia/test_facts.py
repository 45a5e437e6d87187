"""Every page of the small encyclopedia against what was written into it: labelled by hand to the contract, field by field."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from extractors import Entry, Page, Verdict, extract

HOME = Path(__file__).parent
#: fields of facts.jsonl that are compared as they stand in the entry's JSON object
FIELDS = ("title", "sense", "lemma_id", "aliases", "tags", "updated", "summary", "senses", "relations", "images")


def lines(name: str) -> list[dict[str, Any]]:
    with (HOME / name).open(encoding="utf-8") as found:
        return [json.loads(line) for line in found]


INDEX = [record for record in lines("index.jsonl") if record["path"]]
FACTS = lines("facts.jsonl")
FILES = {unquote(record["url"]): record for record in reversed(INDEX)}


@cache
def entry_at(url: str) -> Entry:
    record = FILES[url]
    return extract(Page((HOME / record["path"]).read_bytes(), url=record["url"], source=record["path"]))


def checks() -> list[Any]:
    """One parameter a fact: (url, how to find it in the entry, what it is)."""
    found = []
    for fact in FACTS:
        page = Path(FILES[fact["url"]]["path"]).stem
        found += [pytest.param(fact["url"], field, fact[field], id=f"{page}-{field}") for field in FIELDS if field in fact]
        if "names" in fact:
            found.append(pytest.param(fact["url"], "names", fact["names"], id=f"{page}-names"))
        for row in fact["rows"]:
            found += [
                pytest.param(fact["url"], (row["name"], part), row[part], id=f"{page}-{row['name']}-{part}") for part in ("text", "values")
            ]
    return found


@pytest.mark.parametrize(("url", "where", "expected"), checks())
def test_fact(url: str, where: str | tuple[str, str], expected: Any) -> None:
    entry = entry_at(url).as_dict()
    rows = {row["name"]: row for row in entry["rows"]}
    if where == "names":
        assert list(rows) == expected
        assert len(rows) == len(entry["rows"])
    elif isinstance(where, tuple):
        name, part = where
        assert rows[name][part] == expected
    else:
        assert entry[where] == expected


def outcome(record: dict[str, Any]) -> tuple[str, ...]:
    try:
        entry = extract(Page((HOME / record["path"]).read_bytes(), url=record["url"]))
    except Verdict as verdict:
        return (verdict.kind,)
    return ("entry", entry.layout, entry.title)


@pytest.mark.parametrize("record", [pytest.param(record, id=Path(record["path"]).stem) for record in INDEX])
def test_every_page_is_what_the_index_says(record: dict[str, Any]) -> None:
    entry = record["kind"] == "entry"
    assert outcome(record) == (("entry", record["layout"], record["title"]) if entry else (record["kind"],))


def test_facts_cover_every_layout() -> None:
    labelled = {FILES[fact["url"]]["layout"] for fact in FACTS}
    assert labelled == {record["layout"] for record in INDEX if record["kind"] == "entry"}
    assert len(FACTS) >= 15
    assert len(INDEX) >= 48


def test_pages_are_small() -> None:
    assert sum(path.stat().st_size for path in HOME.rglob("*") if path.is_file() and path.suffix != ".pyc") < 600_000
