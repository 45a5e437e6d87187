"""Records out of decompressed bytes, by the lengths they state, and on from the next one where a length is wrong.

Comes in: the pieces of one member, or of a whole plain file. Goes out: `Raw` records and `Fault`s, with their positions in those bytes.
Memory: one record, at most `LARGEST_BYTES` of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["LARGEST_BYTES", "Fault", "Raw", "head_end", "is_record", "sole_warc", "split_arc", "split_warc", "splitter_for"]

#: bytes of a record beyond which it is no page: passed over, not read
LARGEST_BYTES = 64 << 20
#: bytes in which a record's header ends
_HEAD_BYTES = 64 << 10
_WARC = re.compile(rb"WARC/[01]\.\d{1,2}\r?\n")
_NEXT_WARC = re.compile(rb"WARC/[01]\.\d{1,2}\r\n(?=WARC-|Content-)", re.IGNORECASE)
_LENGTH = re.compile(rb"^content-length:[ \t]*(\d{1,15})[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
#: URL, IP address, 14 digits of time, type, (more fields of version 2), length
_ARC = re.compile(rb"[a-z]{2,20}:[^ \n]{0,4096} [0-9.:a-fA-F]{1,45} (\d{14}) [^\n]{0,4096}?(\d{1,15})\n")
_NEXT_ARC = re.compile(rb"(?<=\n)" + _ARC.pattern)
_ENDS = re.compile(rb"\r?\n\r?\n")


@dataclass(frozen=True, slots=True)
class Raw:
    """One record as it lies there: its header and its content."""

    position: int
    head: bytes
    data: bytes
    """The bytes that hold its content, which is copied by who needs it: once."""
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class Fault:
    """Bytes that are no record."""

    position: int
    reason: str
    bytes: int


class Buffer:
    """The bytes ahead. `position` is where they begin."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._data = b""
        self._at = 0
        self.position = 0

    def has(self, size: int) -> bool:
        """Whether so many bytes are ahead; reads them where they are."""
        ahead = len(self._data) - self._at
        if ahead >= size:
            return True
        more: list[bytes] = []
        while ahead < size and (piece := next(self._pieces, b"")):
            more.append(piece)
            ahead += len(piece)
        if more:
            self._data = b"".join((self._data[self._at :], *more)) if self._at < len(self._data) else b"".join(more)
            self._at = 0
        return ahead >= size

    def look(self, start: int, end: int) -> bytes:
        """Bytes ahead that `has` said are there."""
        return self._data[self._at + start : self._at + end]

    def match(self, pattern: re.Pattern[bytes], *, within: int) -> re.Match[bytes] | None:
        """The first match in the next bytes; positions in it are those of the match's own string."""
        found = pattern.search(self._data, self._at, self._at + within)
        if found is None and len(self._data) - self._at < within:
            self.has(within)
            found = pattern.search(self._data, self._at, self._at + within)
        return found

    def distance(self, offset: int) -> int:
        """How far ahead an offset of the last match's string lies."""
        return offset - self._at

    def drop(self, size: int) -> int:
        """Goes on by so many bytes, without holding them; how many there were."""
        dropped = 0
        while dropped < size and self.has(1):
            step = min(len(self._data) - self._at, size - dropped)
            self._at += step
            dropped += step
        self.position += dropped
        return dropped

    def drop_newlines(self) -> None:
        while self.has(1) and self._data[self._at] in b"\r\n":
            self.drop(1)


def split_warc(pieces: Iterable[bytes]) -> Iterator[Raw | Fault]:
    """The records of WARC bytes."""
    return _split(pieces, _take_warc, _NEXT_WARC)


def split_arc(pieces: Iterable[bytes]) -> Iterator[Raw | Fault]:
    """The records of ARC bytes."""
    return _split(pieces, _take_arc, _NEXT_ARC)


