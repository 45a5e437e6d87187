"""A tape with its compression undone: as the file that tarfile and others read, or in pieces that go on behind damage.

Comes in: a tape. Goes out: a file object that cannot seek; reading from it raises `Broken` where the compression does. Or pieces of text, and the
`Damage` between them.
"""

from __future__ import annotations

import io
import sys
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.members import Codec, Member, find_member, is_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["UndoneFile", "text_of", "undone"]


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


def text_of(tape: Tape, codec: Codec | None) -> Iterator[bytes | Damage]:
    """The text that is on the tape from here on; behind a member that is broken it goes on with the next one that holds text."""
    at: int | None = tape.at
    while at is not None:
        tape.goto(at)
        tape.pin()
        if not tape.peek(1):
            return
        if codec is None:
            yield tape.read()
            at = tape.at
            continue
        member = Member(tape, codec)
        try:
            yield from member
            at = member.end
        except Broken as error:
            at = find_member(tape, member.start + 1, codec, wanted=is_text)
            yield Damage(tape.path, member.start, str(error), (tape.at if at is None else at) - member.start)


class UndoneFile(io.RawIOBase):
    """Pieces as a file that is read and no more. Memory: one piece, and what one call asks for."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = iter(pieces)
        self._piece = b""
        #: where in the piece the next byte is: a piece has up to 1 MB, and tarfile asks for 10 KB at a time
        self._at = 0

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
