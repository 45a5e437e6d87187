"""Standard input, output and error of a command: the border where their errors become ours.

Comes in: whatever a command prints, by `print`, by `sys.stdout.buffer`, by rich or argparse. Goes out: the same bytes, or an OutputFailed from
the write or flush that failed, for all commands alike; a ReaderGone where a pipe was closed at its other end. Neither is an OSError: whoever
catches those of a file does not catch these by mistake.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

from baike_spider.exits import OutputFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ReaderGone", "flush", "own_streams"]

_IN, _OUT, _ERR = range(3)
_NAMES = {_OUT: "standard output", _ERR: "standard error"}


class ReaderGone(Exception):
    """Whoever read the output has seen enough (`| head`)."""


@contextmanager
def own_streams() -> Iterator[None]:
    """Within the block sys.stdout and sys.stderr raise OutputFailed or ReaderGone where the system's raise OSError; a standard input that came closed is empty.

    What cannot be written is dropped when the block ends: Python must not complain of it once more while it closes them. Flush before.
    """
    before = sys.stdin, sys.stdout, sys.stderr
    if sys.stdin is None:
        _take(_IN)
        sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(_IN, closefd=False)), "utf-8")
    sys.stdout, sys.stderr = _opened(_OUT, sys.stdout), _opened(_ERR, sys.stderr)
    try:
        yield
    finally:
        _drop(_OUT, sys.stdout)
        _drop(_ERR, sys.stderr)
        sys.stdin, sys.stdout, sys.stderr = before


def flush() -> None:
    """Writes out what is printed. Raises as a write does."""
    sys.stdout.flush()
    sys.stderr.flush()


class _Descriptor(io.FileIO):
    """File descriptor 1 or 2, which stays open."""

    def __init__(self, number: int) -> None:
        super().__init__(number, "wb", closefd=False)

    def write(self, data: object) -> int:
        try:
            return super().write(data)  # type: ignore[arg-type]
        except BrokenPipeError as error:
            raise ReaderGone(_NAMES[self.fileno()]) from error
        except OSError as error:
            raise OutputFailed(f"{_NAMES[self.fileno()]} cannot be written: {error.strerror}") from error


def _opened(number: int, system: TextIO | None) -> TextIO:
    if system is None:
        _take(number)
    lines = system is not None and (getattr(system, "line_buffering", False) or getattr(system, "write_through", False))
    encoding, errors = (system.encoding, system.errors) if system is not None else ("utf-8", "backslashreplace")
    return io.TextIOWrapper(io.BufferedWriter(_Descriptor(number)), encoding, errors, line_buffering=lines)


def _take(number: int) -> None:
    """A descriptor that came closed: the next file that is opened would get its number, and what is printed. Messages go nowhere then; to write a
    result fails, as it should."""
    nowhere = os.open(os.devnull, os.O_WRONLY if number == _ERR else os.O_RDONLY)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)


def _drop(number: int, stream: TextIO) -> None:
    try:
        stream.flush()
    except (OutputFailed, ReaderGone):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
        stream.flush()
