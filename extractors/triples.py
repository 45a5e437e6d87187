"""From an entry to triples.

Comes in: an `Entry`. Goes out: its triples, each once, each with its provenance. Nothing is read or guessed here; normalised
predicates are the business of `extractors.predicates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from extractors.model import Triple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from extractors.model import Entry, Quantity

__all__ = ["Fact", "facts", "triple_of", "triples"]

#: predicates of what is no row: names that lead to the entry, its tags, summary and sense
_ALIAS, _TAG, _SUMMARY, _SENSE = "同义词", "标签", "描述", "义项"


class Fact(NamedTuple):
    """What one triple says beyond its entry's subject and provenance; the names are `Triple`'s."""

    predicate: str
    object: str
    raw_predicate: str | None = None
    object_id: int | None = None
    object_url: str = ""
    date: str | None = None
    quantity: Quantity | None = None


def triples(entry: Entry, *, predicate: Callable[[str], str] | None = None) -> Iterator[Triple]:
    """The entry's triples: rows in reading order, then relations, aliases, tags, sense and summary; no two of them say the same.

    `predicate` turns a row's or relation's name into the normalised one; where the two differ the raw name stays beside it.
    """
    return (triple_of(entry, fact) for fact in facts(entry, predicate=predicate))


def facts(entry: Entry, *, predicate: Callable[[str], str] | None = None) -> Iterator[Fact]:
    """The same without what all of them share: for writers of many, at a third of the cost."""
    said: set[tuple[str, str, str]] = set()
    for fact in _all(entry, predicate or str):
        key = (fact.predicate, fact.object, fact.object_url)
        if key not in said:
            said.add(key)
            yield fact


def _all(entry: Entry, predicate: Callable[[str], str]) -> Iterator[Fact]:
    for row in entry.rows:
        name = predicate(row.name)
        raw = row.name if row.name != name else None
        for value in row.values:
            link = value.link
            if link is None:
                yield Fact(name, value.text, raw, None, "", value.date, value.quantity)
            else:
                yield Fact(name, value.text, raw, link.lemma_id, link.url, value.date, value.quantity)
    for relation in entry.relations:
        name = predicate(relation.name)
        yield Fact(name, relation.title, relation.name if relation.name != name else None, relation.lemma_id, relation.url)
    for alias in entry.aliases:
        yield Fact(_ALIAS, alias)
    for tag in entry.tags:
        yield Fact(_TAG, tag)
    if entry.sense:
        yield Fact(_SENSE, entry.sense)
    if entry.summary:
        yield Fact(_SUMMARY, entry.summary)


def triple_of(entry: Entry, fact: Fact) -> Triple:
    """The triple that an entry's fact is."""
    return Triple(
        subject=entry.subject,
        predicate=fact.predicate,
        object=fact.object,
        subject_id=entry.lemma_id,
        subject_url=entry.url,
        object_id=fact.object_id,
        object_url=fact.object_url,
        date=fact.date,
        quantity=fact.quantity,
        raw_predicate=fact.raw_predicate,
        source=entry.url,
        digest=entry.digest,
        layout=entry.layout,
        extractor=entry.extractor,
        fetched_at=entry.fetched_at,
    )
