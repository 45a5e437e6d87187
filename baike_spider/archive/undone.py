"""A tape with its compression undone, as the file that tarfile and others read.

Comes in: a tape. Goes out: a file object that cannot seek; reading from it raises `Broken` where the compression does.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from baike_spider.archive.members import Codec, Member

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["Pieces", "undone"]


def undone(tape: Tape, codec: Codec | None) -> Pieces:
    """What is on the tape from here on; `codec`: how it is compressed."""

    def pieces() -> Iterator[bytes]:
        while tape.peek(1):
            tape.pin()
            if codec is None:
                yield tape.read()
            else:
                yield from Member(tape, codec)

    return Pieces(pieces())


class Pieces(io.RawIOBase):
    """Pieces as a file."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        view = memoryview(target)
        if not self._rest:
            self._rest = next(self._pieces, b"")
        size = min(len(view), len(self._rest))
        view[:size] = self._rest[:size]
        self._rest = self._rest[size:]
        return size

    def read(self, size: int | None = -1) -> bytes:
        """As many bytes as asked for, fewer only at the end: tarfile counts on it."""
        parts, have = [self._rest], len(self._rest)
        while (size is None or size < 0 or have < size) and (piece := next(self._pieces, b"")):
            parts.append(piece)
            have += len(piece)
        data = b"".join(parts)
        cut = len(data) if size is None or size < 0 else size
        self._rest = data[cut:]
        return data[:cut]
