"""What two extractions of the same pages tell differently: how an extractor is released safely.

Comes in: two folders of shards. Goes out: `Change`s: entries that are added, removed, or altered, with their triples. Memory is flat: what is to be
compared waits in a temporary SQLite file.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.shards import read_entries
from extractors import Entry, Triple, triples

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Change", "differences"]

#: fields that say who extracted the page and not what it holds
_PASSING = frozenset({"extractor", "schema"})


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that is not what it was."""

    kind: Literal["added", "removed", "altered"]
    title: str
    url: str
    fields: tuple[str, ...] = ()
    """Of an altered entry, those that differ."""
    added: tuple[tuple[str, str, str], ...] = ()
    removed: tuple[tuple[str, str, str], ...] = ()
    altered: tuple[tuple[str, str, str], ...] = ()
    """Triples whose date, quantity or link differs."""


def differences(old: Path, new: Path) -> Iterator[Change]:
    """What becomes of the entries of `old` in `new`: those that are altered or removed in the order of `old`, then those that are added.

    The entry of a page is compared with the entry of the same page: same address asked for, same bytes, same time. Raises ShardError.
    """
    with tempfile.TemporaryDirectory(prefix="baike-diff-") as folder, closing(sqlite3.connect(Path(folder, "new.sqlite"))) as base:
        base.execute("pragma synchronous=off")
        base.execute(
            "create table entries (page blob primary key, content blob not null, line text not null, met integer default 0) without rowid"
        )
        for entry in read_entries(new):
            row = (_page(entry), _content(entry), json.dumps(entry, ensure_ascii=False))
            base.execute("insert or ignore into entries (page, content, line) values (?, ?, ?)", row)
        for entry in read_entries(old):
            found = base.execute("select content, line from entries where page = ?", (_page(entry),)).fetchone()
            if found is None:
                yield _change("removed", Entry.from_dict(entry), None)
                continue
            base.execute("update entries set met = 1 where page = ?", (_page(entry),))
            if found[0] != _content(entry):
                yield _change("altered", Entry.from_dict(entry), Entry.from_dict(json.loads(found[1])))
        for (line,) in base.execute("select line from entries where not met order by page"):
            yield _change("added", None, Entry.from_dict(json.loads(line)))


def _change(kind: Literal["added", "removed", "altered"], old: Entry | None, new: Entry | None) -> Change:
    known = old or new
    assert known is not None
    before, after = _facts(old), _facts(new)
    gone, come = before.keys() - after.keys(), after.keys() - before.keys()
    altered = tuple(plain for plain in before if plain in after and before[plain] != after[plain])
    fields: tuple[str, ...] = ()
    if old is not None and new is not None:
        was, now = old.as_dict(), new.as_dict()
        fields = tuple(name for name in was if name not in _PASSING and was[name] != now[name])
    return Change(
        kind,
        known.subject,
        known.url,
        fields,
        tuple(plain for plain in after if plain in come),
        tuple(plain for plain in before if plain in gone),
        altered,
    )


def _facts(entry: Entry | None) -> dict[tuple[str, str, str], Counter[str]]:
    """The triples of an entry by their plain form, each with its details."""
    found: dict[tuple[str, str, str], Counter[str]] = {}
    for triple in triples(entry) if entry is not None else ():
        found.setdefault((triple.subject, triple.predicate, triple.object), Counter())[_details(triple)] += 1
    return found


def _details(triple: Triple) -> str:
    data = triple.as_dict()
    return json.dumps([data[name] for name in ("subject_id", "subject_url", "object_id", "object_url", "date", "quantity")])


def _page(entry: dict[str, Any]) -> bytes:
    return _hash([entry["source"], entry["fetched_at"], entry["digest"]])


def _content(entry: dict[str, Any]) -> bytes:
    return _hash({name: value for name, value in entry.items() if name not in _PASSING})


def _hash(data: Any) -> bytes:
    return blake2b(json.dumps(data, ensure_ascii=False).encode("utf-8", "replace"), digest_size=16).digest()
