"""Where a new corpus grows, and how it takes its name: in one step, the earlier one untouched until then.

Comes in: the corpus' final path. Goes out: a hidden folder beside it, `.<name>.building`, locked while a process writes it. What a killed build
left there is cleared away by the next.
"""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.manifest import read_manifest
from baike_spider.corpus.schema import KINDS
from baike_spider.shards.disk import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["building", "growing", "take_name"]

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def building(output: Path) -> Iterator[Path]:
    """The folder to write to; it becomes `output` when the block ends well, and is removed when it does not.

    Raises CorpusError where `output` is something else than a corpus, or another process builds it; OSError where it cannot be written.
    """
    _refuse_foreign(output)
    with growing(output.absolute(), "building") as root:
        yield root
        take_name(root, output.absolute())


@contextmanager
def growing(output: Path, what: str) -> Iterator[Path]:
    """An empty, locked folder beside `output`, `.<name>.<what>`, gone when the block ends unless it took another name.

    Raises CorpusError where another process holds it; OSError where it cannot be made.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    root = output.with_name(f".{output.name}.{what}")
    root.mkdir(exist_ok=True)
    lock = os.open(root, os.O_RDONLY)
    try:
        _own(lock, root, output)
        _clear(root)
        try:
            yield root
        finally:
            shutil.rmtree(root, ignore_errors=True)
    finally:
        os.close(lock)


def _own(lock: int, root: Path, output: Path) -> None:
    """Locks the folder; the system frees a dead process' lock."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if os.path.samestat(os.fstat(lock), root.stat()):
            return
    except (BlockingIOError, FileNotFoundError):
        pass
    raise CorpusError(f"another process is writing {output}", path=output, cure="wait for it, or choose another -o")


def _clear(root: Path) -> None:
    for path in root.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def take_name(root: Path, output: Path) -> None:
    """Gives the finished folder its name; what bore it before has the other's name afterwards. At no moment is there none, where the system
    can exchange names (Linux); elsewhere for the time between two renames."""
    aside = root.with_name(f"{root.name}.old")
    if not output.exists():
        root.replace(output)
    elif not _exchange(root, output):
        shutil.rmtree(aside, ignore_errors=True)
        output.replace(aside)
        root.replace(output)
        aside.replace(root)
    # of a process that was killed between the two
    shutil.rmtree(aside, ignore_errors=True)
    sync_folder(output.parent)


def _exchange(one: Path, other: Path) -> bool:
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    return int(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE)) == 0


def _refuse_foreign(output: Path) -> None:
    """Only a corpus, or nothing, is replaced."""
    if not output.exists() and not output.is_symlink():
        return
    if output.is_symlink() or not output.is_dir():
        raise CorpusError(f"{output} is no folder", path=output, cure="choose another -o")
    if not any(output.iterdir()):
        return
    try:
        read_manifest(output)
    except CorpusError as error:
        # a damaged corpus is replaced, as its own message says; anything else stays
        if "damaged manifest" in str(error) and any(
            all((output / table.name).is_dir() for table in kind.tables) for kind in KINDS.values()
        ):
            return
        raise CorpusError(f"{output} is there and is no corpus", path=output, cure="it is not replaced: choose another -o") from error
