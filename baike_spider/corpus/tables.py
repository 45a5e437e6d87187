"""Third pass of a build: the sorted Parquet files of one partition.

Comes in: the spilled lines and the tables `winners` and `aliases`. Goes out: one file a table and partition. Linked triples are staged once more, because
their partition is that of what they link to. The triples are `extractors.triples.facts` said in SQL: a test holds both against each other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.corpus.engine import literal, paths_literal
from baike_spider.corpus.errors import InputDamaged
from baike_spider.corpus.heads import HEAD
from baike_spider.corpus.schema import LINKS, NAMES, TRIPLES
from baike_spider.corpus.shape import misshapen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.schema import Table

__all__ = [
    "prepare_names",
    "read_partition",
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

#: of lines, the least that a thread of the engine holds two of
_BUFFER_BYTES = 1 << 22

#: what triples need of an entry's line, besides the head
_BODY = HEAD | {
    "aliases": ["VARCHAR"],
    "summary": "VARCHAR",
    "tags": ["VARCHAR"],
    "rows": [
        {
            "name": "VARCHAR",
            "values": [
                {
                    "text": "VARCHAR",
                    "date": "VARCHAR",
                    "quantity": {"low": "DOUBLE", "high": "DOUBLE", "unit": "VARCHAR"},
                    "link": {"url": "VARCHAR", "lemma_id": "BIGINT"},
                }
            ],
        }
    ],
    "relations": [{"name": "VARCHAR", "title": "VARCHAR", "url": "VARCHAR", "lemma_id": "BIGINT"}],
}

#: an entry's line in which a field holds something else; `links`, `senses` and `images` are not read here, and are kept as they are
_ODD = misshapen(
    texts=[*(name for name, kind in HEAD.items() if kind == "VARCHAR"), "source", "summary", "name", "text", "date", "unit", "label"],
    text_lists=["aliases", "tags", "images"],
    wholes=["lemma_id"],
    numbers=["low", "high"],
    objects=["link", "quantity"],
    lists=["rows", "values", "relations", "links", "senses"],
)

#: the partition's entries: `n` is an entry's number in the order of (subject, entry), `place` that of its subject, `line` that of its line
_PLACED = """
CREATE OR REPLACE TEMP TABLE placed AS
SELECT row_number() OVER (ORDER BY subject, entry) AS n, dense_rank() OVER (ORDER BY subject) AS place,
       row_number() OVER (ORDER BY record) AS line, * FROM winners WHERE part = {part}
"""

_BODIES = """
CREATE OR REPLACE TEMP TABLE bodies AS
SELECT w.n, w.place, w.subject, w.entry, w.title, w.lemma_id, w.versions, l.json, regexp_matches(l.json, {odd}) AS is_odd,
       b.sense, b.aliases, b.summary, b.tags, b.rows, b.relations,
       clean(b.site) AS site, clean(b.url) AS url, clean(b.layout) AS layout, clean(nullif(b.updated, '')) AS updated, clean(b.digest) AS digest,
       clean(nullif(b.fetched_at, '')) AS fetched_at, clean(b.extractor) AS extractor
FROM (SELECT row_number() OVER () AS line, json, from_json(json, {body}) AS b
      FROM (SELECT json::VARCHAR AS json FROM read_ndjson_objects({files}, compression = 'none', maximum_object_size = {longest}))) l
JOIN placed w ON w.line = l.line AND w.subject = subject_of(b.title, b.sense)
"""

#: entries whose fields hold something else; only where a list is missing the text is asked why
_SHAPELESS = "SELECT n FROM bodies WHERE is_odd OR rows IS NULL OR " + " OR ".join(
    f"({name} IS NULL AND json_type(json, '$.{name}') <> 'NULL')" for name in ("tags", "relations")
)

#: the partition's triples; what is equal stands side by side. What has a link without an address, or an amount without a unit, is no value: it gets no object
_SORTED = """
WITH found AS (
    SELECT n, place, name AS predicate,
           CASE WHEN (v.link IS NULL OR v.link.url IS NOT NULL) AND (v.quantity IS NULL OR v.quantity.unit IS NOT NULL) THEN v.text END AS object,
           v.link.url AS object_url, v.link.lemma_id AS object_id, v.date AS date, v.quantity.low AS low, v.quantity.high AS high, v.quantity.unit AS unit
    FROM (SELECT n, place, r.name AS name, unnest(coalesce(r.values, [NULL])) AS v FROM (SELECT n, place, unnest(rows) AS r FROM bodies))
    UNION ALL SELECT n, place, r.name, CASE WHEN r.url IS NOT NULL THEN r.title END, r.url, r.lemma_id, NULL, NULL, NULL, NULL
              FROM (SELECT n, place, unnest(relations) AS r FROM bodies)
    UNION ALL SELECT n, place, '同义词', unnest(aliases), NULL, NULL, NULL, NULL, NULL, NULL FROM bodies
    UNION ALL SELECT n, place, '标签', unnest(tags), NULL, NULL, NULL, NULL, NULL, NULL FROM bodies
    UNION ALL SELECT n, place, '义项', sense, NULL, NULL, NULL, NULL, NULL, NULL FROM bodies WHERE sense <> ''
    UNION ALL SELECT n, place, '描述', summary, NULL, NULL, NULL, NULL, NULL, NULL FROM bodies WHERE summary <> '')
