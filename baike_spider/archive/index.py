"""What lies where in the WARC files of a folder: one SQLite file beside them, made of them and made again when it is gone.

Comes in: rows of records that are durable. Goes out: the records of an address, the record that holds a body, all rows in the order of CDXJ. It is
an aid: who cannot write it goes on without. It grows by some 200 bytes a record, on disk.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

from baike_spider.shards.wal import share
from extractors import canonical_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["INDEX_FILE", "Index", "IndexFailed", "Row"]

INDEX_FILE = "index.sqlite"
#: seconds to wait for another worker's turn
_PATIENCE_SECONDS = 20.0
#: types that hold an answer
_ANSWERS = ("response", "revisit", "resource")
_SCHEMA = """
create table if not exists files (id integer primary key, name text unique not null, size integer not null);
create table if not exists records (
    file integer not null, offset integer not null, length integer not null, type text not null, url text not null, url_hash integer not null,
    key text not null, date text not null, status integer, mime text not null, digest blob, digest_hash integer, primary key (file, offset)
) without rowid;
create index if not exists records_by_url on records (url_hash);
create index if not exists records_by_digest on records (digest_hash) where type = 'response';
"""
IndexFailed = sqlite3.Error


@dataclass(frozen=True, slots=True)
class Row:
    """One record's place."""

    file: str
    """Name of the file in the folder."""
    offset: int
    length: int
    """Compressed bytes of its member."""
    type: str
    url: str
    date: str
    status: int | None = None
    mime: str = ""
    digest: bytes = b""
    """SHA-1 of the body as served; b"" where nobody knows."""


class Index:
    """Open for one thread. Any method raises `IndexFailed` when SQLite cannot go on."""

    def __init__(self, path: Path | str) -> None:
        """`path`: the file, or ":memory:"."""
        self._base = sqlite3.connect(path, timeout=_PATIENCE_SECONDS, isolation_level=None)
        try:
            share(self._base, patience=_PATIENCE_SECONDS)
            # what a power cut takes from the index is found again by its files' sizes
            self._base.execute("pragma synchronous=normal")
            self._base.executescript(_SCHEMA)
        except sqlite3.Error:
            self._base.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._base.close()

    def sizes(self) -> dict[str, int]:
        """How far each file is indexed, in bytes."""
        return dict(self._base.execute("select name, size from files"))

    def add(self, name: str, size: int, rows: Iterable[Row]) -> None:
        """Rows of one file, which is indexed up to `size` then. All or nothing; may be repeated."""
        base = self._base
        base.execute("begin immediate")
        try:
            base.execute("insert into files (name, size) values (?, ?) on conflict (name) do update set size = excluded.size", (name, size))
            (number,) = base.execute("select id from files where name = ?", (name,)).fetchone()
            base.executemany("insert or replace into records values (?,?,?,?,?,?,?,?,?,?,?,?)", (_values(number, row) for row in rows))
            base.execute("commit")
        except BaseException:
            if base.in_transaction:
                base.execute("rollback")
            raise

    def forget(self, name: str) -> None:
        """A file that is gone, or is not what it was."""
        self._base.execute("delete from records where file = (select id from files where name = ?)", (name,))
        self._base.execute("delete from files where name = ?", (name,))

    def of_url(self, url: str) -> list[Row]:
        """The answers of an address, the oldest first."""
        where = f"r.url_hash = ? and r.url = ? and r.type in {_ANSWERS} order by r.date, r.file, r.offset"
        return list(self._select(where, (_hash(url.encode()), url)))

    def of_address(self, url: str) -> list[Row]:
        """The answers of an address in any spelling, the oldest first: as it stands, percent-encoded, canonical, or by its key."""
        spellings = dict.fromkeys((url, quote(url, safe="/:?&=%#"), canonical_url(url), quote(canonical_url(url), safe="/:?&=%#")))
        found = {(row.file, row.offset): row for one in spellings if one for row in self.of_url(one)}
        return sorted(found.values(), key=lambda row: (row.date, row.file, row.offset))

    def with_body(self, digest: bytes) -> Row | None:
        """A response that holds this body."""
        return next(self._select("r.digest_hash = ? and r.digest = ? and r.type = 'response'", (_hash(digest), digest)), None)

    def at(self, url: str, date: str) -> Row | None:
        """The response of an address at a time, which a revisit refers to."""
        where = "r.url_hash = ? and r.url = ? and r.date = ? and r.type = 'response'"
        return next(self._select(where, (_hash(url.encode()), url, date)), None)

    def ordered(self) -> Iterator[tuple[str, Row]]:
        """Every answer with its key, sorted as CDXJ wants it."""
        where = f"r.type in {_ANSWERS} order by r.key, r.date, f.name, r.offset"
        yield from ((str(row[9]), _row(row)) for row in self._rows(where, ()))

    def _select(self, where: str, values: tuple[object, ...]) -> Iterator[Row]:
        yield from map(_row, self._rows(where, values))

    def _rows(self, where: str, values: tuple[object, ...]) -> Iterator[tuple[Any, ...]]:
        columns = "f.name, r.offset, r.length, r.type, r.url, r.date, r.status, r.mime, r.digest, r.key"
        sentence = f"select {columns} from records r join files f on f.id = r.file where {where}"  # noqa: S608 - made of constants
        # row by row: the generator may outlive the base, when a reader of the output has enough, and then must not close its cursor
        yield from iter(self._base.execute(sentence, values).fetchone, None)


def _values(number: int, row: Row) -> tuple[object, ...]:
    digest_hash = _hash(row.digest) if row.digest and row.type == "response" else None
    plain = (number, row.offset, row.length, row.type, row.url, _hash(row.url.encode()))
    return (*plain, surt(row.url), row.date, row.status, row.mime, row.digest or None, digest_hash)


def _row(values: tuple[Any, ...]) -> Row:
    *plain, digest, _ = values
    file, offset, length, kind, url, date, status, mime = plain
    return Row(file, offset, length, kind, url, date, status, mime, digest or b"")


def _hash(data: bytes) -> int:
    return int.from_bytes(blake2b(data, digest_size=8).digest(), "big", signed=True)


def surt(url: str) -> str:
    """The key of an address in CDX files: host backwards, no scheme, no `www`, small letters.

    >>> surt("https://Baike.baidu.com:443/item/%E5%91%A8?b=1&a=2#x")
    'com,baidu,baike)/item/%e5%91%a8?a=2&b=1'
    """
    rest = url.partition("://")[2] if "://" in url else url
    rest = rest.partition("#")[0].lower()
    end = next((at for at, sign in enumerate(rest) if sign in "/?"), len(rest))
    host, path = rest[:end].rpartition("@")[2].removesuffix(":80").removesuffix(":443").removeprefix("www."), rest[end:] or "/"
    path, mark, query = path.partition("?")
    return f"{','.join(reversed(host.split('.')))}){path}{mark}{'&'.join(sorted(query.split('&')))}"
