"""From an entry to triples.

Comes in: an `Entry`. Goes out: its triples, each once, each with its provenance. Nothing is read or guessed here; normalised
predicates are the business of `extractors.predicates`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractors.model import Triple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from extractors.model import Entry, Value

__all__ = ["triples"]

#: predicates of what is no row: names that lead to the entry, its tags, summary and sense
_ALIAS, _TAG, _SUMMARY, _SENSE = "同义词", "标签", "描述", "义项"


def triples(entry: Entry, *, predicate: Callable[[str], str] | None = None) -> Iterator[Triple]:
    """The entry's triples: rows in reading order, then relations, aliases, tags, sense and summary; no two of them say the same.

    `predicate` turns a row's or relation's name into the normalised one; where the two differ the raw name stays beside it.
    """
    said: set[tuple[str, str, str]] = set()
    for triple in _all(entry, predicate or str):
        key = (triple.predicate, triple.object, triple.object_url)
        if key not in said:
            said.add(key)
            yield triple


def _all(entry: Entry, predicate: Callable[[str], str]) -> Iterator[Triple]:
    for row in entry.rows:
        name = predicate(row.name)
        for value in row.values:
            yield _of_value(entry, name, row.name, value)
    for relation in entry.relations:
        name = predicate(relation.name)
        raw = relation.name if relation.name != name else None
        yield _triple(entry, name, relation.title, raw_predicate=raw, object_id=relation.lemma_id, object_url=relation.url)
    for alias in entry.aliases:
        yield _triple(entry, _ALIAS, alias)
    for tag in entry.tags:
        yield _triple(entry, _TAG, tag)
    if entry.sense:
        yield _triple(entry, _SENSE, entry.sense)
    if entry.summary:
        yield _triple(entry, _SUMMARY, entry.summary)


def _of_value(entry: Entry, name: str, raw: str, value: Value) -> Triple:
    return _triple(
        entry,
        name,
        value.text,
        raw_predicate=raw if raw != name else None,
        object_id=value.link.lemma_id if value.link else None,
        object_url=value.link.url if value.link else "",
        date=value.date,
        quantity=value.quantity,
    )


def _triple(entry: Entry, name: str, value: str, **known: Any) -> Triple:
    return Triple(
        subject=entry.subject,
        predicate=name,
        object=value,
        subject_id=entry.lemma_id,
        subject_url=entry.url,
        source=entry.url,
        digest=entry.digest,
        layout=entry.layout,
        extractor=entry.extractor,
        fetched_at=entry.fetched_at,
        **known,
    )
