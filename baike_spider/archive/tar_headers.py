"""The headers of a tar file that are none, and whether its end mark came: tarfile passes over them, or ends there, without a word.

Comes in: blocks, from tarfile. Goes out: what was wrong since the last time.
"""

from __future__ import annotations

import tarfile
from typing import ClassVar, Self

__all__ = ["TarHeaders"]

#: an archive ends in two empty blocks, and as many more as fill it up to a multiple of so many blocks: 20 where nobody chose otherwise, 1 where nothing is
#: filled up (Go). More would let a page pass for an end mark that became zeros.
_FILLED = (1, 2, 4, 20)


#: bytes of a long name, or of other further fields, which tarfile holds in memory: beyond these it is none
_FURTHER_BYTES = 1 << 20
_FURTHER = frozenset({tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK})


class TarHeaders(tarfile.TarInfo):
    """Of one tar file: `TarHeaders.of_one_file()` is to be given to tarfile."""

    blocks: ClassVar[int] = 0
    """That are no headers, since the last time."""
    reason: ClassVar[str] = ""
    """Of the first of them."""
    empty: ClassVar[int] = 0
    """Empty blocks since the last good header: the end mark, unless a header comes behind them."""
    skipped: ClassVar[int] = 0
    """Empty blocks that were no end mark, since the last time."""
    at: ClassVar[int] = 0
    began: ClassVar[int] = 0
    """Where the archive began that is read: another one may lie behind its end mark."""

    @classmethod
    def of_one_file(cls) -> type[TarHeaders]:
        return type(cls.__name__, (cls,), {})

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        cls.at = tarfile.fileobj.tell()
        return super().fromtarfile(tarfile)

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
            if header.type in _FURTHER and header.size > _FURTHER_BYTES:
                raise tarfile.InvalidHeaderError(f"further fields of {header.size} bytes")  # type: ignore[attr-defined]
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined] # a whole empty block
            cls.empty += 1
            raise
        except tarfile.HeaderError as error:
            if any(buf):  # not the end of the file
                cls.blocks, cls.reason = cls.blocks + 1, cls.reason or str(error)
            raise
        if cls.empty:
            if not cls._is_end_mark():
                cls.skipped += cls.empty
            cls.began, cls.empty = cls.at, 0
        return header

    @classmethod
    def _is_end_mark(cls) -> bool:
        """Whether the empty blocks before a header are the end of an archive that another one was put behind."""
        size = (cls.at - cls.began) // tarfile.BLOCKSIZE
        return any(2 <= cls.empty < 2 + filled and size % filled == 0 for filled in _FILLED)

    @classmethod
    def wrong(cls) -> str:
        """What was wrong since the last time, "" when nothing was."""
        told = [f"{cls.blocks} blocks passed over to the next header ({cls.reason})"] if cls.blocks else []
        if cls.skipped:
            told.append(f"{cls.skipped} empty blocks in the middle")
        cls.blocks, cls.reason, cls.skipped = 0, "", 0
        return ", ".join(told)
