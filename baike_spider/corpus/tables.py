"""Second pass of a build: the sorted Parquet files of one partition.

Comes in: the staged records and the table `winners`. Goes out: one file a table and partition. Linked triples go through the stage once more, because
their partition is that of what they link to. The triples are `extractors.triples.facts` said in SQL: a test holds both against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.engine import literal, paths_literal
from baike_spider.corpus.schema import LINKS, NAMES, TRIPLES
from baike_spider.corpus.staging import staged

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.schema import Table

__all__ = [
    "prepare_names",
    "sort_again",
    "stage_links",
    "write_empty",
    "write_entries",
    "write_links",
    "write_names",
    "write_sorted",
    "write_triples",
]

#: rows that a reader of one name has to decode; DuckDB rounds it to its vectors of 2048
_ROWS = 32_768
_PARQUET = f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE {_ROWS})"
#: entries are long: fewer of them fill a row group
_PARQUET_ENTRIES = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 4096)"

#: what triples need of an entry's line
_BODY = """{"summary":"VARCHAR","tags":["VARCHAR"],"aliases":["VARCHAR"],
"rows":[{"name":"VARCHAR","values":[{"text":"VARCHAR","date":"VARCHAR","quantity":{"low":"DOUBLE","high":"DOUBLE","unit":"VARCHAR"},
"link":{"url":"VARCHAR","lemma_id":"BIGINT"}}]}],"relations":[{"name":"VARCHAR","title":"VARCHAR","url":"VARCHAR","lemma_id":"BIGINT"}]}"""

_FACTS = """
WITH body AS MATERIALIZED (
    SELECT w.n, w.place, w.sense, from_json(s.json, {body}) AS b
    FROM {staged} s JOIN winners w ON w.part = {part} AND w.filename = s.filename AND w.file_row_number = s.file_row_number),
facts AS (
    SELECT n, place, name AS predicate, v.text AS object, v.link.url AS object_url, v.link.lemma_id AS object_id, v.date AS date,
           v.quantity.low AS low, v.quantity.high AS high, v.quantity.unit AS unit
    FROM (SELECT n, place, r.name AS name, unnest(r.values) AS v FROM (SELECT n, place, unnest(b.rows) AS r FROM body))
    UNION ALL SELECT n, place, r.name, r.title, r.url, r.lemma_id, NULL, NULL, NULL, NULL FROM (SELECT n, place, unnest(b.relations) AS r FROM body)
    UNION ALL SELECT n, place, '同义词', unnest(b.aliases), NULL, NULL, NULL, NULL, NULL, NULL FROM body
    UNION ALL SELECT n, place, '标签', unnest(b.tags), NULL, NULL, NULL, NULL, NULL, NULL FROM body
    UNION ALL SELECT n, place, '义项', sense, NULL, NULL, NULL, NULL, NULL, NULL FROM body WHERE sense <> ''
    UNION ALL SELECT n, place, '描述', b.summary, NULL, NULL, NULL, NULL, NULL, NULL FROM body WHERE b.summary <> '')
SELECT n, place, clean(predicate) AS predicate, clean(object) AS object, nullif(clean(object_url), '') AS object_url, object_id,
       nullif(clean(date), '') AS date, low, high, CASE WHEN low IS NULL AND high IS NULL THEN NULL ELSE clean(unit) END AS unit
FROM facts
"""

#: the columns of an entry, as its triples repeat them
_PROVENANCE = "w.subject, w.entry, w.site, w.lemma_id AS subject_id, w.url AS subject_url, w.digest, w.layout, w.extractor, w.fetched_at"


def write_triples(db: Connection, stage: Path, path: Path, *, part: int) -> None:
    """Writes the partition's triples."""
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE facts AS {_FACTS.format(body=literal(_BODY), staged=staged(stage, partition=part), part=part)}"
    )
    db.execute("""
        CREATE OR REPLACE TEMP TABLE sorted AS
        SELECT * FROM facts
        ORDER BY place, predicate, object, n, object_url NULLS FIRST, object_id NULLS FIRST, date NULLS FIRST, low NULLS FIRST, high NULLS FIRST,
                 unit NULLS FIRST
        """)
    key = ("predicate", "object", "object_url", "n")
    before = ", ".join(f"lag({column}) OVER () AS before_{column}" for column in key)
    differs = " OR ".join(f"{column} IS DISTINCT FROM before_{column}" for column in key)
    # what is equal stands side by side: one look back is all that exactness costs. The provenance comes last, because it would double what is sorted: the join
    # asks for the entry of one row after the other and keeps their order (`alone` sees to that)
    db.execute(f"""
        COPY (SELECT {_columns(TRIPLES)}
              FROM (SELECT f.*, NULL::VARCHAR AS raw_predicate, {_PROVENANCE}
                    FROM (SELECT * FROM (SELECT *, {before} FROM sorted) WHERE {differs}) f
                    JOIN (SELECT * FROM winners WHERE part = {part}) w ON w.n = f.n))
        TO {literal(str(path))} {_PARQUET}
        """)
    db.execute("DROP TABLE facts; DROP TABLE sorted")
    sort_again(db, TRIPLES, path)


