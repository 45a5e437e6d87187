"""Bytes of a shard file, decompressed piece by piece.

Comes in: an open file of zstd frames, ours or any other tool's. Goes out: pieces of bounded size, whole frames, or
lines. Memory stays flat in `pieces` (a frame may be of any size); `lines` holds one line, `whole_frames` one frame.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from baike_spider.shards.errors import ShardDamaged, on_disk
from baike_spider.shards.zstd import FRAME_MAGIC, ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["Frame", "lines", "pieces", "read_lines", "whole_frames"]

#: bytes a read; small, because what follows a frame in it is copied once a frame
_READ_BYTES = 1 << 16
#: decompressed bytes a piece at most
_PIECE_BYTES = 1 << 18


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame, or a piece of one while it is being read."""

    data: bytes
    """Decompressed."""
    start: int
    """Offset of the frame's first byte in the file."""
    end: int | None
    """Offset behind its last byte; None where more of the frame follows."""
    number: int
    """From 0."""


def pieces(file: BinaryIO, path: Path) -> Iterator[Frame]:
    """Every frame of the file in pieces. Raises ShardDamaged at the first frame that is broken or cut off."""
    start = number = 0
    buffer = _read(file, path)
    while buffer:
        decoder = ZstdDecompressor()
        fed = len(buffer)
        while not decoder.eof:
            try:
                data = decoder.decompress(buffer, max_length=_PIECE_BYTES)
            except ZstdError as error:
                raise ShardDamaged(str(error), path=path, offset=start, frame=number) from error
            end = start + fed - len(decoder.unused_data) if decoder.eof else None
            yield Frame(data, start, end, number)
            if end is not None:
                buffer, start = decoder.unused_data, end
                break
            buffer = _read(file, path) if decoder.needs_input else b""
            if decoder.needs_input and not buffer:
                raise ShardDamaged("the file ends inside a frame", path=path, offset=start, frame=number)
            fed += len(buffer)
        number += 1
        buffer = buffer or _read(file, path)


def whole_frames(file: BinaryIO, path: Path) -> Iterator[Frame]:
    """Every whole frame. Raises ShardDamaged like `pieces`, after the last good one."""
    data: list[bytes] = []
    for piece in pieces(file, path):
        data.append(piece.data)
        if piece.end is not None:
            yield Frame(b"".join(data), piece.start, piece.end, piece.number)
            data.clear()


def lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a byte stream without their newlines; only LF ends a line."""
    rest: list[bytes] = []
    for chunk in chunks:
        head, *more = chunk.split(b"\n")
        rest.append(head)
        if more:
            yield b"".join(rest)
            yield from more[:-1]
            rest = [more[-1]]
    if any(rest):
        yield b"".join(rest)


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, decompressed when it is zstd. Raises ShardError when it cannot be read, ShardDamaged when it is broken."""
    with on_disk("read", path):
        file = path.open("rb", buffering=0)
    with file:
        magic = _read(file, path, len(FRAME_MAGIC))
        file.seek(0)
        if magic == FRAME_MAGIC or path.suffix == ".zst":
            yield from lines(piece.data for piece in pieces(file, path))
        else:
            yield from lines(iter(lambda: _read(file, path), b""))


def _read(file: BinaryIO, path: Path, size: int = _READ_BYTES) -> bytes:
    with on_disk("read", path):
        return file.read(size)
