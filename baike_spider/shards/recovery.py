"""One leftover of a dead worker becomes finished shards.

Comes in: a file that nobody writes any more, locked by us. Goes out: the same file under its final name, cut back to
its last whole frame, and its triples, derived anew from its entries; what could not be read lies in `damaged/`. Lists
nothing. Every step may be interrupted and repeated. Memory: one frame.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING

from baike_spider.shards.disk import make_folder, publish, sync, sync_folder
from baike_spider.shards.errors import ShardDamaged, on_disk
from baike_spider.shards.frames import whole_frames
from baike_spider.shards.jsonl import REJECT_FIELDS
from baike_spider.shards.names import DAMAGED, ENTRIES, QUESTIONS, TRIPLES, ShardName, files_of
from baike_spider.shards.part import Batch, Part, Tally
from baike_spider.shards.reader import BAD_LINE, parse_object
from baike_spider.shards.writer import triple_lines
from extractors.model import Entry, Question

if TYPE_CHECKING:
    from io import FileIO
    from pathlib import Path

    from baike_spider.shards.manifest import Shard

__all__ = ["Damage", "Leftover", "recover"]


@dataclass(frozen=True, slots=True)
class Damage:
    """A tail that could not be read and was put aside; of a killed worker it holds nothing that was committed."""

    path: str
    """The file it was the end of, relative to the crawl folder."""
    offset: int
    """Where it began there."""
    bytes: int
    reason: str
    kept: str
    """Where it lies now, relative to the crawl folder."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A file without a writer."""

    folder: Path
    """The crawl folder."""
    name: ShardName
    path: Path
    """Where the file lies: a part, or a finished shard that is not listed."""
    file: FileIO
    """Open for reading and writing, and locked."""


def recover(leftover: Leftover, *, suffix: str, level: int) -> tuple[list[Shard], list[Damage]]:
    """The durable shards that a leftover becomes (entries and their triples, questions or rejects; none when it holds no record), and its bad tail.

    `suffix` is the triples' format where no triples lie beside the entries. Raises ShardError when the disk refuses: call again later.
    """
    if leftover.name.kind != ENTRIES:
        tally, damage = _trim(leftover, None)
        return ([_finish(leftover, tally)] if tally.records else []), damage
    name = ShardName(TRIPLES, leftover.name.stem, _clear_triples(leftover) or suffix)
    derived = Part(leftover.folder, name, level=level)
    try:
        tally, damage = _trim(leftover, derived)
        shards = [_finish(leftover, tally)] if tally.records else []
        if derived.tally.records:
            shards.append(derived.finish())
        else:
            derived.discard()
        return shards, damage
    finally:
        derived.release()


def _clear_triples(leftover: Leftover) -> str:
    """Deletes the triples that lie beside the entries; their format, "" where there are none."""
    suffix = ""
    for name, is_part in files_of(leftover.folder, TRIPLES):
        if name.stem == leftover.name.stem:
            path = leftover.folder / (name.part if is_part else name.path)
            with on_disk("delete", path):
                path.unlink()
            suffix = name.suffix
    return suffix


def _trim(leftover: Leftover, derived: Part | None) -> tuple[Tally, list[Damage]]:
    """What the whole frames hold. Cuts off what follows them, and deletes a file that holds nothing."""
    tally, end, reason = _read(leftover, derived)
    with on_disk("recover", leftover.path):
        damage = _cut(leftover, end, reason)
        if not tally.records:
            leftover.path.unlink()
    return tally, damage


def _read(leftover: Leftover, derived: Part | None) -> tuple[Tally, int, str]:
    """What the whole frames hold, where the last one ends, and why reading ended there; their triples go to `derived`."""
    tally, end = Tally(), 0
    try:
        for frame in whole_frames(leftover.file, leftover.path):
            lines = _lines(frame.data)
            if derived is None:
                own = _questions(lines) if leftover.name.kind == QUESTIONS else _rejects(lines)
            else:
                own, facts = _entries(lines, derived.name.suffix)
                if facts.tally.records:
                    derived.put(facts)
            tally.add(own)
            end = frame.end or end
    except ShardDamaged as error:
        return tally, end, str(error)
    except BAD_LINE as error:
        return tally, end, f"a line is no record of ours ({type(error).__name__}: {error})"
    return tally, end, ""


def _lines(data: bytes) -> list[bytes]:
    *lines, rest = data.split(b"\n")
    if rest:
        raise ValueError("the frame ends inside a line")
    return lines


def _entries(lines: list[bytes], suffix: str) -> tuple[Tally, Batch]:
    tally, facts = Tally(), Batch()
    for line in lines:
        entry = Entry.from_dict(parse_object(line))
        derived, count = triple_lines(entry, suffix)
        tally.count(len(line) + 1, counted_as=entry.layout, extractor=entry.extractor)
        facts.add(derived, records=count, extractor=entry.extractor)
    return tally, facts


def _questions(lines: list[bytes]) -> Tally:
    tally = Tally()
    for line in lines:
        Question.from_dict(parse_object(line))
        tally.count(len(line) + 1)
    return tally


def _rejects(lines: list[bytes]) -> Tally:
    tally = Tally()
    for line in lines:
        record = parse_object(line)
        if tuple(record) != REJECT_FIELDS:
            raise ValueError("it does not have the keys of a reject")
        tally.count(len(line) + 1, counted_as=record["verdict"])
    return tally


def _cut(leftover: Leftover, end: int, reason: str) -> list[Damage]:
    """Moves what follows `end` into `damaged/`: copied durably first, then cut off."""
    file, size = leftover.file, os.fstat(leftover.file.fileno()).st_size
    if size == end:
        return []
    folder = leftover.folder / DAMAGED
    make_folder(folder)
    file.seek(end)
    copy = folder / f".{leftover.name.kind}-{leftover.name.stem}.part"
    with copy.open("w+b") as target:
        shutil.copyfileobj(file, target)
        target.flush()
        sync(target.fileno())
        target.seek(0)
        digest = file_digest(target, "sha256").hexdigest()
    kept = folder / f"{leftover.name.kind}-{leftover.name.stem}{leftover.name.suffix}.from-{end}-{digest[:12]}"
    copy.replace(kept)
    sync_folder(folder)
    os.ftruncate(file.fileno(), end)
    origin = leftover.path.relative_to(leftover.folder).as_posix()
    return [Damage(origin, end, size - end, reason, kept.relative_to(leftover.folder).as_posix())]


def _finish(leftover: Leftover, tally: Tally) -> Shard:
    final = leftover.folder / leftover.name.path
    with on_disk("recover", leftover.path):
        leftover.file.seek(0)
        digest = file_digest(leftover.file, "sha256").hexdigest()
        sync(leftover.file.fileno())
        if leftover.path != final:
            publish(leftover.path, final)
        sync_folder(final.parent)
        return tally.shard(leftover.name, size=os.fstat(leftover.file.fileno()).st_size, digest=digest)
