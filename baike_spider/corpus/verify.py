"""Whether a corpus holds what its manifest says.

Comes in: a corpus folder. Goes out: problems, as they are found, none when all is sound. Changes nothing in it. Memory: DuckDB's limit; what does not fit
(keys of all entries are compared) spills to a temporary folder.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from baike_spider.corpus.digests import found_file
from baike_spider.corpus.engine import EngineError, connect, is_shortage, literal, one_line, paths_literal
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.questions import ID_OF
from baike_spider.corpus.reader import open_corpus
from baike_spider.corpus.schema import ENTRIES, ENTRY_CORPUS, NAMES, QUESTIONS, TRIPLES, shard_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusManifest, CorpusShard
    from baike_spider.corpus.reader import Corpus
    from baike_spider.corpus.schema import Table

__all__ = ["Problem", "verify_corpus"]

#: bytes that DuckDB keeps to
_MEMORY = 2 << 30
#: what is wrong: the first word of a finding, for scripts
Finding = Literal["count", "digest", "duplicate", "missing", "order", "partition", "reference", "schema", "size", "stray", "unreadable"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `str()` is a line for people."""

    path: str
    """Relative to the corpus."""
    kind: Finding
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def verify_corpus(folder: Path, *, memory: int = _MEMORY, threads: int | None = None) -> Iterator[Problem]:
    """Every shard: there, of the right length and digest, with its columns, rows, order, each row once and in its partition; every triple and name
    of an entry that is there; every question's address that of its number. Files that no manifest lists are strays.

    `memory`: bytes that DuckDB keeps to. Raises CorpusError when `folder` is no corpus, or cannot be checked with this memory and temporary folder;
    CorpusDamaged when its manifest is not what we wrote; EngineMissing.
    """
    corpus = open_corpus(folder)
    kind = corpus.manifest.kind
    tables = {table.name: table for table in kind.tables}
    readable: set[str] = set()
    with tempfile.TemporaryDirectory(prefix="baike-verify-") as temp, connect(memory=memory, threads=threads, temp=Path(temp)) as db:
        for shard in corpus.manifest.shards:
            found = list(_of_file(folder / shard.path, shard))
            if not any(problem.kind == "missing" for problem in found):
                rows = list(_of_rows(db, folder / shard.path, shard, tables[shard.table], corpus.manifest.partitions))
                if not any(problem.kind in ("schema", "unreadable") for problem in rows):
                    readable.add(shard.path)
                found += rows
            yield from found
        for partition in range(corpus.manifest.partitions if kind == ENTRY_CORPUS else 0):
            if {shard_path(ENTRIES.name, partition), shard_path(TRIPLES.name, partition)} <= readable:
                yield from _of_partition(db, corpus, partition)
        if kind == ENTRY_CORPUS and readable >= {
            shard.path for shard in corpus.manifest.shards if shard.table in (ENTRIES.name, NAMES.name)
        }:
            yield from _of_names(db, corpus)
    yield from _strays(folder, corpus.manifest)


def _of_file(path: Path, shard: CorpusShard) -> Iterator[Problem]:
    try:
        size, digest = found_file(path)
    except FileNotFoundError:
        yield Problem(shard.path, "missing", "the file is missing")
        return
    except OSError as error:
        yield Problem(shard.path, "missing", f"the file cannot be read: {error.strerror or error}")
        return
    if size != shard.bytes:
        yield Problem(shard.path, "size", f"{size:,} bytes long, the manifest says {shard.bytes:,}")
    if digest != shard.sha256:
        yield Problem(shard.path, "digest", f"its sha256 is {digest}, the manifest says {shard.sha256}")


