"""Triples as tab-separated lines: the plain triple first, then types and provenance.

Comes in: the triples of one entry. Goes out: one line a triple, `COLUMNS` in order, no header, no quoting, "" for None.
One rule keeps a line a line: every run of control characters and line separators inside a field becomes one space.
The verbatim text stays in the entry's shard, and in triples written as JSONL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from baike_spider.shards.jsonl import encode_text
from extractors.model import Quantity, Triple
from extractors.triples import triple_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.model import Entry
    from extractors.triples import Fact

__all__ = ["COLUMNS", "clean_field", "triple_from_tsv", "tsv_lines"]

#: also in manifest.json, for readers that take their column names from there
COLUMNS = (
    "subject",
    "predicate",
    "object",
    "subject_id",
    "subject_url",
    "object_id",
    "object_url",
    "date",
    "low",
    "high",
    "unit",
    "raw_predicate",
    "source",
    "digest",
    "layout",
    "extractor",
    "fetched_at",
)

#: C0, DEL and C1 controls, LINE and PARAGRAPH SEPARATOR: all that some reader takes for the end of a field or line
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: the columns low, high and unit of a triple without a quantity
_NO_AMOUNT = "\t\t"


def clean_field(text: str) -> str:
    """The text as a field.

    >>> clean_field("甲\\t乙\\r\\n丙  丁")
    '甲 乙 丙  丁'
    """
    return text if text.isprintable() else _BREAKS.sub(" ", text)


def tsv_lines(entry: Entry, found: Sequence[Fact]) -> bytes:
    """The lines of an entry's facts, in order; what they share is written once and reused."""
    if not found:
        return b""
    subject, ids, provenance = _ends(triple_of(entry, found[0]))
    lines = [
        f"{subject}\t{clean_field(predicate)}\t{clean_field(value)}"
        f"{ids}{'' if object_id is None else object_id}\t{clean_field(url) if url else ''}"
        f"\t{clean_field(date) if date else ''}\t{_amounts(quantity) if quantity else _NO_AMOUNT}"
        f"\t{clean_field(raw) if raw else ''}{provenance}"
        for predicate, value, raw, object_id, url, date, quantity in found
    ]
    return encode_text("".join(lines))


def _ends(triple: Triple) -> tuple[str, str, str]:
    """The columns that an entry's triples share: before, between and behind the others."""
    fields = (triple.source, triple.digest, triple.layout, triple.extractor, triple.fetched_at or "")
    return (
        clean_field(triple.subject),
        f"\t{_number(triple.subject_id)}\t{clean_field(triple.subject_url)}\t",
        "".join(f"\t{clean_field(field)}" for field in fields) + "\n",
    )


def _amounts(quantity: Quantity) -> str:
    return f"{_number(quantity.low)}\t{_number(quantity.high)}\t{clean_field(quantity.unit)}"


def _number(number: float | None) -> str:
    return "" if number is None else repr(number)


def triple_from_tsv(line: str) -> Triple:
    """The triple of one line without its newline. Raises ValueError when it is no line of ours."""
    fields = line.split("\t")
    if len(fields) != len(COLUMNS):
        raise ValueError(f"{len(fields)} fields instead of {len(COLUMNS)}")
    row = dict(zip(COLUMNS, fields, strict=True))
    low, high, unit = _amount(row["low"]), _amount(row["high"]), row["unit"]
    return Triple(
        subject=row["subject"],
        predicate=row["predicate"],
        object=row["object"],
        subject_id=int(row["subject_id"]) if row["subject_id"] else None,
        subject_url=row["subject_url"],
        object_id=int(row["object_id"]) if row["object_id"] else None,
        object_url=row["object_url"],
        date=row["date"] or None,
        quantity=None if low is None and high is None else Quantity(low, high, unit),
        raw_predicate=row["raw_predicate"] or None,
        source=row["source"],
        digest=row["digest"],
        layout=row["layout"],
        extractor=row["extractor"],
        fetched_at=row["fetched_at"] or None,
    )


def _amount(text: str) -> int | float | None:
    if not text:
        return None
    return int(text) if text.lstrip("-").isdecimal() else float(text)
