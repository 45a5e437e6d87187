"""The saved pages of a folder: what the index beside them says, and the files that no index names.

Comes in: a folder. Goes out: one `SavedPage` a line of `index.jsonl`, and one a page file that is in no index. Reads no page; holds the
names of the files while it runs.

`index.jsonl` lies in the folder, in a folder above it or in one below it; its paths are relative to where it lies. One object a
line: `path` (null where the address only redirects), `url` (null where nobody knows), and optionally `kind`, `captured`,
`lemma_id`, `content_type`, `status`, `redirect`. Other fields are left alone.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.exits import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["INDEX", "SavedPage", "saved_pages"]

INDEX = "index.jsonl"
#: endings of files that are pages without an index saying so
_PAGE_SUFFIXES = frozenset({".htm", ".html", ".json", ".shtml"})
#: what a broken crawler left before the address: `ENCODE ERRORhttp://...`
_ADDRESS = re.compile(r"https?://\S.*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One saved page, or an address that only leads to another."""

    file: str
    """Absolute path; "" where there is only a redirect."""
    url: str = ""
    """The page's real address, "" when nobody knows."""
    kind: str = ""
    """What the index calls it: `entry`, `antibot`, ...; "" when it says nothing."""
    captured: str = ""
    """When it was saved, as the index says it: an ISO date, or a month and a remark."""
    lemma_id: int | None = None
    content_type: str = ""
    """Content-Type to answer with, "" when it is to be seen from the file."""
    status: int = 200
    redirect: str = ""
    """Address that this one redirects to."""


def saved_pages(folder: Path, absent: list[str]) -> Iterator[SavedPage]:
    """Every page under `folder`: the indexed ones in the order of their index, then the others by path.

    Files that an index names and that are not there go to `absent`. Raises BadInput when there is no such folder, or an index
    that cannot be read.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such folder of saved pages")
    folder = folder.resolve()
    files = dict.fromkeys(_files(folder))  # a set that keeps the order
    named: set[str] = set()
    for index in _indexes(folder, files):
        for page in _indexed(index):
            if page.file and not page.file.startswith(f"{folder}{os.sep}"):
                continue
            # the walk does not go through links to folders, an index may
            if page.file and page.file not in files and not Path(page.file).is_file():
                absent.append(page.file)
                continue
            named.add(page.file)
            yield page
    for file in files:
        # a link that leads nowhere, or a pipe, is no page
        if file not in named and file[file.rfind(".") :].lower() in _PAGE_SUFFIXES and os.path.isfile(file):  # noqa: PTH113
            yield SavedPage(file)


def _files(folder: Path) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            yield f"{place}{os.sep}{name}"


def _indexes(folder: Path, files: Iterable[str]) -> Iterator[Path]:
    """The index of the folder itself or the nearest above it, then those below."""
    nearest = next((place / INDEX for place in (folder, *folder.parents) if (place / INDEX).is_file()), None)
    if nearest is not None:
        yield nearest
    yield from (Path(file) for file in files if file.endswith(f"{os.sep}{INDEX}") and Path(file) != nearest)


def _indexed(index: Path) -> Iterator[SavedPage]:
    home = str(index.parent)
    with index.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                try:
                    yield _from_line(json.loads(line), home)
                except (ValueError, TypeError, AttributeError) as error:
                    raise BadInput(f"{index}:{number}: no line of an index of saved pages: {error}") from error


def _from_line(record: dict[str, Any], home: str) -> SavedPage:
    path, redirect = record.get("path") or "", record.get("redirect") or ""
    if not (path or redirect) or not isinstance(path, str):
        raise ValueError("neither a `path` nor a `redirect`")
    address = _ADDRESS.search(record.get("url") or "")
    lemma_id = record.get("lemma_id")
    return SavedPage(
        file=os.path.normpath(f"{home}{os.sep}{path}") if path else "",
        url=address[0] if address else "",
        kind=record.get("kind") or "",
        captured=record.get("captured") or "",
        lemma_id=int(lemma_id) if lemma_id is not None else None,
        content_type=record.get("content_type") or "",
        status=int(record.get("status") or (302 if redirect else 200)),
        redirect=redirect,
    )