def sort_again(db: Connection, table: Table, path: Path) -> bool:
    """Sorts the file where its first column is not in order, as a join leaves it that did not fit in memory; whether it had to."""
    first = table.order[0]
    file = f"read_parquet({literal(str(path))}, hive_partitioning = false)"
    ((falling,),) = db.execute(f"SELECT count(*) FROM (SELECT {first} < lag({first}) OVER () AS falls FROM {file}) WHERE falls").fetchall()
    if falling:
        aside = path.with_name(f".{path.name}.unsorted")
        path.rename(aside)
        order = ", ".join(f"{column} NULLS FIRST" for column in table.order)
        db.execute(
            f"COPY (SELECT * FROM read_parquet({literal(str(aside))}, hive_partitioning = false) ORDER BY {order}) TO {literal(str(path))} {_PARQUET}"
        )
        aside.unlink()
    return bool(falling)


def write_entries(db: Connection, stage: Path, path: Path, *, part: int, triples: Path) -> None:
    """Writes the partition's entries, counting the rows in the partition's `triples`."""
    db.execute(f"""
        COPY (SELECT w.subject, w.entry, w.site, w.lemma_id, w.title, clean(w.sense) AS sense, w.url, w.aliases,
                     w.layout, w.updated, w.digest, w.fetched_at,
                     w.extractor, coalesce(t.triples, 0) AS triples, w.versions, s.json
              FROM {staged(stage, partition=part)} s
              JOIN winners w ON w.part = {part} AND w.filename = s.filename AND w.file_row_number = s.file_row_number
              LEFT JOIN (SELECT entry, count(*) AS triples FROM read_parquet({literal(str(triples))}) GROUP BY entry) t ON t.entry = w.entry
              ORDER BY w.n)
        TO {literal(str(path))} {_PARQUET_ENTRIES}
        """)


def prepare_names(db: Connection, partitions: int) -> None:
    """Makes the table `called`: every name of every entry, by partition."""
    db.execute(f"""
        CREATE TABLE called AS
        SELECT partition_of(name, {partitions}) AS part, * FROM (
            SELECT title AS name, 'title' AS kind, entry, subject FROM winners
            UNION ALL SELECT subject, 'subject', entry, subject FROM winners WHERE subject <> title
            UNION ALL SELECT unnest(aliases), 'alias', entry, subject FROM winners
            UNION ALL SELECT lemma_id::VARCHAR, 'id', entry, subject FROM winners WHERE lemma_id IS NOT NULL)
        ORDER BY part
        """)


def write_names(db: Connection, path: Path, *, part: int) -> None:
    """Writes the partition's names."""
    write_sorted(db, NAMES, path, f"SELECT * FROM called WHERE part = {part}")


def stage_links(db: Connection, triples: Sequence[Path], folder: Path, *, partitions: int) -> None:
    """Copies the linked triples to the partitions of what they link to."""
    db.execute(f"""
        COPY (SELECT partition_of(target, {partitions}) AS part, * FROM (
                  SELECT CASE WHEN object_id IS NULL THEN object_url ELSE site || '#' || object_id END AS target, subject, predicate, object, entry
                  FROM read_parquet({paths_literal(triples)}) WHERE object_id IS NOT NULL OR object_url IS NOT NULL))
        TO {literal(str(folder))} (FORMAT parquet, PARTITION_BY (part), COMPRESSION snappy, WRITE_BLOOM_FILTER false)
        """)


def write_links(db: Connection, stage: Path, path: Path, *, part: int) -> None:
    """Writes the links to what lies in the partition; a fact that is said under two addresses of one entry is one link."""
    files = sorted((stage / f"part={part}").glob("*.parquet"))
    source = f"read_parquet({paths_literal(files)}, hive_partitioning = false)" if files else f"({_empty(LINKS)})"
    db.execute(
        f"COPY (SELECT DISTINCT {_columns(LINKS)} FROM {source} ORDER BY {', '.join(LINKS.order)}) TO {literal(str(path))} {_PARQUET}"
    )


def write_sorted(db: Connection, table: Table, path: Path, rows: str) -> None:
    """Writes the statement's rows as a file of the table, in its order."""
    db.execute(f"COPY (SELECT {_columns(table)} FROM ({rows}) ORDER BY {', '.join(table.order)}) TO {literal(str(path))} {_PARQUET}")


def write_empty(db: Connection, table: Table, path: Path) -> None:
    """A file of a table without rows."""
    db.execute(f"COPY ({_empty(table)}) TO {literal(str(path))} {_PARQUET}")


def _empty(table: Table) -> str:
    return "SELECT " + ", ".join(f"NULL::{column.type} AS {column.name}" for column in table.columns) + " WHERE false"


def _columns(table: Table) -> str:
    return ", ".join(table.names)
