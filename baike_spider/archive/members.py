"""Compressed files, member by member: gzip members and zstd frames, each from its offset to its end.

Comes in: a `Tape`. Goes out: decompressed pieces of the member at an offset, where it ended, and where the next whole one begins after
damage. A member that is checked against its checksum only at its end is handed out before that when it is larger than a reader holds.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from isal import isal_zlib
from isal.isal_zlib import decompressobj

from baike_spider.archive.damage import Broken
from baike_spider.shards.zstd import ZstdDecompressor, ZstdDict, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["GZIP", "ZSTD", "Codec", "GzipError", "Member", "begins_record", "find_member", "is_text", "read_dictionary"]

#: the library's stubs call it an instance
GzipError: type[Exception] = isal_zlib.error  # type: ignore[assignment]
#: decompressed bytes of a member that show what it holds
_HEAD_BYTES = 512
#: decompressed bytes a piece at most
_PIECE_BYTES = 1 << 20
#: bytes of a dictionary beyond which it is none; those of the archives' tools have 100 KB
_LARGEST_DICTIONARY = 16 << 20
#: how a record begins: of WARC, of ARC, of its first record
_RECORD = re.compile(rb"WARC/[01]\.\d|(?:filedesc|https?|dns|ftp)://?[^ \n]{1,4096} [0-9.:a-fA-F]{1,45} \d{14} ")
#: what no text holds
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
#: whole characters, between the end of one and the beginning of one
_UTF8 = re.compile(
    rb"[\x80-\xbf]{0,3}(?:[\x00-\x7f]|[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*[\xc2-\xf4]?[\x80-\xbf]{0,2}"
)


class _Decompressor(Protocol):
    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Codec:
    """One way of compression: how a member begins and how it is undone."""

    def __init__(
        self, name: str, magic: bytes, decompressor: Callable[[ZstdDict | None], _Decompressor], *, empty: re.Pattern[bytes] | None = None
    ) -> None:
        """`empty`: how members begin that hold nothing for a reader."""
        self.name = name
        self.magic = magic
        self.decompressor = decompressor
        self._empty = empty

    def begins(self, head: bytes) -> bool:
        """Whether a member begins so."""
        return head.startswith(self.magic) or bool(self._empty and self._empty.match(head))

    def __reduce__(self) -> str:
        return self.name.upper()


GZIP = Codec("gzip", b"\x1f\x8b\x08", lambda _: decompressobj(31))
#: zstd frames that other programs skip are those of indexes, of sizes (pzstd), and of a dictionary
ZSTD = Codec("zstd", b"\x28\xb5\x2f\xfd", ZstdDecompressor, empty=re.compile(rb"[\x50-\x5f]\x2a\x4d\x18"))
#: in .warc.zst the first frame holds the dictionary of all others
_DICTIONARY = b"\x5d\x2a\x4d\x18"


class Member:
    """The member at the tape's place. Iterate for its decompressed pieces; `end` is the offset behind it once they are all read."""

    def __init__(self, tape: Tape, codec: Codec, dictionary: ZstdDict | None = None) -> None:
        self.start = tape.at
        self.end: int | None = None
        self._tape = tape
        self._codec = codec
        self._dictionary = dictionary

    def __iter__(self) -> Iterator[bytes]:
        """Raises Broken when the bytes are no such member, or end too early."""
        tape, codec = self._tape, self._codec
        data = tape.read()
        if len(data) < len(codec.magic):  # a block's end lies in it
            data += tape.read()
        if len(data) < len(codec.magic) and codec.magic.startswith(data):
            raise Broken(f"the file ends inside a {codec.name} member")
        if not codec.begins(data):
            raise Broken(f"no {codec.name} begins here, but {data[:24]!r}")
        undo = codec.decompressor(self._dictionary)
        while True:
            if not data:
                raise Broken(f"the file ends inside a {codec.name} member")
            try:
                piece = undo.decompress(data, _PIECE_BYTES)
                while piece:
                    yield piece
                    piece = b"" if undo.eof else _more(undo)
            except (GzipError, ZstdError, EOFError) as error:
                raise Broken(f"{codec.name} cannot be undone: {str(error).strip()}") from None
            if undo.eof:
                break
            data = tape.read()
        self.end = tape.at - len(undo.unused_data)
        tape.goto(self.end)

    def finish(self) -> None:
        """Reads on to the end. Raises Broken."""
        if self.end is None:
            self._tape.goto(self.start)
            for _ in self:
                pass


