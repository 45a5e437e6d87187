"""The records that revisit records refer to.

Comes in: a revisit record. Goes out: the response that holds the body, found by the index of its folder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.archive.index import INDEX_FILE, Index
from baike_spider.archive.reading import read_at

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.archive.record import Record

__all__ = ["Originals"]


class Originals:
    """Of one folder. Travels between processes by its path; the index is opened when it is needed."""

    def __init__(self, folder: Path, index: Index | None = None, path: Path | None = None) -> None:
        """`path`: where the index is, if it is not in the folder."""
        self._folder = folder
        self._index = index
        self._path = path or folder / INDEX_FILE

    def __reduce__(self) -> tuple[type[Originals], tuple[Path, None, Path]]:
        return Originals, (self._folder, None, self._path)

    def __call__(self, revisit: Record) -> Record | None:
        """The response that holds the body; None when it is not in the folder. Raises IndexFailed, OSError."""
        self._index = self._index or Index(self._path)
        row = self._index.at(*revisit.refers_to)
        return read_at(self._folder / row.file, row.offset) if row else None