def sole_warc(data: bytes) -> Raw | None:
    """The record of a member that holds one WARC record, whole, and nothing else: what `split_warc` says of it, at a fifth of the price.
    None for any other."""
    start = head_end(data, 0, _HEAD_BYTES)
    head = data[:start]
    length = _LENGTH.search(head) if _WARC.match(head) else None
    if length is None or start + int(length[1]) + 4 != len(data) or not data.endswith(b"\r\n\r\n"):
        return None
    return Raw(0, head, data, start, len(data) - 4)


def head_end(data: bytes, start: int, stop: int) -> int:
    """Where the empty line ends that ends a header, `start` where there is none; a lone LF ends a line too."""
    end = data.find(b"\n\r\n", start, stop) + 3
    bare = data.find(b"\n\n", start, end if end > 2 else stop) + 2
    return bare if bare > 1 else end if end > 2 else start


def is_record(head: bytes) -> bool:
    """Whether decompressed bytes begin with a record of WARC or ARC."""
    return bool(_WARC.match(head) or _ARC.match(head))


def splitter_for(head: bytes) -> Callable[[Iterable[bytes]], Iterator[Raw | Fault]]:
    """How to split what begins so."""
    return split_arc if _ARC.match(head.lstrip()) else split_warc


def _split(pieces: Iterable[bytes], take: Callable[[Buffer], Raw], following: re.Pattern[bytes]) -> Iterator[Raw | Fault]:
    buffer = Buffer(pieces)
    while True:
        buffer.drop_newlines()
        if not buffer.has(1):
            return
        start = buffer.position
        try:
            record: Raw | Fault = take(buffer)
        except Broken as error:
            _seek(buffer, following)
            record = Fault(start, str(error), buffer.position - start)
        yield record


def _seek(buffer: Buffer, following: re.Pattern[bytes]) -> None:
    """Goes on to the next beginning of a record, or to the end."""
    buffer.drop(1)
    while True:
        found = buffer.match(following, within=_HEAD_BYTES)
        if found is not None:
            buffer.drop(buffer.distance(found.start()))
            return
        if not buffer.has(_HEAD_BYTES):
            buffer.drop(_HEAD_BYTES)
            return
        # a beginning may lie across the edge
        buffer.drop(_HEAD_BYTES // 2)


def _take_warc(buffer: Buffer) -> Raw:
    ends = buffer.match(_ENDS, within=_HEAD_BYTES)
    if ends is None:
        raise Broken(f"no record begins here, but {_shown(buffer)}")
    head = buffer.look(0, buffer.distance(ends.end()))
    length = _LENGTH.search(head)
    if not _WARC.match(head):
        raise Broken(f"no record begins here, but {_shown(buffer)}")
    if length is None:
        raise Broken("the record states no Content-Length")
    return _take(buffer, head, int(length[1]), b"WARC/")


def _take_arc(buffer: Buffer) -> Raw:
    line = buffer.match(_ARC, within=_HEAD_BYTES)
    if line is None or buffer.distance(line.start()) > 0:
        raise Broken(f"no ARC record begins here, but {_shown(buffer)}")
    head = buffer.look(0, buffer.distance(line.end()))
    return _take(buffer, head, int(line[2]), b"")


def _take(buffer: Buffer, head: bytes, length: int, follows: bytes) -> Raw:
    start, size = buffer.position, len(head) + length
    if length > LARGEST_BYTES:
        raise Broken(f"a record of {length} bytes: no page is so large")
    if not buffer.has(size):
        raise Broken(f"the record states {length} bytes, but the data ends before them")
    content = buffer.look(len(head), size)
    buffer.has(size + len(b"\r\n\r\n") + len(follows))
    behind = buffer.look(size, size + 4 + len(follows))
    if behind and not behind.startswith(b"\r\n\r\n"):
        rest = behind.lstrip(b"\r\n")
        if rest == behind or not rest.startswith(follows[: len(rest)]):
            raise Broken(f"the record states {length} bytes, but does not end there")
    buffer.drop(size)
    return Raw(start, head, content, 0, length)


def _shown(buffer: Buffer) -> str:
    buffer.has(24)
    return repr(buffer.look(0, 24))
