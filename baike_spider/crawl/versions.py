"""Which stored records are the newest version of their entry: the others stay in their shards, and readers leave them out.

Comes in: a crawl's folder, read only. Goes out: a question for each record. The folder's book of visits knows what was replaced; a folder without one
has no second versions.
"""

from __future__ import annotations

import os
import sqlite3
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from baike_spider.crawl.look import entry_name, seconds_of
from baike_spider.crawl.visits import VISITS
from baike_spider.shards import ShardError, load_manifest

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Versions"]


class Versions:
    """The versions of one crawl's folder. Raises ShardError when its book of visits cannot be read."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / VISITS
        self._listed: set[str] = set()
        self._db: sqlite3.Connection | None = None
        if self._path.is_file():
            self._listed = {PurePosixPath(shard.path).name.partition(".")[0] for shard in load_manifest(folder).shards} | {""}
            self._db = self._open()

    @cached_property
    def any(self) -> bool:
        """Whether any record was replaced."""
        return self._db is not None and bool(self._ask("SELECT EXISTS (SELECT 1 FROM replaced)")[0][0])

    def is_replaced(self, lemma_id: int | None, url: str | None, fetched_at: str | None) -> bool:
        """Whether a newer version of that entry, fetched later, is stored and listed."""
        if not self.any:
            return False
        found = self._ask("SELECT stem FROM replaced WHERE entry = ? AND stored_at = ?", entry_name(lemma_id, url), seconds_of(fetched_at))
        return bool(found) and found[0][0] in self._listed

    def count_replaced(self) -> int:
        """How many records were."""
        return sum(stem in self._listed for (stem,) in self._ask("SELECT stem FROM replaced")) if self.any else 0

    def close(self) -> None:
        if self._db is not None:
            self._db.close()

    def _open(self) -> sqlite3.Connection:
        try:
            try:
                return self._try("mode=ro")
            except sqlite3.OperationalError:
                # only where not even the lock files beside the book can be written nobody writes to it meanwhile
                if os.access(self._path.parent, os.W_OK):
                    raise
                return self._try("immutable=1")
        except sqlite3.Error as error:
            raise self._unreadable(error) from error

    def _try(self, how: str) -> sqlite3.Connection:
        db = sqlite3.connect(f"{self._path.absolute().as_uri()}?{how}", uri=True, timeout=60)
        try:
            db.execute("SELECT 1 FROM replaced LIMIT 1")
        except BaseException:
            db.close()
            raise
        return db

    def _unreadable(self, error: sqlite3.Error) -> ShardError:
        return ShardError(f"cannot read {self._path}: {error}", path=self._path, cure="delete it: the next refresh writes it again")

    def _ask(self, question: str, *values: object) -> list[tuple[str]]:
        assert self._db is not None
        try:
            return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise self._unreadable(error) from error