def _of_rows(db: Connection, path: Path, shard: CorpusShard, table: Table, partitions: int) -> Iterator[Problem]:
    file = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    try:
        columns = [(name, kind) for name, kind, *_ in db.execute(f"DESCRIBE SELECT * FROM {file}").fetchall()]
        if columns != [(column.name, column.type) for column in table.columns]:
            yield Problem(shard.path, "schema", f"its columns are {', '.join(f'{name} {kind}' for name, kind in columns)}")
            return
        # all columns are read, so that damage in any of them is met
        touched = ", ".join(f"count({column.name}), max({column.name})" for column in table.columns)
        db.execute(f"SELECT {touched} FROM {file}").fetchall()
        texts = {column.name for column in table.columns if column.type == "VARCHAR"}
        key = "row(" + ", ".join(f"coalesce({column}, '')" if column in texts else column for column in table.order) + ")"
        rows, nulls, strangers, same, falling, where = db.execute(f"""
            SELECT count(*), count(*) FILTER ({" OR ".join(f"{column.name} IS NULL" for column in table.columns if not column.null)}),
                   count(*) FILTER (md5_number_lower({table.partitioned_by}::VARCHAR) % {partitions} <> {shard.partition}),
                   count(*) FILTER (key = before), count(*) FILTER (key < before), min(number) FILTER (key <= before)
            FROM (SELECT *, lag(key) OVER () AS before, row_number() OVER () AS number FROM (SELECT *, {key} AS key FROM {file}))
            """).fetchone()
        elsewhere = 0
        if table is QUESTIONS:
            ((elsewhere,),) = db.execute(
                f"SELECT count(*) FROM {file} WHERE {ID_OF.format(url='url')} IS DISTINCT FROM question_id"
            ).fetchall()
    except EngineError as error:
        yield _unreadable(shard.path, error)
        return
    if rows != shard.rows:
        yield Problem(shard.path, "count", f"it holds {rows:,} rows, the manifest says {shard.rows:,}")
    first = f", the first is row {where}"
    met: tuple[tuple[int, Finding, str, str], ...] = (
        (elsewhere, "reference", "rows with an address that is not that of their question", ""),
        (nulls, "schema", "rows without a value that every row has", ""),
        (strangers, "partition", "rows that belong to another partition", ""),
        (same, "duplicate", "rows that are there twice", first),
        (falling, "order", "rows that come before their place in the order", first),
    )
    for count, kind, what, place in met:
        if count:
            yield Problem(shard.path, kind, f"{what}: {count:,}{place}")


def _of_partition(db: Connection, corpus: Corpus, partition: int) -> Iterator[Problem]:
    entries, triples = (
        f"read_parquet({literal(str(corpus.folder / shard_path(table.name, partition)))}, hive_partitioning = false)"
        for table in (ENTRIES, TRIPLES)
    )
    try:
        lost, miscounted = db.execute(f"""
            SELECT count(*) FILTER (e.entry IS NULL), count(*) FILTER (e.entry IS NOT NULL AND e.triples <> coalesce(t.held, 0))
            FROM {entries} e FULL JOIN (SELECT entry, subject, count(*) AS held FROM {triples} GROUP BY ALL) t ON t.entry = e.entry AND t.subject = e.subject
            """).fetchone()
    except EngineError as error:
        yield _unreadable(shard_path(TRIPLES.name, partition), error)
        return
    if lost:
        yield Problem(shard_path(TRIPLES.name, partition), "reference", f"triples of entries that are not in the corpus: of {lost:,}")
    if miscounted:
        yield Problem(
            shard_path(TRIPLES.name, partition), "count", f"entries with more or fewer triples than their row says: {miscounted:,}"
        )


def _of_names(db: Connection, corpus: Corpus) -> Iterator[Problem]:
    every = {
        table.name: f"read_parquet({paths_literal(corpus.paths(table.name))}, hive_partitioning = false)" for table in (ENTRIES, NAMES)
    }
    try:
        doubled = db.execute(f"SELECT entry FROM {every['entries']} GROUP BY entry HAVING count(*) > 1 ORDER BY entry LIMIT 1").fetchone()
        lost = db.execute(
            f"SELECT n.name, n.entry FROM {every['names']} n ANTI JOIN {every['entries']} e USING (entry) ORDER BY ALL LIMIT 1"
        ).fetchone()
    except EngineError as error:
        yield _unreadable("names", error)
        return
    if doubled:
        yield Problem("entries", "duplicate", f"the entry {doubled[0]} is there twice")
    if lost:
        yield Problem("names", "reference", f"{lost[0]} leads to {lost[1]}, which is not in the corpus")


def _unreadable(path: str, error: Exception) -> Problem:
    """What the engine met. Raises CorpusError where that is no fault of the corpus."""
    text = one_line(error)
    if is_shortage(error):
        raise CorpusError(
            f"{path} cannot be checked: {text}",
            cure=f"verify needs some memory and space for its temporary files in {tempfile.gettempdir()}: free some, or set TMPDIR",
        ) from error
    return Problem(path, "unreadable", f"it cannot be read: {text}")


def _strays(folder: Path, manifest: CorpusManifest) -> Iterator[Problem]:
    listed = {shard.path for shard in manifest.shards}
    for table in manifest.kind.tables:
        for path in sorted((folder / table.name).iterdir()) if (folder / table.name).is_dir() else ():
            name = f"{table.name}/{path.name}"
            if name not in listed:
                yield Problem(name, "stray", "not in the manifest; no build left it there")
