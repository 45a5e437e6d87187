"""A byte stream that a reader can go back in, as far as the damage it is looking at.

Comes in: a regular file, or a pipe that cannot seek. Goes out: bytes at an offset. Memory: one block of a file; of a pipe what was read since
`pin`, at most `_KEPT_BLOCKS`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["READ_BYTES", "Readable", "Tape"]

#: bytes that `read` hands out at most unless it is told otherwise: somewhat more than a compressed page
READ_BYTES = 1 << 16
#: bytes of one read from the file
_BLOCK_BYTES = 1 << 20
#: blocks of a pipe that are kept to go back in
_KEPT_BLOCKS = 64


class Readable(Protocol):
    """What a tape is made of."""

    def read(self, size: int = -1, /) -> bytes: ...


class Tape:
    """`at` is the offset of the next byte. `path` is what messages call it."""

    def __init__(self, file: Readable | BinaryIO, path: str, *, seekable: bool) -> None:
        self.path = path
        self.at = 0
        self._file = file
        self._seekable = seekable
        #: (offset, bytes) of what is in memory, in order and without gaps; the last one is the newest
        self._blocks: deque[tuple[int, bytes]] = deque([(0, b"")], maxlen=1 if seekable else _KEPT_BLOCKS)

    def read(self, size: int = READ_BYTES) -> bytes:
        """At most `size` bytes, fewer at a block's end; b"" at the end. Raises OSError."""
        start, block = self._blocks[-1]
        if not start <= self.at < start + len(block):
            start, block = self._block()
        data = block[self.at - start : self.at - start + size]
        self.at += len(data)
        return data

    def read_all(self, size: int) -> bytes:
        """`size` bytes, fewer only at the end."""
        data = self.read(size)
        while 0 < len(data) < size and (more := self.read(size - len(data))):
            data += more
        return data

    def goto(self, offset: int) -> None:
        """The next byte read is that at `offset`; of a pipe at the earliest one that is kept still."""
        self.at = offset if self._seekable else max(offset, self._blocks[0][0])

    def pin(self) -> None:
        """Nobody will go back behind the present offset."""
        while len(self._blocks) > 1 and self._blocks[1][0] <= self.at:
            self._blocks.popleft()

    def peek(self, size: int) -> bytes:
        """The next bytes, which stay to be read; fewer only at the end."""
        start = self.at
        data = self.read_all(size)
        self.goto(start)
        return data

    def _block(self) -> tuple[int, bytes]:
        """The block that holds the next byte; an empty one at the end."""
        for start, block in self._blocks:
            if start <= self.at < start + len(block):
                return start, block
        if self._seekable:
            self._file.seek(self.at)  # type: ignore[union-attr]
            self._blocks.append((self.at, self._file.read(_BLOCK_BYTES)))
            return self._blocks[-1]
        while True:  # a pipe is only ever read on
            start = sum((self._blocks[-1][0], len(self._blocks[-1][1])))
            self._blocks.append((start, self._file.read(_BLOCK_BYTES)))
            start, block = self._blocks[-1]
            if not block:
                self._blocks.pop()
                return start, block
            if self.at < start + len(block):
                return start, block
