"""Who may touch what: flock on the folder for the manifest and new names, flock on each file while it is written.

The system frees a dead process' locks, so a part whose lock is free has no writer any more. Descriptors are not
inherited over exec; a process that forks without exec keeps its parent's locks alive.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baike_spider.shards.errors import on_disk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LOCK_FILE", "claim", "folder_lock", "is_held", "lock"]

#: in the crawl folder; empty, never deleted
LOCK_FILE = "manifest.lock"


@contextmanager
def folder_lock(folder: Path) -> Iterator[None]:
    """Waits for the crawl folder's lock and holds it: for milliseconds only. Not re-entrant."""
    path = folder / LOCK_FILE
    with on_disk("lock", path):
        descriptor = os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        with on_disk("lock", path):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def lock(descriptor: int) -> None:
    """Marks an open file as being written until it is closed."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)


def claim(path: Path) -> int | None:
    """A locked descriptor of a file that nobody writes; None when somebody does, or when it is gone. Call it under the folder's lock."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except (BlockingIOError, FileNotFoundError):
        pass
    os.close(descriptor)
    return None


def is_held(path: Path) -> bool:
    """Whether somebody writes the file. Call it under the folder's lock, else it may keep a salvage from claiming the file."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
