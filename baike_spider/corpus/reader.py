"""The door to a finished corpus, for everything that reads one: query, export, report, diff, verify.

Comes in: a corpus folder. Goes out: its manifest, the files of a table, and DuckDB views of them. Changes nothing.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from baike_spider.corpus import engine
from baike_spider.corpus.engine import EngineError, connect, paths_literal
from baike_spider.corpus.errors import CorpusDamaged, CorpusError
from baike_spider.corpus.manifest import CorpusManifest, read_manifest
from baike_spider.corpus.schema import partition_of, shard_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.schema import Kind

__all__ = ["Corpus", "failure", "open_corpus", "unreadable", "views"]


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

    def path_for(self, table: str, text: str) -> Path:
        """The one file that holds the rows whose `partitioned_by` column is `text`."""
        return self.folder / shard_path(table, partition_of(text, self.manifest.partitions))


def open_corpus(folder: Path | str, *, kind: Kind | None = None) -> Corpus:
    """The corpus in `folder`. Raises CorpusError when it is none, or none of that `kind`, CorpusDamaged when its manifest is not what we wrote."""
    root = Path(folder)
    corpus = Corpus(root, read_manifest(root))
    found = corpus.manifest.kind
    if kind is not None and found != kind:
        cure = f"`baike corpus sql {folder}` and `baike corpus export` read it"
        raise CorpusError(f"{folder} is a corpus of {found.noun}; this needs one of {kind.noun}", path=root, cure=cure)
    return corpus


@contextmanager
def views(corpus: Corpus, *, threads: int | None = None, memory: int | None = None, temp: Path | None = None) -> Iterator[Connection]:
    """A DuckDB connection with a view a table: entries, triples, names, links, or questions. Limits as in `engine.connect`.

    Raises CorpusDamaged where a file of the corpus is missing or is no Parquet; what else is wrong is met by whoever reads it.
    """
    with connect(threads=threads, memory=memory, temp=temp) as connection:
        try:
            for table in corpus.manifest.kind.tables:
                connection.execute(
                    f"CREATE VIEW {table.name} AS SELECT * FROM read_parquet({paths_literal(corpus.paths(table.name))}, hive_partitioning = false)"
                )
        except EngineError as error:
            raise unreadable(error) from error
        yield connection


def failure(error: Exception, place: Path) -> Exception:
    """The engine's error over a corpus, as ours or the system's. `place` is where it wrote."""
    found = engine.failure(error, place)
    return unreadable(error) if found is error else found


def unreadable(error: Exception) -> CorpusDamaged:
    """What the engine met in a corpus' files, for people."""
    return CorpusDamaged(f"the corpus cannot be read: {str(error).splitlines()[0]}", cure="`baike corpus verify` finds what is damaged")
