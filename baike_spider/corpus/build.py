"""`baike corpus build`: crawls and extractions to one corpus, of entries or of questions.

    sources -> heads -> identity -> spill -> tables -> manifest -> the corpus' name
            -> questions -> manifest -> the corpus' name

Comes in: paths. Goes out: a corpus folder that appears whole, or not at all: everything is written to a hidden folder beside it, which takes
the corpus' name in one step at the end. A build that was killed leaves that hidden folder; the next one clears it away. Memory is bounded by
the limit; temporary files take about as much disk as the newest entries when decompressed. The inputs are read twice: an entry is a few kilobytes, what
tells which of its records counts a tenth of that.
"""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any

from baike_spider.corpus import tables
from baike_spider.corpus.engine import EngineError, connect, engine_version, failure, paths_literal
from baike_spider.corpus.errors import CorpusError, InputDamaged
from baike_spider.corpus.heads import entry_files, read_alias_rejects, read_heads
from baike_spider.corpus.identity import choose_winners
from baike_spider.corpus.manifest import MANIFEST, CorpusManifest
from baike_spider.corpus.partitions import Work, alone, each_partition, finished
from baike_spider.corpus.place import building
from baike_spider.corpus.questions import build_questions
from baike_spider.corpus.records import MACROS, RECORD_BYTES
from baike_spider.corpus.schema import ENTRIES, ENTRY_CORPUS, LINKS, NAMES, TABLES, TRIPLES, shard_path
from baike_spider.corpus.sources import check_unchanged, find_sources, kind_of
from baike_spider.corpus.spill import spill_lines, spilled
from baike_spider.shards.disk import sync, sync_folder
from extractors import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusShard
    from baike_spider.corpus.sources import Source

__all__ = ["MEMORY", "build_corpus"]

#: bytes that a build may take by default
MEMORY = 4 << 30
#: the least that it works with
LEAST_MEMORY = 512 << 20
#: bytes of entries, decompressed, that a partition is made for; the partitions are a power of two
PARTITION_BYTES = 128 << 20
#: more files than that help nobody: a partition grows instead
MOST_PARTITIONS = 1024
#: share of the limit that DuckDB may manage; the rest is buffers that it does not count, Python, and the allocator
_MANAGED = 0.6
#: what DuckDB is given for every thread that reads lines: buffers for the longest record, whatever the records are. Two ended at 420 MB, and not at 614.
_A_THREAD = 10 * RECORD_BYTES
#: what the work on one partition takes, as a multiple of its entries' bytes
_WORK = 6


