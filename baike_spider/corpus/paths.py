"""The files that the paths of a command stand for.

Comes in: paths of files and folders, `-`. Goes out: files in a stable order; what is passed over in folders is counted. Opens no file. Memory: the names of
one folder after the other.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive import FOLDER, NAMES, is_begun, is_hidden
from baike_spider.shards import MANIFEST, IsCorpus, ShardError, load_manifest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["STDIN", "InputError", "check_paths", "page_files"]

#: the path that stands for standard input
STDIN = "-"
#: characters beyond which the end of a name is no ending
_ENDING_LENGTH = 8


class InputError(Exception):
    """A path that cannot be read as input."""


def check_paths(paths: Iterable[str]) -> None:
    """Raises InputError for the first path that is not there, or can hold no page, before any work begins."""
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise InputError(f"{path}: no such file or folder")
        if Path(path, MANIFEST).is_file() and not Path(path, FOLDER).is_dir():
            _refuse_pageless(Path(path))


def _refuse_pageless(folder: Path) -> None:
    try:
        load_manifest(folder)
    except IsCorpus as error:
        raise InputError(str(error)) from error
    except ShardError:
        return  # a manifest of somebody else's
    raise InputError(f"{folder} is a crawl without an archive ({FOLDER}/): its pages were not kept; `baike cat` shows its records")


def page_files(paths: Iterable[str], others: Counter[str] | None = None) -> Iterator[str]:
    """The files of files and folders: files as given, folders walked in the order of their names, hidden ones left out; of a crawl's folder
    its archive alone.

    A file is taken whatever its name; in a folder those of saved pages and archives are, and of the names of the others the endings are counted in `others`.
    Raises InputError for a path that is not there.
    """
    others = Counter() if others is None else others
    for path in paths:
        if path == STDIN or (Path(path).exists() and not Path(path).is_dir()):
            yield path
        elif Path(path).is_dir():
            yield from _walk(path, others)
        else:
            raise InputError(f"{path}: no such file or folder")


def _walk(folder: str, others: Counter[str]) -> Iterator[str]:
    """The files below a folder, of a crawl's folder its archive; of one that cannot be read the folder itself, which says so when it is opened."""
    try:
        files, folders, passed = _listed(folder)
    except OSError:
        yield folder
        return
    own = os.path.join(folder, FOLDER)  # noqa: PTH118
    if MANIFEST in files and os.path.isdir(own):  # noqa: PTH112 - it may be a link to another disk
        yield from _walk(own, others)
        return
    others.update(passed)
    for name in sorted(files | folders):
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path a file would cost more than opening it
        if name in folders:
            yield from _walk(path, others)
        elif not os.path.isfile(path) and (os.path.exists(path) or not os.path.islink(path)):  # noqa: PTH110, PTH113, PTH114
            others[_ending(name)] += 1  # a pipe, a link to a folder
        elif not (os.path.isfile(path) and is_begun(path)):  # noqa: PTH113
            yield path  # a link that leads nowhere is told when it is opened


def _listed(folder: str) -> tuple[set[str], set[str], Counter[str]]:
    """The names of a folder's files that may hold pages, those of its folders, and the endings of all others. Raises OSError."""
    # names alone are kept: a folder may hold a million files
    files, folders, passed = set(), set(), Counter[str]()
    with os.scandir(folder) as scan:
        for entry in scan:
            if is_hidden(entry.name):
                continue
            if entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith("."):
                    folders.add(entry.name)
            elif entry.name.lower().endswith(NAMES):
                files.add(entry.name)
            else:
                passed[_ending(entry.name)] += 1
    return files, folders, passed


def _ending(name: str) -> str:
    """`.php` of `a.php`; "" where there is none that a person would call so."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122
    return ending if ending[1:].isalpha() and len(ending) <= _ENDING_LENGTH else ""
