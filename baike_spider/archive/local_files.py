"""The files of a zip file whose list is missing, as when its end was cut off: by the headers that stand before them.

Comes in: a tape of the zip file. Goes out: each file's name, and its bytes as they come; reading them raises what `zipfile` raises. Files whose size stands
only behind them are read where they are deflated. Memory: one piece.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile

from baike_spider.archive.names import text_in_zip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["LocalFile", "local_files"]

_MAGIC = b"PK\x03\x04"
#: signature, version, flags, method, time, date, checksum, compressed size, size, lengths of name and of further fields
_HEADER = Struct("<4s5H3I2H")
_ENCRYPTED, _SIZE_BEHIND = 1, 8
#: versions of the format, and ways of compression, beyond which it is no header
_LAST_VERSION, _LAST_METHOD = 63, 99
#: a size that stands in the further field of this number
_LARGE, _ZIP64 = 0xFFFFFFFF, 1
#: bytes that are undone at a time: what damage may cost of what lies before it
_INPUT_BYTES = 1 << 12
_PIECE_BYTES = 1 << 20


@dataclass(slots=True)
class LocalFile:
    """One file, to be read once."""

    name: str
    offset: int
    """Of its header in the zip file."""
    end: int | None
    """Where its bytes end; None where that is not known before they are read."""
    _tape: Tape
    _start: int
    _flags: int
    _method: int
    _checksum: int
    is_sound: bool = False
    """Whether it was read, to its end, and has its checksum."""

    _bytes: Iterator[bytes] | None = None

    def read(self, _size: int = -1, /) -> bytes:
        """The next bytes, b"" at the end: whatever there is before damage comes first. Raises BadZipFile, EOFError, zlib.error, NotImplementedError."""
        self._bytes = self._bytes or self._checked()
        return next(self._bytes, b"")

    def _checked(self) -> Iterator[bytes]:
        self._tape.goto(self._start)
        checksum = 0
        for piece in self._pieces():
            checksum = zlib.crc32(piece, checksum)
            yield piece
        if self._flags & _SIZE_BEHIND and self.end is not None:
            self._tape.goto(self.end)
            told = self._tape.read_all(8)
            self._checksum = int.from_bytes(told[4:8] if told.startswith(b"PK\x07\x08") else told[:4], "little")
        if checksum != self._checksum:
            raise BadZipFile("its checksum is another")
        self.is_sound = True

    def _pieces(self) -> Iterator[bytes]:
        if self._flags & _ENCRYPTED:
            raise NotImplementedError("it is encrypted")
        if self._method == ZIP_DEFLATED:
            yield from self._inflated()
        elif self._method == ZIP_STORED and self.end is not None:
            while self._tape.at < self.end:
                yield self._read(self.end - self._tape.at)
        else:
            raise NotImplementedError(f"without the list of the zip file it cannot be read (method {self._method})")

    def _inflated(self) -> Iterator[bytes]:
        undo = zlib.decompressobj(-zlib.MAX_WBITS)
        while not undo.eof:
            if piece := undo.decompress(undo.unconsumed_tail or self._read(_INPUT_BYTES), _PIECE_BYTES):
                yield piece
        self.end = self._tape.at - len(undo.unused_data)

    def _read(self, size: int) -> bytes:
        data = self._tape.read(size)
        if not data:
            raise EOFError("the zip file ends inside it")
        return data


def local_files(tape: Tape) -> Iterator[LocalFile]:
    """The files, in their order. Behind one that cannot be read it goes on with the next header that there is."""
    start = 0
    while (at := _find(tape, start)) is not None:
        start = at + len(_MAGIC)
        if (file := _header(tape, at)) is not None:
            yield file
            if file.end is not None and (file.is_sound or _begins_something(tape, file.end)):
                start = file.end


def _begins_something(tape: Tape, at: int) -> bool:
    """Whether a header, or the list, lies where a file that nobody read is to end."""
    tape.goto(at)
    return tape.peek(2) == _MAGIC[:2]


def _find(tape: Tape, start: int) -> int | None:
    tape.goto(start)
    overlap = b""
    while data := tape.read():
        found = (overlap + data).find(_MAGIC)
        if found >= 0:
            return tape.at - len(data) - len(overlap) + found
        overlap = (overlap + data)[-(len(_MAGIC) - 1) :]
    return None


def _header(tape: Tape, at: int) -> LocalFile | None:
    """The file whose header stands there; None where none does."""
    tape.goto(at)
    head = tape.read_all(_HEADER.size)
    if len(head) < _HEADER.size:
        return None
    _, version, flags, method, _, _, checksum, packed, size, name_length, more_length = _HEADER.unpack(head)
    name, more = tape.read_all(name_length), tape.read_all(more_length)
    start = tape.at
    if (version & 0xFF) > _LAST_VERSION or method > _LAST_METHOD or not name or len(more) < more_length:
        return None
    if packed == _LARGE:
        packed = _large(more, 8 if size == _LARGE else 0)
    known = not flags & _SIZE_BEHIND and packed is not None
    text = text_in_zip(name, flags).partition("\0")[0]
    return LocalFile(text, at, start + packed if known else None, tape, start, flags, method, checksum)


def _large(more: bytes, place: int) -> int | None:
    """The size at a place in the field of large sizes."""
    while len(more) >= 4:
        number, length = int.from_bytes(more[:2], "little"), int.from_bytes(more[2:4], "little")
        if number == _ZIP64 and place + 8 <= length:
            return int.from_bytes(more[4 + place : 12 + place], "little")
        more = more[4 + length :]
    return None
