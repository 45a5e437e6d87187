"""Pages out of whatever they were kept in: WARC and ARC, WACZ, zip, tar, JSON lines, compressed or not, and single HTML files.

Comes in: a tape, and what it is called. Goes out: `Piece`s, each a page and the place it was read from, and `Damage`. What a file holds is seen
from its first bytes; where they do not, a name that says WARC, ARC, zip, WACZ, tar or JSON lines is believed (WARC and ARC always), so that an
empty file or an error page saved under it is damage and no page. Streaming: memory holds one page, of a zip inside another file a temporary
copy on disk.
"""

from __future__ import annotations

import json
import tarfile
import zipfile
import zlib
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.endings import FOREIGN_NAMES, LINE_NAMES, TAR_NAMES, ZIP_NAMES, holds_pages
from baike_spider.archive.files import RECORD_NAMES
from baike_spider.archive.json_lines import USUAL, Fields, pages_of_lines
from baike_spider.archive.local_files import local_files
from baike_spider.archive.members import ZSTD, Codec, Member, read_dictionary
from baike_spider.archive.names import name_in_tar, name_in_zip
from baike_spider.archive.pages import PAGE_TYPES, pages_of
from baike_spider.archive.reading import codec_of, open_tape, records_of
from baike_spider.archive.splitting import LARGEST_BYTES, is_record
from baike_spider.archive.tape import Tape
from baike_spider.archive.tar_headers import TarHeaders
from baike_spider.archive.undone import text_of, undone
from baike_spider.archive.zip_files import copied, is_zip, page_names
from extractors import Page

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from baike_spider.archive.record import Record

__all__ = ["PLAIN", "Piece", "Reading", "holds_records", "read_file", "read_tape", "read_zip"]

#: bytes that show what a file holds
_HEAD_BYTES = 8192
#: how many archives a page may lie in
_DEPTH = 3
_TOO_DEEP = f"it lies in {_DEPTH} other archives, and deeper ones are not read: unpack the outer one"
#: compressed in ways that are not undone: their first bytes, and what they are called
_FOREIGN = {b"BZh": "bzip2", b"\xfd7zXZ\0": "xz", b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "rar"}
#: what comes of taking a file out of a zip file
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError)


