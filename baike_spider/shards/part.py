"""One shard while it is being written: frames are appended to a part file that is locked as long as it is open.

Comes in: batches of lines. Goes out: whole frames in `.NAME.part`, in the end the finished file and its `Shard`.
A write that fails is taken back and may be repeated. A failed fsync is final, because the system may have dropped the
data and would report success the next time.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

from baike_spider.shards.disk import FsyncFailed, publish, sync, sync_folder, write_at
from baike_spider.shards.errors import ShardError, on_disk
from baike_spider.shards.lock import lock
from baike_spider.shards.manifest import Shard
from baike_spider.shards.zstd import LEVEL, compress_frame

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from baike_spider.shards.names import ShardName

__all__ = ["Batch", "Part", "SyncFailed", "Tally"]


class SyncFailed(ShardError):
    """fsync failed: nobody knows what reached the disk since the last one."""


@contextmanager
def _fsync_is_final(path: Path) -> Iterator[None]:
    with on_disk("sync", path):
        try:
            yield
        except FsyncFailed as error:
            cure = "close this writer and start again: what was committed before is safe, the rest is to be fetched again"
            raise SyncFailed(f"cannot sync {path}: {error.strerror}", path=path, cure=cure) from error


@dataclass(slots=True)
class Tally:
    """What is in a shard, for the manifest."""

    records: int = 0
    raw_bytes: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    extractors: set[str] = field(default_factory=set)

    def count(self, raw_bytes: int, *, records: int = 1, counted_as: str | None = None, extractor: str | None = None) -> None:
        """Counts records; `counted_as` is their layout or verdict."""
        self.records += records
        self.raw_bytes += raw_bytes
        if counted_as is not None:
            self.counts[counted_as] += records
        if extractor is not None:
            self.extractors.add(extractor)

    def add(self, other: Tally) -> None:
        self.records += other.records
        self.raw_bytes += other.raw_bytes
        self.counts.update(other.counts)
        self.extractors |= other.extractors

    def shard(self, name: ShardName, *, size: int, digest: str) -> Shard:
        return Shard(name.path, name.kind, self.records, size, self.raw_bytes, digest, dict(self.counts), tuple(sorted(self.extractors)))


@dataclass(slots=True)
class Batch:
    """Lines that become one frame."""

    lines: list[bytes] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)

    def add(self, lines: bytes, *, records: int = 1, counted_as: str | None = None, extractor: str | None = None) -> None:
        """Appends whole lines."""
        self.lines.append(lines)
        self.tally.count(len(lines), records=records, counted_as=counted_as, extractor=extractor)

    def extend(self, other: Batch) -> None:
        self.lines += other.lines
        self.tally.add(other.tally)


class Part:
    """An open part file. Create it under the folder's lock, or as the holder of the shard it belongs to."""

    def __init__(self, folder: Path, name: ShardName, *, level: int = LEVEL) -> None:
        self.name = name
        self.bytes = 0
        self.tally = Tally()
        self._path = folder / name.part
        self._final = folder / name.path
        self._level = level
        self._digest = sha256()
        self._synced_bytes = -1
        self._torn = False
        self._published = False
        with on_disk("create", self._path):
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                lock(self._descriptor)
            except OSError:
                os.close(self._descriptor)
                raise

    def put(self, batch: Batch) -> None:
        """Appends the batch as one frame, not yet durable. After an error the file ends where it did and `put` may be called again."""
        frame = compress_frame(b"".join(batch.lines), self._level)
        with on_disk("write", self._path):
            self._mend()
            self._torn = True
            write_at(self._descriptor, frame, self.bytes)
        self._digest.update(frame)
        self.bytes += len(frame)
        self.tally.add(batch.tally)
        self._torn = False

    def sync(self) -> None:
        """Makes everything put so far durable. Raises SyncFailed: then the part must be left to `salvage`."""
        if self._synced_bytes == self.bytes:
            return
        with _fsync_is_final(self._path):
            sync(self._descriptor)
            if self._synced_bytes < 0:
                sync_folder(self._path.parent)
        self._synced_bytes = self.bytes

    def finish(self) -> Shard:
        """Makes the part durable and gives it its final name; it stays locked until `release`. May be repeated after an error."""
        if not self._published:
            with on_disk("write", self._path):
                self._mend()
            self.sync()
            with on_disk("give its final name to", self._path):
                publish(self._path, self._final)
            self._published = True
        with _fsync_is_final(self._final):
            sync_folder(self._final.parent)
        return self.tally.shard(self.name, size=self.bytes, digest=self._digest.hexdigest())

    def discard(self) -> None:
        """Deletes the part."""
        with on_disk("delete", self._path):
            self._path.unlink(missing_ok=True)
        self.release()

    def release(self) -> None:
        """Closes the file, which frees its lock."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _mend(self) -> None:
        if self._torn:
            os.ftruncate(self._descriptor, self.bytes)
            self._torn = False
