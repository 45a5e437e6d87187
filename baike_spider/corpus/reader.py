"""The door to a finished corpus, for everything that reads one: query, export, report, diff, verify.

Comes in: a corpus folder. Goes out: its manifest, the files of a table, and DuckDB views of them. Changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from baike_spider.corpus import engine
from baike_spider.corpus.engine import EngineError, connect, one_line, paths_literal
from baike_spider.corpus.errors import CorpusDamaged, CorpusError
from baike_spider.corpus.manifest import CorpusManifest, how_to_rebuild, read_manifest
from baike_spider.corpus.schema import partition_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusShard
    from baike_spider.corpus.schema import Kind

__all__ = ["Corpus", "check_lengths", "damage", "damaged", "failure", "open_corpus", "unreadable", "views"]


class Corpus(NamedTuple):
    """A corpus folder whose manifest was read. The shards are opened by whoever reads them."""

    folder: Path
    manifest: CorpusManifest

    def paths(self, table: str) -> list[Path]:
        """All files of a table, in the order of their partitions."""
        return [self.folder / shard.path for shard in self.manifest.of(table)]

    def files(self) -> list[Path]:
        """All files of all tables."""
        return [self.folder / shard.path for shard in self.manifest.shards]

    def shard_for(self, table: str, text: str) -> CorpusShard:
        """The one file that holds the rows whose `partitioned_by` column is `text`, as the manifest has it."""
        return self.manifest.of(table)[partition_of(text, self.manifest.partitions)]


def open_corpus(folder: Path | str, *, kind: Kind | None = None) -> Corpus:
    """The corpus in `folder`. Raises CorpusError when it is none, or none of that `kind`, CorpusDamaged when its manifest is not what we wrote."""
    root = Path(folder)
    corpus = Corpus(root, read_manifest(root))
    found = corpus.manifest.kind
    if kind is not None and found != kind:
        cure = f"`baike corpus sql {folder}` and `baike corpus export` read it"
        raise CorpusError(f"{folder} is a corpus of {found.noun}; this needs one of {kind.noun}", path=root, cure=cure)
    return corpus


def check_lengths(corpus: Corpus, shards: Iterable[CorpusShard]) -> None:
    """Raises CorpusDamaged for the first of the files that is missing or of another length: what costs nothing to see. `digests` sees every byte."""
    for shard in shards:
        path = corpus.folder / shard.path
        try:
            size = path.stat().st_size
        except OSError as error:
            told = error.strerror or str(error)
        else:
            if size == shard.bytes:
                continue
            told = f"{size:,} bytes long, the manifest says {shard.bytes:,}"
        raise damaged(corpus, shard, told)


def damaged(corpus: Corpus, shard: CorpusShard, what: str) -> CorpusDamaged:
    """The error that names one of its files, and says how to rebuild it."""
    path = corpus.folder / shard.path
    cure = f"`baike corpus verify {corpus.folder}` finds all that is damaged. {how_to_rebuild(corpus.manifest, corpus.folder)}"
    return CorpusDamaged(f"{path} is damaged: {what}", path=path, cure=cure)


@contextmanager
def views(corpus: Corpus, *, threads: int | None = None, memory: int | None = None, temp: Path | None = None) -> Iterator[Connection]:
    """A DuckDB connection with a view a table: entries, triples, names, links, or questions. Limits as in `engine.connect`.

    Raises CorpusDamaged where a file of the corpus is missing, of another length, or no Parquet; what else is wrong is met by whoever reads it.
    """
    check_lengths(corpus, corpus.manifest.shards)
    with connect(threads=threads, memory=memory, temp=temp) as connection:
        try:
            for table in corpus.manifest.kind.tables:
                connection.execute(
                    f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet({paths_literal(corpus.paths(table.name))}, hive_partitioning = false)"
                )
        except EngineError as error:
            raise unreadable(error, corpus) from error
        yield connection


def failure(error: Exception, place: Path, *corpora: Corpus) -> Exception:
    """The engine's error over corpora, as ours or the system's. `place` is where it wrote."""
    found = engine.failure(error, place)
    return unreadable(error, *corpora) if found is error else found


def unreadable(error: Exception, *corpora: Corpus) -> CorpusDamaged:
    """What the engine met in corpora's files, for people."""
    found = damage(error, *corpora)
    return found or CorpusDamaged(f"the corpus cannot be read: {one_line(error)}", cure="`baike corpus verify` finds what is damaged")


def damage(error: Exception, *corpora: Corpus) -> CorpusDamaged | None:
    """The first file of the corpora that is not what its manifest says, behind an error of the engine, which seldom names it. Reads them all."""
    # hashing loads OpenSSL, which takes longer than a query may
    from baike_spider.corpus.digests import another_file  # noqa: PLC0415

    for corpus in corpora:
        told = str(error)
        shards = sorted(corpus.manifest.shards, key=lambda shard: str(corpus.folder / shard.path) not in told)
        if wrong := another_file(corpus, shards):
            return wrong
    return None
