"""A tape with its compression undone, as the file that tarfile and others read.

Comes in: a tape. Goes out: a file object that cannot seek; reading from it raises `Broken` where the compression does.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING, Any

from baike_spider.archive.members import Codec, Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["UndoneFile", "undone"]


def undone(tape: Tape, codec: Codec | None) -> UndoneFile:
    """What is on the tape from here on; `codec`: how it is compressed."""

    def pieces() -> Iterator[bytes]:
        while tape.peek(1):
            tape.pin()
            if codec is None:
                yield tape.read()
            else:
                yield from Member(tape, codec)

    return UndoneFile(pieces())


class UndoneFile(io.RawIOBase):
    """Pieces as a file. Memory: one piece, and what one call asks for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        #: where in the piece the next byte is: a piece has up to 1 MB, and tarfile asks for 10 KB at a time
        self._at = 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        view = memoryview(target)
        if self._at == len(self._piece):
            self._piece, self._at = next(self._pieces, b""), 0
        data = self._piece[self._at : self._at + len(view)]
        view[: len(data)] = data
        self._at += len(data)
        return len(data)

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as asked for, fewer only at the end: tarfile counts on it."""
        piece, end = self._piece, sys.maxsize if size is None or size < 0 else self._at + size
        parts = [piece[self._at : end]]
        while end > len(piece) and (more := next(self._pieces, b"")):
            end -= len(piece)
            piece = more
            parts.append(piece[:end])
        self._piece, self._at = piece, min(end, len(piece))
        return b"".join(parts)
