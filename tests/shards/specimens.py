"""Entries of our own making, and what must hold of a crawl folder whatever happened to its writers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from baike_spider.shards import ShardWriter, load_manifest, read_entries, read_triples, verify
from baike_spider.shards.tsv import clean_field
from extractors.model import Entry, Link, Quantity, Relation, Row, Target, Triple, Value
from extractors.triples import triples

BASE = "https://baike.baidu.com/item/"

#: text with everything that breaks lines, fields or encodings somewhere
weird_text = st.text(
    st.one_of(
        st.sampled_from("\t\n\r\x00\x0b\x0c\x1c\x1e\x7f\x85\xa0\u2028\u2029\u3000\ufeff\ud800\udc00\udfff\"\\',、《》😀中文"),
        st.characters(),
    ),
    max_size=40,
)


def clock() -> float:
    """2026-01-02T03:04:05Z"""
    return 1767323045.0


def entry_of(number: int, **changes: Any) -> Entry:
    """A small entry; its lemma id is `number`."""
    url = f"{BASE}条目{number}/{number}"
    rows = (
        Row("中文名", f"条目{number}", (Value(f"条目{number}"),)),
        Row(
            "职业",
            "演员、歌手",
            (Value("演员", link=Target(f"{BASE}演员/30485", 30485)), Value("歌手")),
            (Link("演员", f"{BASE}演员/30485", 30485),),
        ),
        Row("出生日期", "1961年9月27日", (Value("1961年9月27日", date="1961-09-27"),)),
        Row("身高", "约174 cm", (Value("约174 cm", quantity=Quantity(174, 174, "cm")),)),
    )
    entry = Entry(
        site="baidu_baike",
        layout="basicinfo" if number % 3 else "react",
        source=url,
        url=url,
        lemma_id=number,
        title=f"条目{number}",
        sense="虚构人物" if number % 2 else None,
        aliases=(f"别名{number}",),
        summary=f"条目{number}是为测试而写的条目。\n它有两段。",
        tags=("人物",),
        updated="2019-03-27",
        rows=rows,
        senses=(),
        relations=(Relation("妻子", "甲", f"{BASE}甲/7", 7),),
        images=(),
        digest=f"sha256:{number:064x}",
        fetched_at="2026-01-01T00:00:00Z",
        extractor="0.1.0",
    )
    return replace(entry, **changes)


def reject_of(number: int, **changes: Any) -> dict[str, Any]:
    record: dict[str, Any] = {
        "url": f"{BASE}坏页{number}",
        "source": f"{BASE}坏页{number}",
        "verdict": "not_an_entry",
        "reason": "history",
        "message": "a history page",
        "status": 200,
        "fetched_at": None,
        "layout": "",
        "body": None,
    }
    return {**record, **changes}


def writer_of(folder: Path, **changes: Any) -> ShardWriter:
    options: dict[str, Any] = {"worker": "w", "site": "baidu_baike", "crawl": "c", "clock": clock, **changes}
    return ShardWriter(folder, **options)


def as_field_texts(triple: Triple) -> Triple:
    """What a triple becomes by the TSV's rule."""
    texts = {name: clean_field(value) for name, value in triple.as_dict().items() if isinstance(value, str)}
    quantity = triple.quantity and triple.quantity._replace(unit=clean_field(triple.quantity.unit))
    return replace(triple, **texts, quantity=quantity)


def files_in(folder: Path) -> dict[str, bytes]:
    """Every file but the lock, by relative path."""
    paths = (path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(paths)}


def ids_in(folder: Path) -> list[int]:
    return [entry["lemma_id"] for entry in read_entries(folder)]


def assert_sound(folder: Path, *, committed: set[int], written: set[int]) -> None:
    """The folder is what its manifest says, holds every committed entry once and nothing unheard of, and the triples beside its entries are theirs."""
    assert [str(problem) for problem in verify(folder)] == []
    ids = ids_in(folder)
    assert len(ids) == len(set(ids))
    assert committed <= set(ids) <= written
    manifest = load_manifest(folder)
    facts = {Path(shard.path).name.partition(".")[0]: folder / shard.path for shard in manifest.of("triples")}
    for shard in manifest.of("entries"):
        path = folder / shard.path
        derived = [as_field_texts(triple) for data in read_entries(path) for triple in triples(Entry.from_dict(data))]
        beside = facts.pop(path.name.partition(".")[0], None)
        assert (list(map(as_field_texts, read_triples(beside))) if beside else []) == derived
    assert not facts
