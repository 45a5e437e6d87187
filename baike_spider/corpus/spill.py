"""Second pass of a build: the lines of the newest records, by partition.

Comes in: the files once more, and the table `winners`. Goes out: plain files, `lines/<partition>-<reader>.jsonl`, together a partition's lines in the order
of their records' numbers. Nothing is parsed here. Memory: BUFFER_BYTES a reader.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from itertools import accumulate, pairwise
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
    from baike_spider.corpus.sources import RecordFile

__all__ = ["spill_lines", "spilled"]

#: bytes of lines that a reader holds before it writes them
BUFFER_BYTES = 32 << 20
#: rows that are asked for at a time
_ROWS = 10_000
_BOM = b"\xef\xbb\xbf"


class _Lines:
    """Lines by partition, on their way to files."""

    def __init__(self, folder: Path, reader: int) -> None:
        self._folder = folder
        self._reader = reader
        self._waiting: defaultdict[int, list[bytes]] = defaultdict(list)
        self._bytes = 0
        self.longest = 0

    def put(self, part: int, line: bytes) -> None:
        self._waiting[part].append(line)
        self._bytes += len(line)
        self.longest = max(self.longest, len(line))
        if self._bytes > BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        for part, lines in self._waiting.items():
            with (self._folder / f"{part:05d}-{self._reader:06d}.jsonl").open("ab") as file:
                file.write(b"\n".join([*lines, b""]))
        self._waiting.clear()
        self._bytes = 0


def spill_lines(db: Connection, files: Sequence[RecordFile], work: Work) -> int:
    """Writes the lines, in the order of their records' numbers; the bytes of the longest.

    Reads `work.jobs` files at once. Raises InputDamaged for one that cannot be read, OSError where the disk is full.
    """

    def read(own: Connection, numbers: range) -> int:
        lines = _Lines(_folder(work), numbers.start)
        wanted = _wanted(own, work, numbers)
        record, part = next(wanted, (-1, -1))
        for number in numbers:
            if record >> 32 != number:
                continue
            for found, line in enumerate(_records(files[number].path), number << 32):
                if found == record:
                    lines.put(part, line)
                    record, part = next(wanted, (-1, -1))
                    if record >> 32 != number:
                        break
        lines.flush()
        return lines.longest

    _folder(work).mkdir()
    return max(each(db, work, _shares(files, work.jobs), read))


def _shares(files: Sequence[RecordFile], readers: int) -> list[range]:
    """Each reader's files: neighbours, of about the same bytes together."""
    ends = list(accumulate(file.raw_bytes for file in files))
    bounds = [0, *(bisect_left(ends, ends[-1] * reader // readers) + 1 for reader in range(1, readers)), len(files)]
    return [range(first, last) for first, last in pairwise(bounds) if first < last]


def spilled(work: Work) -> dict[int, list[Path]]:
    """The files that hold each partition's lines, in their order."""
    found: defaultdict[int, list[Path]] = defaultdict(list)
    for path in sorted(_folder(work).iterdir()):
        found[int(path.name.partition("-")[0])].append(path)
    return found


def _folder(work: Work) -> Path:
    return work.scratch / "lines"


def _wanted(db: Connection, work: Work, files: range) -> Iterator[tuple[int, int]]:
    """The newest records of the files, with their partitions; no more of them once the build is stopping."""
    bounds = [files.start << 32, files.stop << 32]
    rows = db.execute("SELECT record, part FROM winners WHERE record >= ? AND record < ? ORDER BY record", bounds)
    while not work.stopping.is_set() and (some := rows.fetchmany(_ROWS)):
        yield from some


def _records(path: Path) -> Iterator[bytes]:
    """The file's lines as the engine counts them: without blank ones, and without white space around them."""
    try:
        for number, line in enumerate(read_lines(path)):
            if record := (line.removeprefix(_BOM) if number == 0 else line).strip():
                yield record
    except ShardError as error:
        raise InputDamaged(f"{path} cannot be read: {error}", path=path) from error
