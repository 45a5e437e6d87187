"""How a file becomes visible: written whole under another name, fsynced, renamed, the folder fsynced.

Knows nothing of shards. Every function raises OSError; the callers translate it with `errors.on_disk`.
"""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FsyncFailed", "make_folder", "publish", "sync", "sync_folder", "write_at", "write_whole"]


class FsyncFailed(OSError):
    """fsync itself failed. The system may have dropped what it could not write and would report success the next time."""


def sync(descriptor: int) -> None:
    """Makes an open file's bytes durable."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise FsyncFailed(error.errno, error.strerror) from error


def sync_folder(folder: Path) -> None:
    """Makes the folder's names durable."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        sync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Creates the folder and those above it, durably."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def write_at(descriptor: int, data: bytes, offset: int) -> None:
    """Writes all of `data` at `offset`."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view = view[written:]
        offset += written


def publish(source: Path, target: Path) -> None:
    """Gives a fsynced file its final name, durable after `sync_folder`. Never overwrites: raises FileExistsError."""
    if target.exists():
        raise FileExistsError(errno.EEXIST, "the final name is taken", str(target))
    source.replace(target)


def write_whole(path: Path, data: bytes) -> None:
    """Replaces the file in one step: a reader sees the old bytes or the new ones. Only one process at a time may call it for a path."""
    part = path.with_name(f".{path.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        write_at(descriptor, data, 0)
        sync(descriptor)
    finally:
        os.close(descriptor)
    part.replace(path)
    sync_folder(path.parent)
