"""First pass of a build: every entry record of every input, once, into temporary files by partition.

Comes in: `Source`s. Goes out: `stage/part=<n>/*.parquet` with the record's line and what identity needs of it, and a list of (address,
name) of the alias rejects. Decides nothing.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.corpus.engine import EngineError, literal, paths_literal
from baike_spider.corpus.errors import InputDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.sources import Source

__all__ = ["MACROS", "RECORD_BYTES", "blame", "checked", "lines_of", "stage_aliases", "stage_entries", "staged"]

#: bytes of the longest entry that is read; every thread keeps two buffers of this size
RECORD_BYTES = 1 << 25

#: what `shards.tsv.clean_field` does, and the subject, in SQL
MACROS = r"""
CREATE MACRO clean(text) AS
    CASE WHEN regexp_matches(text, '[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]')
         THEN regexp_replace(text, '[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]+', ' ', 'g') ELSE text END;
CREATE MACRO subject_of(title, sense) AS clean(CASE WHEN sense <> '' THEN title || '（' || sense || '）' ELSE title END);
CREATE MACRO partition_of(text, partitions) AS md5_number_lower(text) % partitions;
"""

#: what identity needs of an entry
_HEAD = """{"site":"VARCHAR","layout":"VARCHAR","url":"VARCHAR","lemma_id":"BIGINT","title":"VARCHAR","sense":"VARCHAR","aliases":["VARCHAR"],
"updated":"VARCHAR","digest":"VARCHAR","fetched_at":"VARCHAR","extractor":"VARCHAR"}"""

#: every entry has these
_NEEDED = "site, layout, url, title, digest, extractor"


def stage_entries(db: Connection, sources: Iterable[Source], folder: Path, *, partitions: int) -> Counter[str]:
    """Writes the staged records; how many each file (by its path) held.

    Raises InputDamaged, with the file, for what is no line of an entry, and where a shard's lines are not as many as its manifest says.
    """
    expected = {str(file.path): file.records for source in sources for file in source.entries}
    if not expected:
        return Counter()
    files = list(map(Path, expected))
    lines = f"SELECT json, filename AS file, from_json(json, {literal(_HEAD)}) AS head FROM {lines_of(files)}"
    try:
        db.execute(f"""
            COPY (SELECT partition_of(coalesce(subject_of(head.title, head.sense), ''), {partitions}) AS part, file, head.*,
                         strlen(json) AS bytes, hash(json) AS fingerprint, json::VARCHAR AS json
                  FROM ({lines}))
            TO {literal(str(folder))} (FORMAT parquet, PARTITION_BY (part), COMPRESSION snappy, WRITE_BLOOM_FILTER false, OVERWRITE_OR_IGNORE)
            """)
    except EngineError as error:
        raise blame(db, files, error) from error
    bad = " OR ".join(f"{column} IS NULL" for column in _NEEDED.split(", "))
    return checked(db, folder, expected, bad=bad, noun="entries")


def checked(db: Connection, folder: Path, expected: dict[str, int | None], *, bad: str, noun: str) -> Counter[str]:
    """How many records each file held. `expected`: lines by path, `bad`: what is staged but is no record. Raises InputDamaged, with the file."""
    rows = db.execute(f"SELECT file, count(*), count(*) FILTER ({bad}) FROM {staged(folder)} GROUP BY file ORDER BY file").fetchall()
    held: Counter[str] = Counter({file: count for file, count, _ in rows})
    for file, count, strangers in rows:
        if strangers:
            cure = f"give what `baike extract` wrote of {noun}, or a crawl folder"
            raise InputDamaged(f"{file}: {strangers:,} of its {count:,} lines are no {noun}", path=Path(file), cure=cure)
    for file, records in expected.items():
        if records is not None and held[file] != records:
            raise InputDamaged(f"{file}: {held[file]:,} lines, the crawl's manifest says {records:,}", path=Path(file))
    return held


def staged(folder: Path, *, partition: int | None = None) -> str:
    """The staged records as an SQL relation, with `part`, and `filename` and `file_row_number` that name each."""
    # listed here, not by the engine: the folder's own name may hold what a pattern would take for its own
    files = sorted(folder.glob(f"part={'*' if partition is None else partition}/*.parquet"))
    return (
        f"read_parquet({paths_literal(files)}, hive_partitioning = true, hive_types = {{'part': BIGINT}}, "
        "filename = true, file_row_number = true)"
    )


def stage_aliases(db: Connection, sources: Iterable[Source]) -> None:
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


def blame(db: Connection, files: Iterable[Path], error: Exception) -> Exception:
    """What stopped the reading: the first file that cannot be read by itself, as our error; the engine's own where none is to blame (no space, no memory)."""
    for file in files:
        try:
            db.execute(f"SELECT count(*), max(json) FROM {lines_of([file])}").fetchall()
        except EngineError as reason:
            cure = "`baike verify CRAWL` says more of a crawl's shard; bring it back from a copy, or leave this input out"
            return InputDamaged(f"{file} cannot be read: {str(reason).splitlines()[0]}", path=file, cure=cure)
    return error


def lines_of(files: Iterable[Path]) -> str:
    """The files' lines as an SQL relation (json, filename). The engine is told what is compressed: it guesses wrong where a folder has a `?`."""
    by_kind: dict[str, list[Path]] = {}
    for file in files:
        by_kind.setdefault("zstd" if file.suffix == ".zst" else "none", []).append(file)
    scans = (
        f"SELECT json, filename FROM read_ndjson_objects({paths_literal(some)}, compression = '{kind}', "
        f"maximum_object_size = {RECORD_BYTES}, filename = true)"
        for kind, some in sorted(by_kind.items())
    )
    return f"({' UNION ALL '.join(scans)})"
