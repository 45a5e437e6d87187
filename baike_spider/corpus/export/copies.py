"""The corpus' own Parquet files under other names, each checked against the manifest on its way."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from baike_spider.corpus.digests import changed
from baike_spider.corpus.export.lines import text_file

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from baike_spider.corpus.export.format import Work
    from baike_spider.corpus.manifest import CorpusShard

__all__ = ["copy_table", "digest_of"]

_CHUNK = 1 << 20


def digest_of(shards: Iterable[CorpusShard]) -> str:
    """Changes with any byte of the files."""
    return sha256("".join(shard.sha256 for shard in shards).encode()).hexdigest()[:16]


def copy_table(work: Work, table: str, folder: Path) -> list[tuple[str, CorpusShard]]:
    """Copies a table's files to `folder`, made here, as `train-00000-of-00064-DIGEST.parquet`, the table's digest; their names and shards, in order.

    Raises CorpusDamaged for a file that is not what its manifest says: what is published is sound.
    """
    folder.mkdir(parents=True)
    shards = work.corpus.manifest.of(table)
    copied = []
    for number, shard in enumerate(shards):
        name = f"train-{number:05d}-of-{len(shards):05d}-{digest_of(shards)}.parquet"
        source = work.corpus.folder / shard.path
        digest = sha256()
        with source.open("rb") as original, text_file(folder / name) as copy:
            while chunk := original.read(_CHUNK):
                digest.update(chunk)
                copy.write(chunk)
        if digest.hexdigest() != shard.sha256:
            raise changed(work.corpus, shard, digest.hexdigest())
        copied.append((name, shard))
    return copied