def build_corpus(
    paths: Iterable[Path], output: Path, *, memory: int = MEMORY, threads: int | None = None, told: Callable[[str], None] = lambda _: None
) -> CorpusManifest:
    """Builds the corpus `output` from crawl folders and files of records, all of entries or all of questions; the earlier corpus of that name stays until the new one is whole.

    `memory`: bytes of this process, at least LEAST_MEMORY. `told` hears what is being done. Raises CorpusError for inputs and places that cannot be
    used, OSError when the disk is full or cannot be written.
    """
    if memory < LEAST_MEMORY:
        raise CorpusError(f"a build needs at least {LEAST_MEMORY >> 20} MB of memory, not {memory >> 20}")
    sources = find_sources(paths)
    build = _build if kind_of(sources) == ENTRY_CORPUS else build_questions
    raw = sum(file.raw_bytes for source in sources for file in (*source.entries, *source.questions))
    partitions = partitions_for(raw)
    threads = max(1, min(threads or os.cpu_count() or 1, int(memory * _MANAGED) // _A_THREAD))
    jobs = max(1, min(threads, partitions, int(memory * _MANAGED / (_WORK * max(1, raw / partitions)))))
    with building(output) as root:
        scratch = root / ".scratch"
        (scratch / "spill").mkdir(parents=True)
        work = Work(root, scratch, partitions, jobs, threads, told)
        try:
            with connect(threads=threads, memory=int(memory * _MANAGED), temp=scratch / "spill") as db:
                db.execute(MACROS)
                db.execute("SET preserve_insertion_order = false")
                manifest = build(db, sources, work)
                check_unchanged(sources)
        except (EngineError, InputDamaged) as error:
            # what cannot be read any more may be what somebody writes to
            check_unchanged(sources)
            raise (failure(error, output) if isinstance(error, EngineError) else error) from error
        shutil.rmtree(scratch)
        _write_manifest(root, manifest)
    return manifest


def partitions_for(raw_bytes: int) -> int:
    """Of how many files a table is: it depends on the input alone, so that the same input gives the same bytes.

    >>> partitions_for(0), partitions_for(1 << 27), partitions_for((1 << 27) + 1), partitions_for(5_200_000_000)
    (1, 1, 2, 64)
    """
    return min(MOST_PARTITIONS, 1 << ((max(1, raw_bytes) - 1) // PARTITION_BYTES).bit_length())


def _build(db: Connection, sources: list[Source], work: Work) -> CorpusManifest:
    work.told("reading the entries")
    held = read_heads(db, sources, work)
    read_alias_rejects(db, sources)
    work.told(f"{sum(held.values()):,} records: which are one entry, which is the newest")
    if not held:
        raise CorpusError("the inputs hold no entries and no questions", cure="crawl or extract something first")
    choose_winners(db, work)
    shutil.rmtree(work.scratch / "heads")
    tables.prepare_names(db, work.partitions)
    work.told("reading the newest of them")
    longest = spill_lines(db, entry_files(sources), work)
    for table in TABLES:
        (work.root / table.name).mkdir()
    work.told(f"writing {work.partitions} partitions, {work.jobs} at once")
    shards = each_partition(db, work, partial(_contents, spilled(work), longest))
    work.told("writing what links where")
    alone(db, work.threads)
    triples = [work.root / shard_path(TRIPLES.name, part) for part in range(work.partitions)]
    tables.stage_links(db, triples, work.scratch / "links", partitions=work.partitions)
    shards += each_partition(db, work, _links)
    return _manifest(db, sources, held, shards, work)


def _contents(lines: dict[int, list[Path]], longest: int, db: Connection, work: Work, part: int) -> list[CorpusShard]:
    """Entries, triples and names of one partition. `lines`: the files of each; `longest`: bytes of a line."""
    paths = {table.name: work.root / shard_path(table.name, part) for table in TABLES}
    if tables.read_partition(db, lines.get(part, []), part=part, longest=longest):
        tables.write_triples(db, paths[TRIPLES.name])
        tables.write_entries(db, paths[ENTRIES.name], triples=paths[TRIPLES.name])
    else:
        tables.write_empty(db, TRIPLES, paths[TRIPLES.name])
        tables.write_empty(db, ENTRIES, paths[ENTRIES.name])
    tables.write_names(db, paths[NAMES.name], part=part)
    return [finished(db, work.root, table.name, part) for table in (ENTRIES, TRIPLES, NAMES)]


def _links(db: Connection, work: Work, part: int) -> list[CorpusShard]:
    tables.write_links(db, work.scratch / "links", work.root / shard_path(LINKS.name, part), part=part)
    return [finished(db, work.root, LINKS.name, part)]


def _manifest(db: Connection, sources: list[Source], held: Counter[str], shards: list[CorpusShard], work: Work) -> CorpusManifest:
    order = {table.name: at for at, table in enumerate(TABLES)}
    shards = sorted(shards, key=lambda shard: (order[shard.table], shard.partition))
    inputs = tuple(_counted(source, held) for source in sources)
    verdicts: Counter[str] = Counter()
    for one in inputs:
        verdicts.update(one.rejects)
    entries = f"read_parquet({paths_literal(work.root / shard.path for shard in shards if shard.table == ENTRIES.name)})"
    first, last, extractors = db.execute(
        f"SELECT min(fetched_at), max(fetched_at), list_sort(list(DISTINCT extractor)) FROM {entries}"
    ).fetchone()
    counts: dict[str, Any] = {table.name: sum(shard.rows for shard in shards if shard.table == table.name) for table in TABLES}
    counts |= {"versions": sum(held.values()), "triples_read": sum(one.triples for one in inputs)}
    counts |= {f"{column}s": _by(db, entries, column) for column in ("site", "layout")} | {"verdicts": dict(sorted(verdicts.items()))}
    fetched = (first, last) if first is not None else None
    return CorpusManifest(work.partitions, __version__, engine_version(), tuple(extractors), counts, fetched, inputs, tuple(shards))


def _by(db: Connection, entries: str, column: str) -> dict[str, int]:
    return dict(db.execute(f"SELECT {column}, count(*) FROM {entries} GROUP BY {column} ORDER BY {column}").fetchall())


def _counted(source: Source, held: Counter[str]) -> Any:
    return source.about._replace(entries=sum(held[str(file.path)] for file in source.entries))


def _write_manifest(root: Path, manifest: CorpusManifest) -> None:
    path = root / MANIFEST
    with path.open("wb") as file:
        file.write((json.dumps(manifest.as_dict(), ensure_ascii=False, indent=1) + "\n").encode())
        file.flush()
        sync(file.fileno())
    for table in manifest.kind.tables:
        sync_folder(root / table.name)
    sync_folder(root)
