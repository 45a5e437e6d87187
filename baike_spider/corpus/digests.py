"""Whether the files of a corpus are those that its manifest lists, to the byte.

Comes in: a corpus, tables. Goes out: nothing, or the first file that is another one, with the way to rebuild it. Reads the files once, several at a time; what is in
them is for `verify`.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import file_digest
from typing import TYPE_CHECKING, NamedTuple

from baike_spider.corpus.reader import damaged

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from baike_spider.corpus.errors import CorpusDamaged
    from baike_spider.corpus.manifest import CorpusShard
    from baike_spider.corpus.reader import Corpus
    from baike_spider.corpus.schema import Table

__all__ = ["Found", "another_file", "changed", "check_digests", "found_file"]


class Found(NamedTuple):
    """What lies where a shard should."""

    bytes: int
    sha256: str


def found_file(path: Path) -> Found:
    """Reads the file. Raises OSError."""
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        return Found(file.seek(0, 2), digest)


def check_digests(corpus: Corpus, tables: Iterable[Table], *, threads: int | None = None) -> None:
    """Raises CorpusDamaged for the first file of the tables that is not what the manifest says."""
    wrong = another_file(corpus, [shard for table in tables for shard in corpus.manifest.of(table.name)], threads=threads)
    if wrong is not None:
        raise wrong


def another_file(corpus: Corpus, shards: Iterable[CorpusShard], *, threads: int | None = None) -> CorpusDamaged | None:
    """The error that names the first of the shards that is not what the manifest says; None when all are."""
    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        try:
            return next(filter(None, pool.map(lambda shard: _wrong_with(corpus, shard), shards)), None)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _wrong_with(corpus: Corpus, shard: CorpusShard) -> CorpusDamaged | None:
    try:
        found = found_file(corpus.folder / shard.path)
    except OSError as error:
        told = f"it cannot be read: {error.strerror or error}"
    else:
        if found == (shard.bytes, shard.sha256):
            return None
        return changed(corpus, shard, found.sha256)
    return damaged(corpus, shard, told)


def changed(corpus: Corpus, shard: CorpusShard, sha256: str) -> CorpusDamaged:
    """The error that names a file whose digest is another one."""
    return damaged(corpus, shard, f"its sha256 is {sha256}, the manifest says {shard.sha256}")
