"""SQLite files that many processes of one machine open at the same moment.

Comes in: a fresh connection. Goes out: the same, its file in WAL mode, so that readers and a writer do not wait for each other. What is in the file is its
owner's affair.
"""

from __future__ import annotations

import sqlite3
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["set_aside", "share"]

#: seconds between two attempts
_STEP = 0.02


def share(base: sqlite3.Connection, *, patience: float) -> None:
    """Puts the connection's file into WAL mode, where it is not in it already; `patience`: seconds to wait for others who do the same.

    SQLite asks for the file's lock here without its own waiting, so that of workers that begin a crawl together one would fail. Raises sqlite3.Error.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            if base.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                base.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            # the low byte: the rest says why it is busy
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_STEP)
        else:
            return


def set_aside(path: Path) -> Path:
    """Moves a file that is damaged out of the way, so that a new one can begin; where it is kept. Raises OSError."""
    aside = path.with_name(f"{path.name}.damaged-{int(time.time())}")
    path.replace(aside)
    for rest in ("-wal", "-shm"):
        path.with_name(f"{path.name}{rest}").unlink(missing_ok=True)
    return aside
