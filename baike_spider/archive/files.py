"""The WARC files of a folder, and the mending of what killed workers left.

Comes in: a folder. Goes out: its files by name; an index that knows them all; tails that were cut off. Nothing but the last, torn record of a file
that nobody writes is ever cut, and its fetch was never acknowledged.
"""

from __future__ import annotations

import os
from base64 import b32decode
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.index import INDEX_FILE, Index, Row
from baike_spider.archive.members import GZIP, Member
from baike_spider.archive.reading import EVERY_TYPE, open_tape, read_records
from baike_spider.shards.errors import on_disk
from baike_spider.shards.lock import claim, is_held

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baike_spider.archive.record import Record

__all__ = ["FOLDER", "RECORD_NAMES", "SUFFIX", "archive_in", "file_names", "is_begun", "mend", "rows_of"]

#: folder of a crawl's folder that holds its archive
FOLDER = "warc"
SUFFIX = ".warc.gz"
#: names of files of records, in small letters
RECORD_NAMES = (".warc", ".warc.gz", ".warc.zst", ".arc", ".arc.gz", ".arc.zst")
#: rows that are told to the index at once
_BATCH = 10_000


def archive_in(path: Path) -> Path:
    """The folder of WARC files of a crawl's folder; another folder is one itself."""
    own = path / FOLDER
    return own if own.is_dir() else path


def file_names(folder: Path) -> list[str]:
    """The names of a folder's WARC and ARC files, sorted."""
    return (
        sorted(path.name for path in folder.iterdir() if path.name.endswith(RECORD_NAMES) and not path.name.startswith("."))
        if folder.is_dir()
        else []
    )


def is_begun(path: str | Path) -> bool:
    """Whether a file of a crawl's archive holds nothing yet, which is no damage: its writer has just begun it, or died before the first record was
    written. Raises OSError."""
    # a Path of every file in a folder of a million costs
    return str(path).endswith(SUFFIX) and Path(path).stat().st_size == 0 and Path(path).with_name(INDEX_FILE).exists()


def mend(folder: Path, index: Index, *, cut: bool = True) -> list[Damage]:
    """Brings the index up to date, and with `cut` takes off the torn ends that killed workers left; what is damaged.

    Files that somebody writes are left to him. Reads only what the index does not know. Raises ShardError, IndexFailed.
    """
    damaged: list[Damage] = []
    known = index.sizes()
    names = file_names(folder)
    for name in known.keys() - set(names):
        index.forget(name)
    for name in names:
        path = folder / name
        with on_disk("read", path):
            # an empty one has just been begun, or its writer died before the first record
            if path.stat().st_size in (0, known.get(name, -1)) or is_held(path):
                continue
            descriptor = claim(path) if cut else None
        if cut and descriptor is None:
            continue
        try:
            damaged += _catch_up(path, index, known.get(name, 0), descriptor)
        finally:
            if descriptor is not None:
                os.close(descriptor)
    return damaged


def _catch_up(path: Path, index: Index, start: int, descriptor: int | None) -> list[Damage]:
    size = path.stat().st_size
    if size < start:
        index.forget(path.name)
        start = 0
    damaged: list[Damage] = []
    batch: list[Row] = []
    found: Row | Damage | None = None
    with on_disk("read", path):
        for found in rows_of(path, start=start):
            if isinstance(found, Damage):
                damaged.append(found)
                continue
            batch.append(found)
            if len(batch) == _BATCH:
                index.add(path.name, start, batch)
                batch = []
        # of one byte alone a reader cannot say that it is compressed
        if path.name.endswith(SUFFIX) and (found is None or size < len(GZIP.magic)):
            damaged = _broken_member(path, start, size)
    if damaged and path.name.endswith(SUFFIX) and _is_torn_end(damaged[-1], size, path):
        # also where it stays: what is not indexed is looked at again
        size = damaged[-1].offset
        if descriptor is not None:
            with on_disk("cut the torn end off", path):
                os.ftruncate(descriptor, size)
                os.fsync(descriptor)
    index.add(path.name, size, batch)
    return damaged


def _broken_member(path: Path, start: int, size: int) -> list[Damage]:
    """What is wrong with the member that begins there, where too little of it was written for a reader to know it for one."""
    with open_tape(str(path)) as tape:
        tape.goto(start)
        try:
            for _ in Member(tape, GZIP):
                pass
        except Broken as error:
            return [Damage(str(path), start, str(error), size - start)]
    return []


def _is_torn_end(damage: Damage, size: int, path: Path) -> bool:
    """Whether the damage reaches to the end of a file and is nothing but a record that was not written to its end."""
    if damage.bytes is None or damage.offset + damage.bytes < size:
        return False
    return damage.reason.startswith("the file ends inside") or _ends_in_zeros(path, damage.offset, size)


def _ends_in_zeros(path: Path, start: int, size: int) -> bool:
    """Whether zeros take the place of a member's end: a machine that lost its power made the file longer and did not write what was to be there. A member
    that was written ends in its length, of four bytes, which is never 0."""
    with on_disk("read", path), path.open("rb") as file:
        file.seek(start)
        head = file.read(len(GZIP.magic)).rstrip(b"\0")
        file.seek(max(start + len(head), size - 4))
        return GZIP.magic.startswith(head) and not any(file.read())


def rows_of(path: Path, *, start: int = 0) -> Iterator[Row | Damage]:
    """The index rows of a file's records, and its damage. Raises OSError."""
    waiting: Record | None = None
    for found in read_records(path, start=start, types=EVERY_TYPE):
        if waiting is not None:
            yield _row(path.name, waiting, found.offset - waiting.offset)
            waiting = None
        if isinstance(found, Damage):
            yield found
        else:
            waiting = found
    if waiting is not None:
        yield _row(path.name, waiting, path.stat().st_size - waiting.offset)


def _row(name: str, record: Record, length: int) -> Row:
    digest = b""
    if record.digest.startswith("sha1:"):
        try:
            digest = b32decode(record.digest[5:].upper())
        except ValueError:
            digest = b""
    mime = record.content_type.partition(";")[0].strip()
    return Row(name, record.offset, length, record.type, record.url, record.date, record.status, mime, digest)
