"""A crawl's archive, extracted again: the entries that the crawl holds, as today's extractors see them.

Comes in: a crawl's folder. Goes out: where its archive lies, and which of its pages became the crawl's entries (`Kept`). A page that
the crawl fetched twice, or under two names, is one entry there, and is one here.
"""

from __future__ import annotations

import mmap
from array import array
from bisect import bisect_left
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from baike_spider.archive import FOLDER, INDEX_FILE, Index, IndexFailed, mend
from baike_spider.corpus.paths import InputError
from baike_spider.shards import MANIFEST, read_entries
from extractors import Question

if TYPE_CHECKING:
    from pathlib import Path

    from extractors import Entry

__all__ = ["Kept", "archive_of", "entry_key", "index_archive"]


def archive_of(crawl: Path) -> Path:
    """The folder of a crawl's WARC files. Raises InputError where there is none."""
    folder = crawl / FOLDER
    if not folder.is_dir():
        raise InputError(
            f"{crawl} holds no archive: name a crawl's folder, such as output/baike, that has a folder {FOLDER}/ (BAIKE_ARCHIVE=1)"
        )
    return folder


def index_archive(folder: Path, spare: Path) -> Path:
    """Brings the index of an archive up to date, or makes `spare` where the folder may only be read; which of the two. Cuts nothing. Raises ShardError,
    IndexFailed."""
    try:
        return _indexed(folder, folder / INDEX_FILE)
    except IndexFailed:
        return _indexed(folder, spare)


def _indexed(folder: Path, path: Path) -> Path:
    with Index(path) as index:
        mend(folder, index, cut=False)
    return path


class Kept:
    """Says why a replayed entry is left out: `duplicate`, where the crawl holds the entry from another of its pages.

    Made of two sorted lists of 64-bit hashes in a file, so that processes share them: 16 bytes an entry. While it is made, 80 bytes an entry.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[type[Kept], tuple[Path]]:
        return Kept, (self._path,)

    @classmethod
    def of(cls, crawl: Path, path: Path) -> Kept:
        """What a crawl's shards hold, written to `path`. Raises ShardError."""
        pages, names = array("Q"), array("Q")
        if (crawl / MANIFEST).is_file():
            for entry in read_entries(crawl):
                pages.append(entry_key(entry))
                names.append(_name(entry["site"], entry["lemma_id"], entry["url"]))
        with path.open("wb") as file:
            array("Q", [len(pages), *sorted(pages), *sorted(names)]).tofile(file)
        return cls(path)

    def __call__(self, entry: Entry | Question) -> str | None:
        if isinstance(entry, Question):
            return None  # a question's record does not say of which page it is
        hashes, count = self._hashes
        key = _hash(entry.source, entry.fetched_at or "", entry.digest)
        if _holds(hashes, key, 1, 1 + count) or not _holds(hashes, _name(entry.site, entry.lemma_id, entry.url), 1 + count, 1 + 2 * count):
            return None
        return "duplicate"

    @cached_property
    def _hashes(self) -> tuple[memoryview, int]:
        with self._path.open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)).cast("Q")
        return view, view[0]


def entry_key(entry: dict[str, Any]) -> int:
    """Which page an entry was read from: what was asked for, when, and the bytes that came."""
    return _hash(entry["source"], entry["fetched_at"] or "", entry["digest"])


def _name(site: str, lemma_id: int | None, url: str) -> int:
    return _hash(site, url if lemma_id is None else str(lemma_id))


def _hash(*parts: str) -> int:
    return int.from_bytes(blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).digest(), "big")


def _holds(hashes: memoryview, one: int, start: int, stop: int) -> bool:
    at = bisect_left(hashes, one, start, stop)
    return at < stop and hashes[at] == one
