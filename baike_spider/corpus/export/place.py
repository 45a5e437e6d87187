"""Where an export grows and how it takes its name: whole, in one step, or not at all.

Comes in: the final path. Goes out: a path in a hidden folder beside it, `.<name>.exporting`, locked while a process writes it. What a killed export
left there is cleared away by the next. What bore the name before stays until then.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.place import growing, take_name
from baike_spider.shards.disk import sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["MARK", "exporting"]

#: in every folder that an export wrote; only such a folder is replaced
MARK = ".baike-export"


@contextmanager
def exporting(output: Path, *, folder: bool) -> Iterator[tuple[Path, Path]]:
    """The path to write to, not there yet, and a folder for temporary files.

    Raises CorpusError where something else has the final name, or another process exports to it; OSError where it cannot be written.
    """
    output = output.absolute()
    _refuse_foreign(output, folder=folder)
    with growing(output, "exporting") as root:
        (root / "spill").mkdir()
        yield root / "out", root / "spill"
        _publish(root / "out", output, folder=folder)


def _publish(made: Path, output: Path, *, folder: bool) -> None:
    if not folder:
        made.replace(output)
        sync_folder(output.parent)
        return
    (made / MARK).write_bytes(b"written by baike corpus export, and replaced by it\n")
    for inner in (made, *(path for path in made.rglob("*") if path.is_dir())):
        sync_folder(inner)
    take_name(made, output)


def _refuse_foreign(output: Path, *, folder: bool) -> None:
    """Only an export, or nothing, is replaced."""
    if not output.exists() and not output.is_symlink():
        return
    if folder:
        if output.is_symlink() or not output.is_dir():
            raise CorpusError(f"{output} is no folder", path=output, cure="a folder is written: choose another -o")
        if any(output.iterdir()) and not (output / MARK).is_file():
            raise CorpusError(f"{output} is there and is no export", path=output, cure="it is not replaced: choose another -o")
    elif output.is_dir() and not output.is_symlink():
        raise CorpusError(f"{output} is a folder", path=output, cure="a file is written: choose another -o")
    elif output.is_symlink() or not output.is_file():
        # a link's place is taken, not its target's: /dev/stdout would be a file from then on
        raise CorpusError(
            f"{output} is no regular file", path=output, cure="choose another -o; a pipe gets rows from `baike corpus sql --csv`"
        )
