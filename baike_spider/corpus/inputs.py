"""Saved pages as `Page`s: files, folders, standard input.

Comes in: paths. Goes out: the files to read, in a stable order, and one `Page` a file. Reads nothing before it is asked.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from extractors import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["STDIN", "InputError", "check_paths", "page_files", "read_page"]

#: the path that stands for standard input
STDIN = "-"
_SUFFIXES = frozenset({".html", ".htm", ".shtml", ".xhtml", ".json"})


class InputError(Exception):
    """A path that cannot be read as input."""


def check_paths(paths: Iterable[str]) -> None:
    """Raises InputError for the first path that is not there, before any work begins."""
    for path in paths:
        if path != STDIN and not Path(path).exists():
            raise InputError(f"{path}: no such file or folder")


def page_files(paths: Iterable[str]) -> Iterator[str]:
    """The page files of files and folders: files as given, folders walked in the order of their names, hidden ones left out.

    A file is taken whatever its name; in a folder .html, .htm, .shtml, .xhtml and .json are. Raises InputError for a path that is not there.
    """
    for path in paths:
        if path == STDIN or Path(path).is_file():
            yield path
        elif Path(path).is_dir():
            yield from _walk(path)
        else:
            raise InputError(f"{path}: no such file or folder")


def _walk(folder: str) -> Iterator[str]:
    # names alone are kept: a folder may hold a million files
    names, folders = [], set()
    with os.scandir(folder) as scan:
        for entry in scan:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                folders.add(entry.name)
            elif Path(entry.name).suffix.lower() not in _SUFFIXES:
                continue
            names.append(entry.name)
    names.sort()
    for name in names:
        path = os.path.join(folder, name)  # noqa: PTH118 - a Path a file would cost more than opening it
        if name in folders:
            yield from _walk(path)
        elif os.path.isfile(path):  # noqa: PTH113
            yield path


def read_page(path: str) -> Page:
    """One saved page (`-`: standard input); its URL is unknown. Raises InputError when the file cannot be read."""
    try:
        body = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
        return Page(body, source=path)
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error
