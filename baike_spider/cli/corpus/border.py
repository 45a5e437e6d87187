"""What the subcommands share: sizes as people write them, and the corpus' errors as exit codes."""

from __future__ import annotations

import argparse
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baike_spider.cli.command import workers
from baike_spider.corpus.errors import CorpusError
from baike_spider.exits import BadInput, OutputFailed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["add_limits", "as_run_errors", "memory_size"]

_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
#: what the engine takes for a limit, and no machine has
_MOST = 1 << 60


def add_limits(command: argparse.ArgumentParser, *, memory: int, to: str) -> None:
    """The options of commands that work out of core: `--memory` (default `memory` bytes), to do `to` with, and `--threads`."""
    default = f"{memory >> 30}G"
    command.add_argument(
        "--memory", type=memory_size, default=memory, metavar="SIZE", help=f"memory to {to}, such as {default} or 800M (default: {default})"
    )
    command.add_argument("--threads", type=workers, metavar="N", help="threads (default: one a core); the result is the same")


def memory_size(text: str) -> int:
    """argparse type: bytes.

    >>> memory_size("4G"), memory_size("800MB"), memory_size("1.5g")
    (4294967296, 838860800, 1610612736)
    """
    match = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE | re.ASCII)
    size = float(match[1]) * _UNITS[match[2].upper()] if match else 0
    if not 1 <= size < _MOST:
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: give a size such as 4G or 800M")
    return int(size)


@contextmanager
def as_run_errors(output: Path | None = None) -> Iterator[None]:
    """Turns what a corpus command may raise into what `baike` exits with. `output`: where it writes."""
    try:
        yield
    except CorpusError as error:
        raise BadInput(str(error)) from error
    except MemoryError as error:
        raise BadInput("the system gives no more memory; give --memory less, or fewer --threads") from error
    except OSError as error:
        if output is None:
            raise
        blocked = isinstance(error, FileExistsError | NotADirectoryError) and error.filename
        raise OutputFailed(f"{output}: {f'{error.filename} is no folder' if blocked else error.strerror or error}") from error
