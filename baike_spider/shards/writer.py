"""Writes a worker's records into the crawl folder: lines in memory, then frames in part files, then finished shards.

Comes in: entries or questions, and rejected pages. Goes out: `entries/`, `triples/`, `questions/`, `rejects/` of one number at a time, finished
together and then listed, so that a reader sees an entry with its triples or neither. Does not know who is told of it:
the caller acknowledges after `commit`, before it writes on, and only what was committed before gets listed.
Memory: at most `_FRAME_BYTES` of lines, more only while the disk refuses them.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from baike_spider.shards.disk import make_folder
from baike_spider.shards.errors import ShardError, on_disk
from baike_spider.shards.jsonl import json_line, reject_line
from baike_spider.shards.lock import folder_lock
from baike_spider.shards.manifest import load_manifest, merge, try_load
from baike_spider.shards.names import (
    ENTRIES,
    ENTRY_KINDS,
    KINDS,
    QUESTIONS,
    REJECTS,
    TRIPLES,
    ShardName,
    TriplesFormat,
    next_stem,
    triples_suffix,
    worker_id,
)
from baike_spider.shards.part import Batch, Part, SyncFailed
from baike_spider.shards.tsv import tsv_lines
from baike_spider.shards.zstd import LEVEL
from extractors.triples import facts, triple_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from types import TracebackType

    from extractors.model import Entry, Question

__all__ = ["ROLL_BYTES", "ShardWriter", "triple_lines"]

#: compressed bytes at which a shard is finished: some 45,000 entries
ROLL_BYTES = 64 << 20
#: bytes of waiting lines that become frames without waiting for a commit; larger frames compress no better
_FRAME_BYTES = 4 << 20


def triple_lines(entry: Entry, suffix: str) -> tuple[bytes, int]:
    """The lines of an entry's triples in the format that the shard's suffix names, and how many they are."""
    found = tuple(facts(entry))
    if suffix == triples_suffix("tsv"):
        return tsv_lines(entry, found), len(found)
    return b"".join(json_line(triple_of(entry, fact).as_dict()) for fact in found), len(found)


class ShardWriter:
    """The shards of one worker. Many may write into one folder, each its own files; the folder belongs to one crawl of one site.

    Any thread may call any method; `write` and `reject` do not wait for another thread's `commit`.
    Raises ShardError from any method when the disk refuses. What was written stays in memory then: do not write it again, but call
    `commit` once there is space. After a failed fsync every call raises, until the records are written by a new writer.
    """

    def __init__(  # noqa: PLR0913 - the knobs of a worker
        self,
        folder: Path | str,
        *,
        worker: str,
        site: str,
        crawl: str,
        triples_format: TriplesFormat = "tsv",
        roll_bytes: int = ROLL_BYTES,
        level: int = LEVEL,
        clock: Callable[[], float] = time.time,
        kinds: Sequence[str] = ENTRY_KINDS,
    ) -> None:
        """`kinds`: the folders that are there from the beginning; another kind's is made with its first record."""
        if triples_format not in ("jsonl", "tsv"):
            raise ValueError(f"triples_format is jsonl or tsv, not {triples_format!r}")
        self.folder = Path(folder)
        self._worker = worker_id(worker)
        self._site, self._crawl = site, crawl
        self._suffixes = {ENTRIES: ".jsonl.zst", TRIPLES: triples_suffix(triples_format), QUESTIONS: ".jsonl.zst", REJECTS: ".jsonl.zst"}
        self._roll_bytes = roll_bytes
        self._level = level
        self._clock = clock
        #: guards `_waiting`; taken after `_disk`, never held over disk work
        self._memory = threading.Lock()
        self._waiting = _nothing()
        #: guards all below
        self._disk = threading.RLock()
        self._stem = ""
        self._parts: dict[str, Part] = {}
        #: every entry in the parts has its triples there too
        self._paired = True
        #: some part may have its final name already
        self._finishing = False
        self._uncommitted = self._ever_committed = False
        #: why every call raises; "" while the writer works
        self._unusable = ""
        for kind in ("", *kinds):
            self._make_folder(kind)
        merge(self.folder, (), crawl=crawl, site=site, clock=clock)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def write(self, entry: Entry, data: dict[str, Any] | None = None) -> None:
        """Takes one entry and its triples. `data` is `entry.as_dict()` where the caller has it already.

        Raises ValueError or TypeError, and takes nothing, when the entry holds what JSON does not have.
        """
        self._refuse_when_unusable()
        line = json_line(entry.as_dict() if data is None else data)
        derived, count = triple_lines(entry, self._suffixes[TRIPLES])
        with self._memory:
            self._waiting[ENTRIES].add(line, counted_as=entry.layout, extractor=entry.extractor)
            self._waiting[TRIPLES].add(derived, records=count, extractor=entry.extractor)
        self._relieve()

    def write_question(self, question: Question, data: dict[str, Any] | None = None) -> None:
        """Takes one question. `data` is its record (`as_dict()` or `as_rich_dict()`) where the caller has it already.

        Raises ValueError or TypeError, and takes nothing, when the question holds what JSON does not have.
        """
        self._refuse_when_unusable()
        line = json_line(question.as_dict() if data is None else data)
        with self._memory:
            self._waiting[QUESTIONS].add(line, extractor=question.extractor or None)
        self._relieve()

    def reject(self, record: Mapping[str, Any]) -> None:
        """Takes one rejected page: an object with the keys `REJECT_FIELDS`. Raises ValueError on other keys."""
        self._refuse_when_unusable()
        line = reject_line(record)
        with self._memory:
            self._waiting[REJECTS].add(line, counted_as=record["verdict"])
        self._relieve()

    def commit(self) -> None:
        """Makes everything written before durable: it survives a kill and a power cut; readers see it when its shard is finished.

        Costs two fsyncs (triples need none: `salvage` derives them from the entries), and nothing when nothing was written.
        """
        with self._disk:
            self._flush()
            self._sync(ENTRIES, QUESTIONS, REJECTS)
            self._uncommitted, self._ever_committed = False, True

    def roll(self) -> None:
        """Commits, then finishes and lists the open shards; the next record opens new ones."""
        with self._disk:
            self._flush()
            self._finish()

    def close(self) -> None:
        """Rolls and ends. May be repeated after an error; what a writer leaves that never closes is recovered by `salvage`."""
        with self._disk:
            if self._unusable != _CLOSED:
                self.roll()
                self._unusable = _CLOSED

    def abandon(self) -> None:
        """Ends without finishing the open shards: what was written since the last roll stays unlisted, and nobody's."""
        with self._disk:
            if self._unusable != _CLOSED:
                self._give_up(_CLOSED)

    @property
    def stem(self) -> str:
        """Name of the shards that hold what the last `commit` made durable, without kind and suffix; "" when nothing was written."""
        return self._stem

    def listed_entries(self) -> int:
        """Entries, or questions, in the folder's manifest, of all workers and runs."""
        counts = load_manifest(self.folder).counts
        return int(counts[ENTRIES]) + int(counts.get(QUESTIONS, 0))

    def _relieve(self) -> None:
        """Moves lines from memory to disk when there are many."""
        with self._memory:
            heavy = sum(batch.tally.raw_bytes for batch in self._waiting.values()) >= _FRAME_BYTES
        if heavy:
            with self._disk:
                self._flush()

    def _refuse_when_unusable(self) -> None:
        if self._unusable:
            raise ShardError(self._unusable, path=self.folder)

    def _flush(self) -> None:
        self._refuse_when_unusable()
        if self._is_due():
            self._finish()
        with self._memory:
            taken, self._waiting = self._waiting, _nothing()
        left = [kind for kind in KINDS if taken[kind].tally.records]
        self._uncommitted = self._uncommitted or bool(left)
        try:
            while left:
                self._paired = False
                self._part(left[0]).put(taken[left[0]])
                del left[0]
            self._paired = True
        except ShardError:
            self._take_back(taken, left)
            raise
        except BaseException as error:
            self._give_up(f"the shard writer was interrupted in the middle of a write ({error!r}): start again with a new one")
            raise

    def _take_back(self, taken: dict[str, Batch], left: list[str]) -> None:
        """Returns what did not reach the disk to memory, before what came since."""
        with self._memory:
            for kind in left:
                taken[kind].extend(self._waiting[kind])
                self._waiting[kind] = taken[kind]

    def _is_due(self) -> bool:
        """Whether the open shards are to be finished before anything is added: only what the caller could acknowledge gets listed."""
        if self._finishing:
            return True
        full = any(part.bytes >= self._roll_bytes for part in self._parts.values())
        return full and self._paired and not (self._uncommitted and self._ever_committed)

    def _part(self, kind: str) -> Part:
        if kind not in self._parts:
            self._make_folder(kind)
            with folder_lock(self.folder):
                if not self._stem:
                    manifest = try_load(self.folder)
                    self._stem = next_stem(self.folder, self._worker, [shard.path for shard in manifest.shards] if manifest else ())
                self._parts[kind] = Part(self.folder, ShardName(kind, self._stem, self._suffixes[kind]), level=self._level)
        return self._parts[kind]

    def _make_folder(self, kind: str) -> None:
        with on_disk("create", self.folder / kind):
            make_folder((self.folder / kind).absolute())

    def _sync(self, *kinds: str) -> None:
        with self._giving_up():
            for kind in kinds:
                if kind in self._parts:
                    self._parts[kind].sync()

    def _finish(self) -> None:
        if not self._parts:
            return
        self._sync(*KINDS)
        self._finishing = True
        with self._giving_up():
            shards = [self._parts[kind].finish() for kind in KINDS if kind in self._parts]
        merge(self.folder, shards, crawl=self._crawl, site=self._site, clock=self._clock)
        self._forget_parts()

    def _forget_parts(self) -> None:
        for part in self._parts.values():
            part.release()
        self._parts = {}
        self._stem = ""
        self._finishing = self._uncommitted = False

    @contextmanager
    def _giving_up(self) -> Iterator[None]:
        try:
            yield
        except SyncFailed as error:
            self._give_up(str(error))
            raise

    def _give_up(self, reason: str) -> None:
        """Leaves the parts, unlocked, to `salvage`."""
        self._unusable = reason
        self._forget_parts()


_CLOSED = "this shard writer is closed"


def _nothing() -> dict[str, Batch]:
    return {kind: Batch() for kind in KINDS}
