"""First pass of a build: what identity needs of every entry record of every input.

Comes in: `Source`s. Goes out: `heads/<file>.parquet`, a row a record, and a list of (address, name) of the alias rejects. A record is known by
its number: that of its file, times 2**32, plus that of its line, blank ones left out. Decides nothing, keeps no record itself.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from baike_spider.corpus.engine import EngineError, is_shortage, literal, paths_literal
from baike_spider.corpus.partitions import alone, each
from baike_spider.corpus.records import RECORD_BYTES, blame, checked, compression, lines_of, unreadable
from baike_spider.corpus.shape import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.partitions import Work
    from baike_spider.corpus.sources import RecordFile, Source

__all__ = ["HEAD", "entry_files", "heads_of", "read_alias_rejects", "read_heads"]

#: the fields of an entry that identity needs, and DuckDB's types of them
HEAD = dict.fromkeys(("site", "layout", "url", "title", "sense", "updated", "digest", "fetched_at", "extractor"), "VARCHAR") | {
    "lemma_id": "BIGINT",
    "aliases": "VARCHAR[]",
}
#: every entry has these
_NEEDED = "site, layout, url, title, digest, extractor"
#: the number as it is written, in which 7.6 and "7" are to be seen
_READ = HEAD | {"lemma_id": "JSON"}
_WHOLE = f"regexp_full_match(lemma_id::VARCHAR, '{WHOLE}')"


def entry_files(sources: Iterable[Source]) -> list[RecordFile]:
    """The files of entries in the order of their numbers."""
    return [file for source in sources for file in source.entries]


def read_heads(db: Connection, sources: list[Source], work: Work) -> Counter[str]:
    """Writes the heads, and the table `files` (number, path); how many records each file (by its path) holds.

    Raises InputDamaged, with the file, for what is no line of an entry, and where a shard's lines are not as many as its manifest says.
    """
    folder = work.scratch / "heads"
    folder.mkdir()
    files = [file.path for file in entry_files(sources)]
    if not files:
        return Counter()

    db.execute("CREATE TABLE files (number BIGINT, path VARCHAR)")
    db.executemany("INSERT INTO files VALUES (?, ?)", [(number, str(file)) for number, file in enumerate(files)])
    columns = "{" + ", ".join(f"{name}: '{kind}'" for name, kind in _READ.items()) + "}"

    def read(own: Connection, number: int) -> None:
        # one thread: the lines come in their order, and `row_number` counts them
        file = files[number]
        try:
            own.execute(f"""
                COPY (SELECT {number << 32} + row_number() OVER () - 1 AS record, {literal(str(file))} AS file,
                             * REPLACE (CASE WHEN {_WHOLE} THEN lemma_id::VARCHAR::BIGINT END AS lemma_id), NOT {_WHOLE} AS misnumbered,
                             subject_of(title, sense) AS subject
                      FROM read_json({literal(str(file))}, format = 'newline_delimited', columns = {columns},
                                     compression = '{compression(file)}', maximum_object_size = {RECORD_BYTES}))
                TO {literal(str(folder / f"{number:06d}.parquet"))} (FORMAT parquet, COMPRESSION snappy, WRITE_BLOOM_FILTER false)
                """)
        except EngineError as error:
            raise error if is_shortage(error) else unreadable(file, error) from error

    each(db, work, range(len(files)), read)
    alone(db, work.threads)
    bad = " OR ".join(["misnumbered", *(f"{column} IS NULL" for column in _NEEDED.split(", "))])
    expected = {str(file.path): file.records for file in entry_files(sources)}
    return checked(db, heads_of(work), expected, bad=bad, noun="entries")


def heads_of(work: Work) -> str:
    """The heads as an SQL relation."""
    # listed here, not by the engine: the folder's own name may hold what a pattern would take for its own
    return f"read_parquet({paths_literal(sorted((work.scratch / 'heads').iterdir()))}, hive_partitioning = false)"


def read_alias_rejects(db: Connection, sources: Iterable[Source]) -> None:
    """Makes the table `alias_rejects` (url, name): pages that turned out to be another name of an entry."""
    db.execute("CREATE TABLE alias_rejects (url VARCHAR, name VARCHAR)")
    files = [file.path for source in sources if source.about.rejects.get("alias") for file in source.rejects]
    if not files:
        return
    try:
        db.execute(f"""
            INSERT INTO alias_rejects SELECT DISTINCT json->>'url', json->>'reason' FROM {lines_of(files)} WHERE json->>'verdict' = 'alias'
            """)
    except EngineError as error:
        raise blame(db, files, error) from error