def _more(undo: _Decompressor) -> bytes:
    """What a decompressor holds back beyond the size of a piece."""
    tail = getattr(undo, "unconsumed_tail", None)
    if tail is not None:
        return undo.decompress(tail, _PIECE_BYTES) if tail else b""
    return b"" if getattr(undo, "needs_input", True) else undo.decompress(b"", _PIECE_BYTES)


def read_dictionary(tape: Tape) -> ZstdDict | None:
    """The dictionary at the head of a .warc.zst file, None where there is none; the tape goes on behind it. Raises Broken."""
    start = tape.at
    head = tape.peek(8)
    if not head.startswith(_DICTIONARY) or len(head) < 8:
        return None
    size = int.from_bytes(head[4:8], "little")
    tape.goto(start + 8)
    words = tape.read_all(min(size, _LARGEST_DICTIONARY))
    if len(words) < size:
        raise Broken(
            f"the file's dictionary of {size} bytes is not there to its end, or too large: without it nothing in the file can be read"
        )
    if words.startswith(ZSTD.magic):
        try:
            words = ZstdDecompressor().decompress(words, _LARGEST_DICTIONARY)
        except ZstdError as error:
            raise Broken(f"the file's dictionary cannot be undone, and without it nothing in the file: {str(error).strip()}") from None
    if not words:
        return None
    try:
        dictionary = ZstdDict(words)
        ZstdDecompressor(dictionary)
    except (ValueError, ZstdError) as error:
        raise Broken(f"the file's dictionary is none, and without it nothing in the file can be read: {error}") from None
    return dictionary


def _is_record(head: bytes) -> bool:
    """Whether a record of WARC or ARC begins so."""
    return _RECORD.match(head) is not None


def is_text(head: bytes) -> bool:
    """Whether these are bytes out of the middle of a text in UTF-8.

    >>> is_text("雾屿".encode()[2:-1]), is_text(b""), is_text(b"\\x8b{"), is_text(b"a\\0"), is_text(b"\\xff\\xff")
    (True, False, True, False, False)
    """
    return bool(head) and not _CONTROL.search(head) and bool(_UTF8.fullmatch(head))


def find_member(
    tape: Tape,
    start: int,
    codec: Codec,
    *,
    dictionary: ZstdDict | None = None,
    stop: int | None = None,
    wanted: Callable[[bytes], bool] = _is_record,
) -> int | None:
    """The offset of the first member at or after `start` that decompresses to what is `wanted`; None when there is none before `stop`."""
    tape.goto(start)
    at, overlap = tape.at, b""
    while stop is None or at < stop:
        data = tape.read()
        if not data:
            return None
        block, origin = overlap + data, at - len(overlap)
        resume = tape.at
        found = block.find(codec.magic)
        while found >= 0:
            if stop is not None and origin + found >= stop:
                return None
            if wanted(_head(tape, origin + found, codec, dictionary)):
                return origin + found
            found = block.find(codec.magic, found + 1)
        tape.goto(resume)
        at, overlap = resume, block[-(len(codec.magic) - 1) :]
    return None


def begins_record(tape: Tape, offset: int, codec: Codec, dictionary: ZstdDict | None = None) -> bool:
    """Whether the member at `offset` decompresses, as far as can be seen from its head, to a record of WARC or ARC."""
    return _is_record(_head(tape, offset, codec, dictionary))


def _head(tape: Tape, offset: int, codec: Codec, dictionary: ZstdDict | None) -> bytes:
    """The first bytes of the member at `offset`, as far as it can be undone."""
    tape.goto(offset)
    head = b""
    try:
        undo = codec.decompressor(dictionary)
        data = tape.read(4096)
        while data and len(head) < _HEAD_BYTES and not undo.eof:
            head += undo.decompress(data, _HEAD_BYTES)
            data = tape.read(4096)
    except (GzipError, ZstdError, EOFError):
        pass  # what came until then may show enough
    return head
