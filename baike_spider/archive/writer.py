"""Writes a worker's WARC files: whole gzip members, appended as they come, durable on `sync`.

Comes in: `Exchange`s. Goes out: `<worker>-<number>.warc.gz`, readable at any moment up to its last whole record, the next one when it is full. A
file is locked while it is written; what a killed worker leaves is mended by `mend`. Memory: the index rows since the last `sync`.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from baike_spider.archive.exchange import Known, digest_of, info_member, members_of
from baike_spider.archive.files import SUFFIX, file_names
from baike_spider.archive.index import INDEX_FILE, Index, IndexFailed, Row
from baike_spider.shards.disk import FsyncFailed, make_folder, sync, sync_folder, write_at
from baike_spider.shards.errors import ShardError, on_disk
from baike_spider.shards.lock import lock
from baike_spider.shards.names import worker_id

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from baike_spider.archive.exchange import Exchange, Member

__all__ = ["ROLL_BYTES", "ArchiveWriter"]

#: bytes at which the next file begins
ROLL_BYTES = 1 << 30
#: bytes of a body from which on it is worth a look whether the archive has it already
_WORTH_BYTES = 1024


class ArchiveWriter:
    """The WARC files of one worker. Many may write into one folder, each its own files.

    Raises ShardError when the disk refuses: `add` has added nothing then, and may be repeated; after a failed `sync` everything raises,
    because nobody knows what is durable.
    """

    def __init__(
        self,
        folder: Path,
        *,
        worker: str,
        info: Mapping[str, str],
        roll_bytes: int = ROLL_BYTES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """`info`: the fields of the warcinfo record: who crawled what, how, under which robots policy."""
        self.folder = folder
        self._worker = worker_id(worker)
        self._info = dict(info)
        self._roll_bytes = roll_bytes
        self._clock = clock
        self._descriptor = -1
        self._name = ""
        self._info_id = ""
        self._size = 0
        self._durable = 0
        self._unusable = ""
        self._rows: list[Row] = []
        #: bodies of `_rows`, which the index does not know yet
        self._fresh: dict[bytes, Row] = {}
        with on_disk("create", folder):
            make_folder(folder.absolute())
        self._index: Index | None = None
        with suppress(IndexFailed):  # without an index nothing is known to be unchanged; the next `mend` makes it again
            self._index = Index(folder / INDEX_FILE)

    def add(self, exchange: Exchange) -> None:
        """Appends the records of an exchange: in the file, not yet durable."""
        self._refuse_when_unusable()
        if self._size >= self._roll_bytes:
            self.sync()
            self._release()
        if self._descriptor < 0:
            self._begin()
        digest = digest_of(exchange.body)
        known = self._known(digest) if len(exchange.body) >= _WORTH_BYTES else None
        members = members_of(exchange, digest, Known(known.url, known.date) if known else None, info_id=self._info_id)
        at = self._append(members)
        answer = members[-1]
        mime = next((value.decode("latin-1") for name, value in exchange.headers if name.lower() == b"content-type"), "")
        row = Row(
            self._name,
            at + sum(len(member.data) for member in members[:-1]),
            len(answer.data),
            answer.type,
            exchange.url,
            exchange.date,
            exchange.status,
            mime.partition(";")[0].strip(),
            digest,
        )
        self._rows.append(row)
        if answer.type == "response":
            self._fresh[digest] = row

    def sync(self) -> None:
        """Makes everything added before durable: it survives a power cut. Costs one fsync, and nothing when nothing was added."""
        self._refuse_when_unusable()
        if self._descriptor < 0 or self._durable == self._size:
            return
        with on_disk("sync", self.folder / self._name):
            try:
                sync(self._descriptor)
                if not self._durable:
                    sync_folder(self.folder)
            except FsyncFailed:
                self._unusable = f"{self.folder / self._name} could not be made durable: start again, what was acknowledged is safe"
                raise
        self._durable = self._size
        self._tell_index()

    def close(self) -> None:
        """Syncs and ends. May be repeated."""
        try:
            if not self._unusable:
                self.sync()
        finally:
            self._unusable = self._unusable or "this archive writer is closed"
            self._release()
            if self._index is not None:
                self._index.close()
                self._index = None

    def _known(self, digest: bytes) -> Row | None:
        """A record that holds the body, in a file that is there."""
        row = self._fresh.get(digest)
        if row is None and self._index is not None:
            with suppress(IndexFailed):
                row = self._index.with_body(digest)
        return row if row is not None and (self.folder / row.file).exists() else None

    def _tell_index(self) -> None:
        """What is durable may be found. Failing costs time, the next time the folder is mended."""
        if self._index is not None:
            with suppress(IndexFailed):
                self._index.add(self._name, self._durable, self._rows)
                self._fresh.clear()
        else:
            self._fresh.clear()
        self._rows.clear()

    def _begin(self) -> None:
        numbers = [int(name.removesuffix(SUFFIX).rpartition("-")[2]) for name in file_names(self.folder) if self._is_own(name)]
        self._name = f"{self._worker}-{max(numbers, default=-1) + 1:05d}{SUFFIX}"
        path = self.folder / self._name
        with on_disk("create", path):
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o644)
            try:
                lock(self._descriptor)
            except OSError:
                self._release()
                raise
        self._size = self._durable = 0
        member, self._info_id = info_member(self._name, self._now(), self._info)
        try:
            self._append([member])
        except ShardError:
            self._release()
            path.unlink(missing_ok=True)
            raise

    def _is_own(self, name: str) -> bool:
        worker, _, number = name.removesuffix(SUFFIX).rpartition("-")
        return worker == self._worker and number.isdigit()

    def _append(self, members: list[Member]) -> int:
        """The offset of the first of them. All or nothing: what was written of them is cut off again."""
        at, data = self._size, b"".join(member.data for member in members)
        with on_disk("write", self.folder / self._name):
            try:
                write_at(self._descriptor, data, at)
            except OSError:
                os.ftruncate(self._descriptor, at)
                raise
        self._size += len(data)
        return at

    def _release(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _refuse_when_unusable(self) -> None:
        if self._unusable:
            raise ShardError(self._unusable, path=self.folder)

    def _now(self) -> str:
        return datetime.fromtimestamp(self._clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
