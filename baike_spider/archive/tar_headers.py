"""The headers of a tar file that are none: tarfile passes over them, or ends there, without a word.

Comes in: blocks, from tarfile. Goes out: what was wrong since the last time.
"""

from __future__ import annotations

import tarfile
from typing import ClassVar, Self

__all__ = ["TarHeaders"]


class TarHeaders(tarfile.TarInfo):
    """Of one tar file: `TarHeaders.of_one_file()` is to be given to tarfile."""

    blocks: ClassVar[int] = 0
    reason: ClassVar[str] = ""
    ended: ClassVar[bool] = False
    """Whether an empty block, the end mark, came behind the last header."""

    @classmethod
    def of_one_file(cls) -> type[TarHeaders]:
        return type(cls.__name__, (cls,), {})

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        try:
            header = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if any(buf):
                cls.blocks, cls.reason = cls.blocks + 1, str(error)
            elif buf:
                cls.ended = True
            raise
        cls.ended = False
        return header

    @classmethod
    def wrong(cls) -> str:
        """What was wrong since the last time, "" when nothing was."""
        if not cls.blocks:
            return ""
        told = f"{cls.blocks} blocks passed over to the next header ({cls.reason})"
        cls.blocks = 0
        return told
