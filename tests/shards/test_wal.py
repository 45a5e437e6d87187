"""SQLite files that many processes open at once."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from baike_spider.archive import INDEX_FILE, Index
from baike_spider.crawl.visits import VISITS, Visits
from baike_spider.shards.wal import share


@contextmanager
def locked(path: Path, *, seconds: float) -> Iterator[None]:
    """Another worker is making the file right now, and is done after a while, or when the block ends."""
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("CREATE TABLE begun (x)")
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(seconds, other.rollback)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


@pytest.mark.parametrize(
    ("name", "begin"),
    [(VISITS, lambda path: Visits.open(path.parent)), (INDEX_FILE, Index)],
    ids=["visits", "index"],
)
def test_a_file_that_another_worker_begins_is_waited_for(tmp_path: Path, name: str, begin: Callable[[Path], Visits | Index]) -> None:
    with locked(tmp_path / name, seconds=0.3), begin(tmp_path / name):
        pass
    with closing(sqlite3.connect(tmp_path / name)) as base:
        assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_not_for_ever(tmp_path: Path) -> None:
    path, is_locked = tmp_path / "x", pytest.raises(sqlite3.OperationalError, match="locked")
    with locked(path, seconds=60), closing(sqlite3.connect(path, timeout=0)) as base, is_locked:
        share(base, patience=0.1)
