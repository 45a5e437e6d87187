"""What a corpus must hold, said once more in plain Python: quadratic, in memory, from docs/corpus.md and nothing else."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from baike_spider.shards.tsv import clean_field as clean
from extractors import Entry, triples

Rows = set[tuple[Any, ...]]


def naive_corpus(entries: Sequence[Entry], alias_rejects: Sequence[tuple[str, str]] = ()) -> dict[str, Rows]:
    """The rows of entries (key, subject, title, aliases, fetched_at, versions, digest), triples, names and links. Of equally new records the last is the newest."""
    versions: defaultdict[tuple[str, int | None], list[Entry]] = defaultdict(list)
    for entry in entries:
        versions[_key(entry, entries)].append(entry)
    found: dict[str, Rows] = {"entries": set(), "triples": set(), "names": set(), "links": set()}
    for (key, number), records in versions.items():
        newest = max(records, key=_age)
        subject, title = clean(newest.subject), clean(newest.title)
        names = {clean(name) for record in records for name in record.aliases}
        names |= {
            clean(name) for url, name in alias_rejects if {_key(one, entries) for one in entries if one.url == url} == {(key, number)}
        }
        names -= {""}
        found["entries"].add((key, subject, title, tuple(sorted(names - {title})), newest.fetched_at or None, len(records), newest.digest))
        found["names"] |= {(title, "title", key, subject), *((name, "alias", key, subject) for name in names - {title})}
        found["names"] |= {(subject, "subject", key, subject)} - {(title, "subject", key, subject)}
        found["names"] |= {(str(number), "id", key, subject)} if number is not None else set()
        for triple in triples(newest):
            predicate, text, url = clean(triple.predicate), clean(triple.object), clean(triple.object_url)
            found["triples"].add((subject, predicate, text, key, url))
            if triple.object_id is not None or url:
                target = url if triple.object_id is None else f"{clean(newest.site)}#{triple.object_id}"
                found["links"].add((target, subject, predicate, text, key))
    return found


def _key(entry: Entry, entries: Sequence[Entry]) -> tuple[str, int | None]:
    number = entry.lemma_id
    if number is None:
        named = [one for one in entries if one.lemma_id is not None and (one.site, one.title) == (entry.site, entry.title)]
        same = {one.lemma_id for one in named if (one.sense or None) == (entry.sense or None)}
        every = {one.lemma_id for one in named}
        if len(same) == 1:
            (number,) = same
        elif len(every) == 1 and (not entry.sense or any(not one.sense for one in named)):
            (number,) = every
    return (f"{clean(entry.site)}#{number}" if number is not None else f"{clean(entry.site)}/{clean(entry.subject)}"), number


def _age(entry: Entry) -> tuple[Any, ...]:
    return (
        entry.fetched_at or "",
        entry.updated or "",
        [int(part) if part.isdecimal() else 0 for part in entry.extractor.split(".")],
        entry.extractor,
        entry.digest,
    )
