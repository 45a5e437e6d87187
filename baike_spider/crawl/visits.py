"""The book of visits: when each entry of the crawl's folder was last looked at, and what the next look is compared with.

Comes in: entries that were stored, looks that found nothing new, and the folder's finished shards. Goes out: the entries that nobody has looked at for the
longest time, a page at a time, and which stored records a newer version replaced.

One SQLite file beside the shards, about 200 bytes an entry, none of it in Redis or in memory. It is derived: when it is lost, `catch_up` writes it again from
the shards; only the validators and the dates of looks that found nothing new are gone then, and the next refresh asks once without a condition. Many
processes of one machine may use it at once.
"""

from __future__ import annotations

import contextlib
import logging
import sqlite3
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from baike_spider.crawl.look import NO_VALIDATORS, Look, Validators, entry_name, record_print, seconds_of, short_digest
from baike_spider.shards import ShardError, load_manifest, read_entries
from baike_spider.shards.wal import set_aside, share
from extractors import entry_ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["VISITS", "Visit", "Visits"]

logger = logging.getLogger(__name__)

#: in the crawl's folder
VISITS = "visits.sqlite"
#: seconds to wait for another process of the same crawl
_PATIENCE = 60.0
#: entries of a long reading that are written at once, some 50 ms; a sign of life follows
_STEP = 2000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS visits (
    id INTEGER PRIMARY KEY,
    entry TEXT NOT NULL UNIQUE,     -- see look.entry_name
    source TEXT NOT NULL,           -- locator of the address that was asked for
    url TEXT NOT NULL,              -- locator of the canonical address, '' where it is the same
    depth INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,    -- seconds since 1970: the last look
    stored_at INTEGER NOT NULL,     -- seconds since 1970: the version in the shards
    etag TEXT NOT NULL,
    modified TEXT NOT NULL,
    digest BLOB NOT NULL,
    record BLOB NOT NULL            -- '' until catch_up has read the shard
);
CREATE INDEX IF NOT EXISTS visits_by_look ON visits (checked_at);
-- records that a newer version replaced, once the shards of that version (of this stem) are listed
CREATE TABLE IF NOT EXISTS replaced (entry TEXT NOT NULL, stored_at INTEGER NOT NULL, stem TEXT NOT NULL, PRIMARY KEY (entry, stored_at)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shards (path TEXT PRIMARY KEY) WITHOUT ROWID;
PRAGMA user_version = 1;
"""
_STORE = """
INSERT INTO visits (entry, source, url, depth, checked_at, stored_at, etag, modified, digest, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (entry) DO UPDATE SET source = excluded.source, url = excluded.url, depth = min(depth, excluded.depth), checked_at = excluded.checked_at,
    stored_at = excluded.stored_at, etag = excluded.etag, modified = excluded.modified, digest = excluded.digest, record = excluded.record
WHERE excluded.stored_at >= stored_at
"""
_LOOK = """
UPDATE visits SET checked_at = max(checked_at, ?), etag = CASE ? WHEN '' THEN etag ELSE ? END, modified = CASE ? WHEN '' THEN modified ELSE ? END,
    digest = CASE ? WHEN x'' THEN digest ELSE ? END WHERE entry = ?
"""
_DUE = """
SELECT id, entry, source, url, depth, checked_at, stored_at, etag, modified, hex(digest), hex(record) FROM visits
WHERE (checked_at, id) > (?, ?) AND checked_at < ? ORDER BY checked_at, id LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Visit:
    """An entry whose turn it is."""

    place: tuple[int, int]
    """Where it stands in the order of `Visits.due`."""
    source: str
    """Locator of the address it was fetched from."""
    url: str
    """Locator of its canonical address, "" where it is the same."""
    depth: int
    look: Look


class Visits:
    """The book of one crawl's folder. Writes wait in memory until `commit`. Raises ShardError when the disk refuses."""

    @classmethod
    def open(cls, folder: Path) -> Visits:
        """Opens or begins the book; one that cannot be read is set aside, and begun anew from the shards."""
        try:
            return cls(folder)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise _refused(folder / VISITS, error) from error
            aside = set_aside(folder / VISITS)
            logger.warning("%s cannot be read (%s): it is kept as %s and written again from the shards", folder / VISITS, error, aside.name)
        with _translated(folder / VISITS):
            return cls(folder)

    def __init__(self, folder: Path) -> None:
        """Use `open`."""
        self.path = folder / VISITS
        self._folder = folder
        self._stored: list[tuple[Any, ...]] = []
        self._looks: list[tuple[Any, ...]] = []
        self._replaced: list[tuple[str, int]] = []
        self._db = sqlite3.connect(self.path, timeout=_PATIENCE, isolation_level=None)
        try:
            share(self._db, patience=_PATIENCE)
            self._db.execute("PRAGMA synchronous = NORMAL")  # a power cut costs the last looks, never the file
            if self._db.execute("PRAGMA user_version").fetchone()[0] != 1:
                self._db.executescript(_SCHEMA)
        except BaseException:
            self._db.close()
            raise

    def stored(
        self, data: Mapping[str, Any], *, depth: int, validators: Validators = NO_VALIDATORS, before: Look | None = None, record: str = ""
    ) -> None:
        """An entry's JSON object went to the shards; `before`: the look that it differs from, `record`: its print, where it is known already."""
        row = _row(data, depth, validators, record)
        self._stored.append(row)
        if before is None:
            return
        if before.entry != row[0]:
            self.looked(before, data["fetched_at"])  # its address leads to another entry now
        elif before.stored_at:
            self._replaced.append((before.entry, before.stored_at))

    def looked(self, look: Look, at: str | None, *, validators: Validators = NO_VALIDATORS, digest: str = "") -> None:
        """A look at that time (None: now) found what was known, or nothing of use. `digest`: of the page's bytes, when they are others of the same content."""
        etag, modified = validators
        print_ = bytes.fromhex(short_digest(digest))
        self._looks.append((seconds_of(at) or int(time.time()), etag, etag, modified, modified, print_, print_, look.entry))

    def commit(self, stem: str) -> None:
        """Writes what came since the last time, in one transaction; `stem`: the shards that hold the entries. May be repeated after an error."""
        if not (self._stored or self._looks):
            return
        with _translated(self.path), self._transaction():
            self._db.executemany(_STORE, self._stored)
            self._db.executemany(_LOOK, self._looks)
            self._db.executemany("INSERT OR REPLACE INTO replaced VALUES (?, ?, ?)", [(*row, stem) for row in self._replaced])
        self._stored, self._looks, self._replaced = [], [], []

    def catch_up(self, alive: Callable[[], object] = lambda: None) -> int:
        """Reads the finished shards that the book has not read yet; how many entries. `alive` is called now and then.

        Shards are read outside of any transaction: other workers commit meanwhile, and who waits for SQLite only looks in now and then. Cut off, it
        reads the shard again, which changes nothing.
        """
        count = 0
        with _translated(self.path):
            read = {path for (path,) in self._db.execute("SELECT path FROM shards")}
            for shard in load_manifest(self._folder).of("entries"):
                if shard.path in read:
                    continue
                logger.info("reading %s for the book of visits", shard.path)
                rows: list[tuple[Any, ...]] = []
                for data in read_entries(self._folder / shard.path):
                    rows.append(_row(data, 0, NO_VALIDATORS, record_print(data)))
                    count += 1
                    if len(rows) == _STEP:
                        self._enter(rows)
                        rows = []
                        alive()
                self._enter(rows, finished=shard.path)
        return count

    def due(self, before: int, *, after: tuple[int, int] = (-1, -1), n: int) -> list[Visit]:
        """Up to n entries not looked at since that time (seconds since 1970), longest ago first, behind the place `after`."""
        with _translated(self.path):
            return [_visit(row) for row in self._db.execute(_DUE, (*after, before, n))]

    def depth_of(self, entry: str) -> int:
        """How many links lay between a seed and the entry of that name; 0 where the book does not know."""
        with _translated(self.path):
            row = self._db.execute("SELECT depth FROM visits WHERE entry = ?", (entry,)).fetchone()
        return int(row[0]) if row else 0

    def count_due(self, before: int) -> int:
        """How many entries nobody has looked at since."""
        with _translated(self.path):
            return int(self._db.execute("SELECT count(*) FROM visits WHERE checked_at < ?", (before,)).fetchone()[0])

    def count_replaced(self) -> int:
        """How many stored records a newer version replaced, those included whose newer version is not listed yet."""
        with _translated(self.path):
            return int(self._db.execute("SELECT count(*) FROM replaced").fetchone()[0])

    def close(self) -> None:
        """Closes the file; what was not committed is forgotten."""
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _enter(self, rows: Iterable[tuple[Any, ...]], *, finished: str = "") -> None:
        """Records of a shard, in one short transaction; `finished`: the path of the shard that ends with them."""
        with self._transaction():
            for row in rows:
                self._enter_one(row)
            if finished:
                self._db.execute("INSERT OR IGNORE INTO shards VALUES (?)", (finished,))

    def _enter_one(self, row: tuple[Any, ...]) -> None:
        """One record of a shard: a version that the book has, an older or a newer one."""
        entry, stored_at = row[0], row[5]
        known = self._db.execute("SELECT stored_at, checked_at FROM visits WHERE entry = ?", (entry,)).fetchone()
        if known is None:
            self._db.execute(_STORE, row)
        elif known[0] == stored_at:
            self._db.execute("UPDATE visits SET digest = ?, record = ? WHERE entry = ? AND record = x''", (row[8], row[9], entry))
        else:
            self._db.execute("INSERT OR IGNORE INTO replaced VALUES (?, ?, '')", (entry, min(known[0], stored_at)))
            if known[0] < stored_at:
                self._db.execute(_STORE, (*row[:4], max(known[1], stored_at), *row[5:]))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise


def _row(data: Mapping[str, Any], depth: int, validators: Validators, record: str) -> tuple[Any, ...]:
    at = seconds_of(data["fetched_at"])
    source, url = (ref.locator if (ref := entry_ref(data[name] or "")) is not None else "" for name in ("source", "url"))
    digest = bytes.fromhex(short_digest(data["digest"]))
    entry = entry_name(data["lemma_id"], data["url"])
    return (entry, source or url, "" if url == source else url, depth, at, at, *validators, digest, bytes.fromhex(record))


def _visit(row: tuple[Any, ...]) -> Visit:
    number, entry, source, url, depth, checked_at, stored_at, etag, modified, digest, record = row
    return Visit((checked_at, number), source, url, depth, Look(entry, etag, modified, digest.lower(), record.lower(), stored_at))


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise _refused(path, error) from error


def _refused(path: Path, error: Exception) -> ShardError:
    return ShardError(
        f"cannot use {path}: {error}", path=path, cure="free some space and make it writable; it may be deleted, the shards are the truth"
    )
