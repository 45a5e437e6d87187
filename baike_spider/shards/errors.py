"""What can go wrong on disk: one tree, and the border where the system's errors become ours.

ShardError               the folder or file cannot be read or written; says what, where and the cure
├── IsCorpus             the folder holds a corpus, which other commands read
├── ShardDamaged         a shard does not hold what it should; knows the file and the offset
└── ManifestDamaged      manifest.json is not what we wrote
"""

from __future__ import annotations

import errno
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["IsCorpus", "ManifestDamaged", "ShardDamaged", "ShardError", "on_disk"]

_SPACE = "free some space; what was committed is safe, and the same command goes on from there"
_RIGHTS = "allow this user to write there, or choose another output folder"
_NO_FOLDER = "another file has that name: move it away, or choose another output folder"
_LOCKS = "this file system has no file locks: put the output folder on a local disk"

_CURES = {
    errno.ENOSPC: _SPACE,
    errno.EDQUOT: _SPACE,
    errno.EFBIG: _SPACE,
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ENOLCK: _LOCKS,
    errno.ENOTSUP: _LOCKS,
    errno.ENOENT: "check the path",
    errno.EMFILE: "raise the limit of open files (ulimit -n)",
    errno.EIO: "the disk reports a fault: check it, then start again on a sound one",
}
#: those that make sense where something was to be read
_OF_READING = frozenset({errno.ENOENT, errno.EMFILE, errno.EIO})


class ShardError(Exception):
    """A folder or file of a crawl that cannot be read or written. `path` is where, `cure` is what to do."""

    def __init__(self, message: str, *, path: Path | None = None, cure: str = "") -> None:
        super().__init__(f"{message}; {cure}" if cure else message)
        self.path = path
        self.cure = cure


class IsCorpus(ShardError):
    """A folder that `baike corpus build` wrote, where a crawl's is expected."""

    def __init__(self, folder: Path) -> None:
        cure = f"`baike corpus sql|report|export|verify` read it, and one of entries `baike query {folder} NAME`"
        super().__init__(f"{folder} is a corpus, no crawl", path=folder, cure=cure)


class ShardDamaged(ShardError):
    """A shard that does not hold what it should. `offset` counts bytes of the file and is the start of the bad frame
    (of the whole file when the damage has no place), `frame` the frame's number from 0."""

    def __init__(self, message: str, *, path: Path, offset: int = 0, frame: int | None = None) -> None:
        where = f"{path}: byte {offset}" + ("" if frame is None else f", frame {frame}")
        super().__init__(f"damaged shard {where}: {message}", path=path)
        self.offset = offset
        self.frame = frame


class ManifestDamaged(ShardError):
    """A manifest.json that is not what we wrote."""

    def __init__(self, message: str, *, path: Path) -> None:
        cure = "the shards are the truth: start the crawl again, its salvage sets this file aside and rebuilds it from them; "
        cure += "of `baike extract --shards` and `baike replay`, write into another folder"
        super().__init__(f"damaged manifest {path}: {message}", path=path, cure=cure)


@contextmanager
def on_disk(doing: str, path: Path) -> Iterator[None]:
    """Turns an OSError of the block into a ShardError that says what was done, where, and the cure."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        cure = _CURES.get(number, "") if doing != "read" or number in _OF_READING else ""
        raise ShardError(f"cannot {doing} {path}: {error.strerror or error}", path=path, cure=cure) from error