def _every(_url: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Reading:
    """How inputs are read."""

    wanted: Callable[[str], bool] = _every
    """Which addresses; of a page without one its path."""
    fields: Fields = USUAL
    original: Callable[[Record], Record | None] | None = None
    """The record that holds the body of a revisit; None: revisits are passed over."""


#: everything, as it is
PLAIN = Reading()


@dataclass(frozen=True, slots=True)
class Piece:
    """One page, and where it was read, for people."""

    where: str
    page: Page


def read_file(path: str, reading: Reading, *, start: int = 0, stop: int | None = None) -> Iterator[Piece | Damage]:
    """The pages of a file; of a compressed WARC file those whose members begin between two offsets. Raises OSError."""
    with open_tape(path) as tape:
        yield from read_tape(tape, path, reading, start=start, stop=stop)


def read_tape(
    tape: Tape, name: str, reading: Reading, *, start: int = 0, stop: int | None = None, depth: int = 0
) -> Iterator[Piece | Damage]:
    """The pages of a tape. Raises OSError; ShardError where a copy that is needed cannot be made."""
    head = tape.peek(_HEAD_BYTES)
    codec = codec_of(head)
    inner = head if codec is None else _peek_inside(tape, codec)
    told = name.lower()
    if told.endswith(RECORD_NAMES) or is_record(inner):
        yield from _of_records(tape, reading, start, stop)
    elif is_zip(head):
        yield from _of_nested_zip(tape, name, reading, depth)
    elif _is_tar(inner):
        yield from _of_tar(tape, codec, name, reading, depth)
    elif told.endswith(LINE_NAMES) or _is_lines(inner, reading.fields):
        yield from _of_lines(tape, codec, name, reading)
    elif kind := next((kind for magic, kind in _FOREIGN.items() if head.startswith(magic)), ""):
        yield Damage(name, 0, f"{kind} is not read: unpack it, or make it .gz or .zst")
    elif told.endswith((*ZIP_NAMES, *TAR_NAMES, *FOREIGN_NAMES)) and not head:
        yield Damage(name, 0, "the file is empty", 0)
    elif told.endswith(ZIP_NAMES):
        yield from _of_nested_zip(tape, name, reading, depth)
    elif told.endswith(TAR_NAMES):
        yield from _of_tar(tape, codec, name, reading, depth)
    else:
        yield from _of_page(tape, codec, name, reading)


def holds_records(tape: Tape, name: str) -> bool:
    """Whether a file is WARC or ARC, by its name or its first bytes."""
    codec = codec_of(tape.peek(4))
    return name.lower().endswith(RECORD_NAMES) or is_record(tape.peek(_HEAD_BYTES) if codec is None else _peek_inside(tape, codec))


def read_zip(path: str | BinaryIO, name: str, names: list[str], reading: Reading, *, depth: int = 0) -> Iterator[Piece | Damage]:
    """The pages of these files of a zip file. Raises OSError when it cannot be opened."""
    with zipfile.ZipFile(path) as bundle:
        for member in names:
            where = f"{name}/{name_in_zip(bundle.getinfo(member))}"
            try:
                with bundle.open(member) as file:
                    yield from read_tape(Tape(file, where, seekable=False), where, reading, depth=depth + 1)
            except _ZIP_ERRORS as error:
                yield Damage(where, bundle.getinfo(member).header_offset, f"the file cannot be taken out of the zip: {error}")


def _read_by_headers(zipped: BinaryIO, name: str, broken: str, reading: Reading, depth: int) -> Iterator[Piece | Damage]:
    """The pages of a zip file that has no list of its files any more; `broken`: what is wrong with it."""
    files = local_files(Tape(zipped, name, seekable=True))
    first = next(files, None)
    yield Damage(name, 0, f"{broken}; its files are read as far as they are there (`zip -FF` mends it)" if first else broken)
    for file in chain([first] if first else [], files):
        where = f"{name}/{file.name}"
        if not holds_pages(file.name) or (name.lower().endswith(".wacz") and not file.name.startswith("archive/")):
            continue
        try:
            yield from read_tape(Tape(file, where, seekable=False), where, reading, depth=depth + 1)
        except _ZIP_ERRORS as error:
            yield Damage(where, file.offset, f"the file cannot be taken out of the zip: {error}")


def _of_records(tape: Tape, reading: Reading, start: int, stop: int | None) -> Iterator[Piece | Damage]:
    records = records_of(tape, start=start, stop=stop, types=PAGE_TYPES)
    for found in pages_of(records, wanted=reading.wanted, original=reading.original):
        if isinstance(found, Damage):
            yield found
        else:
            record, page = found
            yield Piece(f"{record.path}: byte {record.offset}: {record.url}", page)


def _of_nested_zip(tape: Tape, name: str, reading: Reading, depth: int) -> Iterator[Piece | Damage]:
    """A zip file is read from its end: what comes through a pipe is copied first."""
    if depth >= _DEPTH:
        yield Damage(name, 0, _TOO_DEEP)
        return
    with copied(tape, name) as copy:
        try:
            names = [member for member, _ in page_names(copy)]
        except Broken as error:
            yield from _read_by_headers(copy, name, str(error), reading, depth)
            return
        yield from read_zip(copy, name, names, reading, depth=depth)


def _of_tar(tape: Tape, codec: Codec | None, name: str, reading: Reading, depth: int) -> Iterator[Piece | Damage]:
    if depth >= _DEPTH:
        yield Damage(name, 0, _TOO_DEEP)
        return
    headers = TarHeaders.of_one_file()
    found, stopped = False, ""
    try:
        # tarfile ends at a header that is none, without a word; so it goes on to the next one, and is told
        with tarfile.open(fileobj=undone(tape, codec), mode="r|", tarinfo=headers, ignore_zeros=True) as bundle:
            while (member := bundle.next()) is not None:
                found = True
                bundle.members.clear()  # type: ignore[attr-defined] # or all of them would stay in memory
                if wrong := headers.wrong():
                    yield Damage(name, tape.at, f"the tar file is damaged before here: {wrong}")
                if member.isfile() and holds_pages(member.name) and (file := bundle.extractfile(member)) is not None:
                    where = f"{name}/{name_in_tar(member.name)}"
                    yield from read_tape(Tape(file, where, seekable=False), where, reading, depth=depth + 1)
    except (tarfile.TarError, Broken, EOFError) as error:
        # tarfile seeks back where a file without any header ends inside a block: told below
        if found or not isinstance(error, tarfile.StreamError):
            stopped = f"the tar file cannot be read on: {error}"
    if wrong := headers.wrong():
        wrong = f"{'the tar file is damaged at its end' if found else 'no header of a tar file is in it'}: {wrong}"
    if stopped or wrong:
        yield Damage(name, tape.at, "; ".join(filter(None, (stopped, wrong))))
    elif not found:
        yield Damage(name, 0, "the tar file holds no files")
    elif not headers.empty:
        yield Damage(name, tape.at, "the tar file ends without its end mark: cut off?")


def _of_lines(tape: Tape, codec: Codec | None, name: str, reading: Reading) -> Iterator[Piece | Damage]:
    for found in pages_of_lines(text_of(tape, codec), name, reading.fields):
        if isinstance(found, Damage):
            yield found
        elif reading.wanted(found.url or found.source):
            yield Piece(f"{found.source}: {found.url}", found)


def _of_page(tape: Tape, codec: Codec | None, name: str, reading: Reading) -> Iterator[Piece | Damage]:
    if not reading.wanted(name):
        return
    try:
        body = undone(tape, codec).read(LARGEST_BYTES + 1)
    except Broken as error:
        yield Damage(name, 0, str(error))
        return
    if len(body) > LARGEST_BYTES:
        yield Damage(name, 0, f"more than {LARGEST_BYTES} bytes: no page is so large")
        return
    yield Piece(name, Page(body, source=name))


def _peek_inside(tape: Tape, codec: Codec) -> bytes:
    """The first decompressed bytes, which stay to be read; the first members may hold few of them, or none."""
    start = tape.at
    inner = b""
    try:
        dictionary = read_dictionary(tape) if codec is ZSTD else None
        while len(inner) < _HEAD_BYTES and tape.peek(1):
            for piece in Member(tape, codec, dictionary):
                inner += piece[:_HEAD_BYTES]
                if len(inner) >= _HEAD_BYTES:
                    break
    except Broken:
        pass  # what reads it says what is wrong
    tape.goto(start)
    return inner


def _is_tar(head: bytes) -> bool:
    return head[257:262] == b"ustar"


def _is_lines(head: bytes, fields: Fields) -> bool:
    """Whether a file without a telling name is of JSON lines: its first line has, or begins with, the field of the page."""
    return head.lstrip()[:1] == b"{" and json.dumps(fields.html).encode() in head.partition(b"\n")[0]
