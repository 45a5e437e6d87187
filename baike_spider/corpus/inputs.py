"""What `baike extract` reads, cut into tasks.

Comes in: paths; `paths.page_files` says which files they stand for. Goes out: `Task`s in a stable order, the same for the same input however many
processes work on them. A large compressed WARC is cut into stretches, a zip into lists of its files; what can only be read from its beginning (tar, JSON
lines, a pipe) is read here and handed on page by page. Memory: one task.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive import (
    Broken,
    Damage,
    Piece,
    Reading,
    Tape,
    holds_records,
    is_zip,
    members_follow,
    open_tape,
    page_names,
    read_tape,
    read_zip,
)
from baike_spider.archive import read_file as read_bundle
from baike_spider.corpus.paths import STDIN, InputError, page_files
from extractors import Page

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable, Iterator

__all__ = ["Part", "Task", "read_page", "read_task", "tasks"]

#: what a page, or damage, takes of memory besides its body
_PIECE_BYTES = 1 << 10
#: how many times larger a page is than its share of a compressed file
_UNPACKED = 4


@dataclass(frozen=True, slots=True)
class Part:
    """A file, or a stretch of one."""

    path: str
    start: int = 0
    stop: int | None = None
    """Members that begin between the two offsets; None: to the end."""
    names: tuple[str, ...] = ()
    """Files of a zip; none: the file itself."""


@dataclass(frozen=True, slots=True)
class Task:
    """What one process does at a time."""

    number: int
    parts: tuple[Part, ...] = ()
    pieces: tuple[Piece | Damage, ...] = ()
    """What is read already."""

    @property
    def digest(self) -> str:
        """Eight hex digits of what it is made of: names, stretches, sizes and times of files; of pages their bytes."""
        told = sha256()
        for part in self.parts:
            told.update(repr((part, _state(part.path))).encode())
        for piece in self.pieces:
            told.update(
                repr(piece).encode()
                if isinstance(piece, Damage)
                else sha256(piece.page.body + piece.page.url.encode("utf-8", "replace")).digest()
            )
        return told.hexdigest()[:8]


def _state(path: str) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_size, found.st_mtime_ns


def tasks(paths: Iterable[str], reading: Reading, *, size: int, others: Counter[str] | None = None) -> Iterator[Task]:
    """The work, in tasks of about `size` bytes of input. `others`: see `page_files`. Raises InputError for a path that is not there."""
    number, parts, weight = 0, [], 0
    for path in page_files(paths, others):
        for one in _cut(path, reading, size):
            if isinstance(one, tuple):
                part, cost = one
                parts.append(part)
                weight += cost
            if parts and (weight >= size or not isinstance(one, tuple)):
                yield Task(number, tuple(parts))
                number, parts, weight = number + 1, [], 0
            if isinstance(one, list):
                yield Task(number, pieces=tuple(one))
                number += 1
    if parts:
        yield Task(number, tuple(parts))


def _cut(path: str, reading: Reading, size: int) -> Iterator[tuple[Part, int] | list[Piece | Damage]]:
    """The parts of a file with their sizes, or lists of pages where only this process can read it."""
    try:
        whole = Path(path).stat().st_size if path != STDIN and Path(path).is_file() else None
        if whole is not None and whole <= size and not _is_opaque(path):
            yield Part(path), max(whole, 1)
        elif whole is None or not (stretches := list(_stretches(path, whole, size))):
            yield from _batches(_stream(path, reading), size * _UNPACKED)
        else:
            yield from stretches
    except IsADirectoryError:
        yield [Damage(path, 0, "the folder cannot be listed")]
    except OSError as error:
        yield [Damage(path, 0, f"it cannot be read: {error.strerror or error}")]


def _is_opaque(path: str) -> bool:
    """Whether a small file may hold far more than its size says."""
    return path.lower().endswith((".zip", ".wacz", ".tgz", ".tar.gz", ".tar.zst"))


def _stretches(path: str, whole: int, size: int) -> Iterator[tuple[Part, int]]:
    with open_tape(path) as tape:
        head = tape.peek(4)
        if is_zip(head):
            yield from _zip_stretches(path, size)
        elif holds_records(tape, path) and members_follow(tape):
            for start in range(0, whole, size):
                stop = start + size if start + size < whole else None
                yield Part(path, start, stop), size


def _zip_stretches(path: str, size: int) -> Iterator[tuple[Part, int]]:
    try:
        found = page_names(path)
    except Broken:
        return
    names: list[str] = []
    weight = 0
    for name, cost in found:
        names.append(name)
        weight += cost
        if weight >= size * _UNPACKED:
            yield Part(path, names=tuple(names)), size
            names, weight = [], 0
    if names:
        yield Part(path, names=tuple(names)), max(weight // _UNPACKED, 1)


def _stream(path: str, reading: Reading) -> Iterator[Piece | Damage]:
    if path == STDIN:
        return read_tape(Tape(sys.stdin.buffer, STDIN, seekable=False), STDIN, reading)
    return read_bundle(path, reading)


def _batches(pieces: Iterable[Piece | Damage], size: int) -> Iterator[list[Piece | Damage]]:
    batch: list[Piece | Damage] = []
    weight = 0
    for piece in pieces:
        batch.append(piece)
        weight += _PIECE_BYTES + (len(piece.page.body) if isinstance(piece, Piece) else 0)
        if weight >= size:
            yield batch
            batch, weight = [], 0
    if batch:
        yield batch


def read_task(task: Task, reading: Reading) -> Iterator[Piece | Damage]:
    """The pages of a task, and what in it is damaged. Raises nothing that one file could cause; ShardError for want of room."""
    yield from task.pieces
    for part in task.parts:
        try:
            if part.names:
                yield from read_zip(part.path, part.path, list(part.names), reading)
            else:
                yield from read_bundle(part.path, reading, start=part.start, stop=part.stop)
        except (OSError, Broken) as error:
            yield Damage(part.path, part.start, f"it cannot be read: {getattr(error, 'strerror', None) or error}")


def read_page(path: str) -> Page:
    """One saved page (`-`: standard input); its URL is unknown. Raises InputError when the file cannot be read."""
    try:
        body = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        return Page(body, source=path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