SELECT n, place, clean(predicate) AS predicate, clean(object) AS object, nullif(clean(object_url), '') AS object_url, object_id,
       nullif(clean(date), '') AS date, low, high, CASE WHEN low IS NULL AND high IS NULL THEN NULL ELSE clean(unit) END AS unit
FROM found
ORDER BY place, predicate, object, n, object_url NULLS FIRST, object_id NULLS FIRST, date NULLS FIRST, low NULLS FIRST, high NULLS FIRST,
         unit NULLS FIRST
"""

#: the columns of an entry, as its triples repeat them
_PROVENANCE = "w.subject, w.entry, w.site, w.lemma_id AS subject_id, w.url AS subject_url, w.digest, w.layout, w.extractor, w.fetched_at"


def read_partition(db: Connection, lines: Sequence[Path], *, part: int, longest: int) -> int:
    """Makes the temporary table `bodies` of the partition's newest records, deletes the files of their `lines`, of `longest` bytes at most; how many
    there are: of none there is no table.

    Raises InputDamaged when they are not the lines that the first pass saw.
    """
    db.execute(_PLACED.format(part=part))
    ((expected,),) = db.execute("SELECT count(*) FROM placed").fetchall()
    held = 0
    if lines:
        # the engine's buffers are as long as the longest line may be
        longest = max(_BUFFER_BYTES, longest + 1)
        db.execute(_BODIES.format(body=literal(json.dumps(_BODY)), odd=literal(_ODD), files=paths_literal(lines), longest=longest))
        ((held,),) = db.execute("SELECT count(*) FROM bodies").fetchall()
        _check(db, _SHAPELESS)
    if held != expected:
        raise InputDamaged("an input changed while it was read", cure="wait until nobody writes to it, then build again")
    for path in lines:
        path.unlink()
    return held


def _check(db: Connection, strangers: str) -> None:
    """Raises InputDamaged for the first entry that the statement names."""
    found = db.execute(
        f"SELECT path, entry FROM placed JOIN files ON number = record >> 32 WHERE n IN ({strangers}) ORDER BY n LIMIT 1"
    ).fetchone()
    if found is not None:
        file, entry = found
        cure = "give what `baike extract` wrote, or a crawl folder"
        raise InputDamaged(
            f"{file}: the rows, tags, relations or aliases of the entry {entry} are of another shape", path=Path(file), cure=cure
        )


def write_triples(db: Connection, path: Path) -> None:
    """Writes the triples of the partition that was read. Raises InputDamaged for rows or values without a name or text."""
    key = ("predicate", "object", "object_url", "n")
    before = ", ".join(f"lag({column}) OVER () AS before_{column}" for column in key)
    differs = " OR ".join(f"{column} IS DISTINCT FROM before_{column}" for column in key)
    # one look back is all that exactness costs. The provenance comes last, because it would double what is sorted: the join asks for the entry of
    # one row after the other and keeps their order (`alone` sees to that)
    db.execute(f"""
        COPY (SELECT {_columns(TRIPLES)}
              FROM (SELECT f.*, NULL::VARCHAR AS raw_predicate, {_PROVENANCE}
                    FROM (SELECT * FROM (SELECT *, {before} FROM ({_SORTED})) WHERE {differs}) f JOIN bodies w ON w.n = f.n))
        TO {literal(str(path))} {_PARQUET}
        """)
    sort_again(db, TRIPLES, path)
    nulls = f"SELECT entry FROM read_parquet({literal(str(path))}, hive_partitioning = false) WHERE predicate IS NULL OR object IS NULL"
    _check(db, f"SELECT n FROM placed WHERE entry IN ({nulls})")


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


def write_entries(db: Connection, path: Path, *, triples: Path) -> None:
    """Writes the entries of the partition that was read, counting their rows in the partition's `triples`."""
    db.execute(f"""
        COPY (SELECT w.subject, w.entry, w.site, w.lemma_id, w.title, clean(nullif(w.sense, '')) AS sense, w.url,
                     list_filter(coalesce(a.names, []), lambda name: name <> w.title) AS aliases,
                     w.layout, w.updated, w.digest, w.fetched_at, w.extractor, coalesce(t.triples, 0) AS triples, w.versions, w.json
              FROM bodies w
              LEFT JOIN aliases a ON a.entry = w.entry
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
            UNION ALL SELECT name, 'alias', entry, subject
                FROM (SELECT entry, subject, title, unnest(names) AS name FROM winners JOIN aliases USING (entry)) WHERE name <> title
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
