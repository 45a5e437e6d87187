"""Second pass of a build: the lines of the newest records, by partition.

    files of entries -> the lines of `winners` -> spill/<partition>-<reader> -> one partition's lines, in the order of (subject, entry)

Comes in: the files once more, and the table `winners`. Goes out: plain files of lines, decompressed. Nothing is parsed here. Memory: BUFFER_BYTES
a reader, and eight bytes an entry.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

from baike_spider.corpus.errors import InputDamaged
from baike_spider.corpus.partitions import each
from baike_spider.shards import ShardError
from baike_spider.shards.frames import read_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.partitions import Work

__all__ = ["Spill", "spill_lines"]

#: bytes of lines that a reader holds before it writes them
BUFFER_BYTES = 32 << 20
#: rows that are asked for at a time
_ROWS = 10_000
_BOM = b"\xef\xbb\xbf"


class Spill:
    """Lines by partition, in the order in which one reader came by them."""

    def __init__(self, folder: Path, reader: int) -> None:
        self._folder = folder
        self._reader = reader
        self._lines: defaultdict[int, list[bytes]] = defaultdict(list)
        self._records: defaultdict[int, array[int]] = defaultdict(partial(array, "q"))
        self._held = 0

    def put(self, part: int, record: int, line: bytes) -> None:
        self._lines[part].append(line)
        self._records[part].append(record)
        self._held += len(line)
        if self._held > BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        for part, lines in self._lines.items():
            with self._path(part).open("ab") as file:
                file.write(b"\n".join(lines) + b"\n")
        self._lines.clear()
        self._held = 0

    def take(self, part: int) -> Iterator[tuple[int, bytes]]:
        """The partition's (record, line)s, which are here no longer."""
        if records := self._records.pop(part, None):
            path = self._path(part)
            yield from zip(records, path.read_bytes().split(b"\n"), strict=False)
            path.unlink()

    def _path(self, part: int) -> Path:
        return self._folder / f"{part:05d}-{self._reader}"


def spill_lines(db: Connection, files: Sequence[Path], work: Work) -> list[Spill]:
    """Reads the files again, `work.jobs` at once. Raises InputDamaged for one that cannot be read, OSError where the disk is full."""
    folder = work.scratch / "spill"
    bounds = [len(files) * job // work.jobs for job in range(work.jobs + 1)]

    def read(own: Connection, numbers: tuple[int, int]) -> Spill:
        spill = Spill(folder, numbers[0])
        first, last = numbers
        wanted = _wanted(own, first, last)
        record, part = next(wanted, (-1, -1))
        for number in range(first, last):
            for found, line in enumerate(_records(files[number]), number << 32):
                if found == record:
                    spill.put(part, record, line)
                    record, part = next(wanted, (-1, -1))
        spill.flush()
        return spill

    return each(db, work.jobs, [(first, last) for first, last in pairwise(bounds) if first < last], read)


def _wanted(db: Connection, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The newest records of the files, with their partitions."""
    rows = db.execute("SELECT record, part FROM winners WHERE record >= ? AND record < ? ORDER BY record", [first << 32, last << 32])
    while some := rows.fetchmany(_ROWS):
        yield from some


def _records(path: Path) -> Iterator[bytes]:
    """The file's lines as the engine counts them: without blank ones, and without white space around them."""
    try:
        for number, line in enumerate(read_lines(path)):
            if record := (line.removeprefix(_BOM) if number == 0 else line).strip():
                yield record
    except ShardError as error:
        raise InputDamaged(f"{path} cannot be read: {error}", path=path) from error
