"""What `baike extract` reads, cut into tasks: files, folders, archives, standard input.

Comes in: paths. Goes out: `Task`s in a stable order, the same for the same input however many processes work on them. A large compressed
WARC is cut into stretches, a zip into lists of its files; what can only be read from its beginning (tar, JSON lines, a pipe) is read here and
handed on page by page. Memory: one task.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive import (
    FOLDER,
    NAMES,
    Broken,
    Damage,
    Piece,
    Reading,
    Tape,
    holds_records,
    is_begun,
    is_hidden,
    is_zip,
    members_follow,
    open_tape,
    page_names,
    read_tape,
    read_zip,
)
from baike_spider.archive import read_file as read_bundle
from baike_spider.shards import MANIFEST, IsCorpus, ShardError, load_manifest
from extractors import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["STDIN", "InputError", "Part", "Task", "check_paths", "page_files", "read_page", "read_task", "tasks"]

#: the path that stands for standard input
STDIN = "-"
#: what a page, or damage, takes of memory besides its body
_PIECE_BYTES = 1 << 10
#: characters beyond which the end of a name is no ending
_ENDING_LENGTH = 8
#: how many times larger a page is than its share of a compressed file
_UNPACKED = 4


class InputError(Exception):
    """A path that cannot be read as input."""


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


def check_paths(paths: Iterable[str]) -> None:
    """Raises InputError for the first path that is not there, or can hold no page, before any work begins."""
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise InputError(f"{path}: no such file or folder")
        if Path(path, MANIFEST).is_file() and not Path(path, FOLDER).is_dir():
            _refuse_pageless(Path(path))


def _refuse_pageless(folder: Path) -> None:
    try:
        load_manifest(folder)
    except IsCorpus as error:
        raise InputError(str(error)) from error
    except ShardError:
        return  # a manifest of somebody else's
    raise InputError(f"{folder} is a crawl without an archive ({FOLDER}/): its pages were not kept; `baike cat` shows its records")


def page_files(paths: Iterable[str], others: Counter[str] | None = None) -> Iterator[str]:
    """The files of files and folders: files as given, folders walked in the order of their names, hidden ones left out; of a crawl's folder
    its archive alone.

    A file is taken whatever its name; in a folder those of saved pages and archives are, and of the names of the others the endings are counted in `others`.
    Raises InputError for a path that is not there.
    """
    others = Counter() if others is None else others
    for path in paths:
        if path == STDIN or (Path(path).exists() and not Path(path).is_dir()):
            yield path
        elif Path(path).is_dir():
            own = Path(path, FOLDER)
            yield from _walk(str(own) if own.is_dir() and Path(path, MANIFEST).is_file() else path, others)
        else:
            raise InputError(f"{path}: no such file or folder")


def _walk(folder: str, others: Counter[str]) -> Iterator[str]:
    """The files below a folder, of a crawl's folder in it its archive; of one that cannot be read the folder itself, which says so when it is opened."""
    # names alone are kept: a folder may hold a million files
    names, folders, passed = [], set(), Counter[str]()
    try:
        with os.scandir(folder) as scan:
            for entry in scan:
                if is_hidden(entry.name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    if entry.name.startswith("."):
                        continue
                    folders.add(entry.name)
                elif not entry.name.lower().endswith(NAMES):
                    passed[_ending(entry.name)] += 1
                    continue
                names.append(entry.name)
    except OSError:
        yield folder
        return
    if MANIFEST in names and FOLDER in folders:
        yield from _walk(os.path.join(folder, FOLDER), others)  # noqa: PTH118
        return
    others.update(passed)
    names.sort()
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path a file would cost more than opening it
        if name in folders:
            yield from _walk(path, others)
        elif os.path.isfile(path) and not is_begun(path):  # noqa: PTH113
            yield path


def _ending(name: str) -> str:
    """`.php` of `a.php`; "" where there is none that a person would call so."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122
    return ending if ending[1:].isalpha() and len(ending) <= _ENDING_LENGTH else ""


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
