"""What a report says of a corpus, as numbers and rows; nothing of how it looks.

Comes in: a corpus, perhaps an earlier one. Goes out: a `Report`. Reads the triples once, a partition at a time, because an entry's triples lie in one; examples come from the
first partition, which is a fair sample: a name's hash chooses its partition.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baike_spider.corpus.diff import count_changes
from baike_spider.corpus.engine import literal
from baike_spider.corpus.reader import views
from baike_spider.corpus.report.model import Odd, PredicateRow, Report

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.reader import Corpus

__all__ = ["ROWS", "SHOWN", "gather"]

#: predicates that are shown one by one
PREDICATES = 40
#: rows of every other list
ROWS = 12
#: characters of a text that are shown
SHOWN = 160


_PER_PREDICATE = """
SELECT predicate, sum(n)::BIGINT AS triples, count(*) AS entries, count(*) FILTER (n > 1) AS split, sum(links)::BIGINT AS links, sum(dates)::BIGINT AS dates,
       sum(amounts)::BIGINT AS amounts, sum(empty)::BIGINT AS empty
FROM (SELECT entry, predicate, count(*) AS n, count(*) FILTER (object_id IS NOT NULL OR object_url IS NOT NULL) AS links, count(date) AS dates,
             count(*) FILTER (low IS NOT NULL OR high IS NOT NULL) AS amounts, count(*) FILTER (object = '') AS empty
      FROM read_parquet({path}, hive_partitioning = false) GROUP BY entry, predicate)
GROUP BY predicate
"""

#: a bracket of either width closes one; those of ASCII alone are as often list marks, `a)`, and smileys
_UNCLOSED = " OR ".join(
    f"regexp_matches(object, '[{wide}]') AND length(regexp_replace(object, '[{opened}]', '', 'g')) <> length(regexp_replace(object, '[{closed}]', '', 'g'))"
    for wide, opened, closed in (("（）", "（(", "）)"), ("《》", "《", "》"))
)

_COUNTED = ("triples", "entries", "split", "links", "dates", "amounts")
#: classes of the number of triples of an entry: least, most, label
_STEPS = ((0, 0, "0"), (1, 5, "1–5"), (6, 10, "6–10"), (11, 20, "11–20"), (21, 40, "21–40"), (41, 80, "41–80"), (81, 1 << 62, "81+"))


def gather(corpus: Corpus, previous: Corpus | None = None, *, memory: int, threads: int | None, temp: Path) -> Report:
    """Reads the corpus, and compares it with `previous` where one is given."""
    # before the corpus is opened for the rest: two databases at once would take twice the memory
    changes = count_changes(previous, corpus, memory=memory, threads=threads, temp=temp) if previous else {}
    with views(corpus, threads=threads, memory=memory, temp=temp) as db:
        _count_predicates(db, corpus, "counted")
        _count_links(db)
        total = db.execute("SELECT " + ", ".join(f"coalesce(sum({column}), 0)::BIGINT" for column in _COUNTED) + " FROM counted").fetchone()
        totals = _row(("", *total))
        (kinds, once, empty) = db.execute(
            "SELECT count(*), count(*) FILTER (triples = 1), coalesce(sum(empty), 0)::BIGINT FROM counted"
        ).fetchone()
        return Report(
            name=corpus.folder.resolve().name,
            manifest=corpus.manifest,
            predicates=_predicates(db, corpus),
            predicate_count=kinds,
            predicates_once=once,
            totals=totals,
            empty=empty,
            fetched=_by(db, "coalesce(fetched_at[:7], '')"),
            updated=_by(db, "coalesce(updated[:4], '')"),
            per_entry=_per_entry(db),
            links_inside=_links_inside(db),
            targets=_targets(db),
            wanted=_wanted(db),
            largest=_odd(db, "SELECT triples, subject, entry FROM entries ORDER BY triples DESC, entry"),
            longest=_odd(
                db,
                "SELECT strlen(object) AS size, object, subject || ' · ' || predicate FROM triples "
                "WHERE predicate <> '描述' ORDER BY size DESC, subject, predicate, object",
            ),
            unclosed=_odd(
                db,
                f"SELECT count(*) AS n, min(object), predicate FROM triples WHERE predicate <> '描述' AND ({_UNCLOSED}) "
                "GROUP BY predicate ORDER BY n DESC, predicate",
            ),
            long_predicates=_odd(
                db, "SELECT strlen(predicate) AS size, predicate, triples || ' 条' FROM counted ORDER BY size DESC, predicate"
            ),
            numbers=_odd(
                db,
                r"SELECT triples, predicate, '' FROM counted WHERE regexp_full_match(predicate, '[-+0-9.,:/%\s]+') ORDER BY triples DESC, predicate",
            ),
            shared=_odd(
                db,
                "SELECT count(DISTINCT entry) AS n, name, '' FROM names WHERE kind <> 'id' GROUP BY name HAVING n > 1 ORDER BY n DESC, name",
            ),
            previous=previous.folder.resolve().name if previous else "",
            changes=changes,
            shifts=_shifts(db, previous) if previous else [],
        )


def _count_predicates(db: Connection, corpus: Corpus, name: str) -> None:
    """Makes the table `name`: a row a predicate."""
    parts = f"{name}_parts"
    for number, path in enumerate(corpus.paths("triples")):
        into = f"INSERT INTO {parts}" if number else f"CREATE TEMP TABLE {parts} AS"
        db.execute(f"{into} {_PER_PREDICATE.format(path=literal(str(path)))}")
    sums = ", ".join(
        f"sum({column})::BIGINT AS {column}" for column in ("triples", "entries", "split", "links", "dates", "amounts", "empty")
    )
    db.execute(f"CREATE TEMP TABLE {name} AS SELECT predicate, {sums} FROM {parts} GROUP BY predicate; DROP TABLE {parts}")


def _predicates(db: Connection, corpus: Corpus) -> list[PredicateRow]:
    rows = db.execute(
        f"SELECT predicate, {', '.join(_COUNTED)} FROM counted ORDER BY triples DESC, predicate LIMIT {PREDICATES}"
    ).fetchall()
    sample = next((path for shard, path in zip(corpus.manifest.of("triples"), corpus.paths("triples"), strict=True) if shard.rows), None)
    examples: dict[str, list[str]] = {}
    if sample is not None:
        seen = db.execute(
            f"""
            SELECT predicate, object[:{SHOWN}] FROM (
                SELECT predicate, object, count(*) AS n FROM read_parquet({literal(str(sample))}, hive_partitioning = false)
                WHERE predicate IN (SELECT unnest(?)) AND object <> '' GROUP BY predicate, object)
            QUALIFY row_number() OVER (PARTITION BY predicate ORDER BY n DESC, object) <= 3 ORDER BY predicate, n DESC, object
            """,
            [[row[0] for row in rows]],
        ).fetchall()
        for predicate, text in seen:
            examples.setdefault(predicate, []).append(text)
    return [_row(row, tuple(examples.get(row[0], ()))) for row in rows]


def _row(values: Sequence[Any], examples: tuple[str, ...] = ()) -> PredicateRow:
    counts: dict[str, Any] = dict(zip(("name", *_COUNTED), values, strict=True))
    return PredicateRow(**counts, examples=examples)


def _by(db: Connection, expression: str) -> list[tuple[str, int]]:
    return list(db.execute(f"SELECT {expression} AS what, count(*) FROM entries GROUP BY what ORDER BY what").fetchall())


def _per_entry(db: Connection) -> list[tuple[str, int]]:
    counts = db.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (triples BETWEEN {low} AND {high})" for low, high, _ in _STEPS) + " FROM entries"
    ).fetchone()
    return [(label, count) for (_, _, label), count in zip(_STEPS, counts, strict=True)]


def _count_links(db: Connection) -> None:
    """Makes the table `pointed`: a row a target, with the entry that has it for key or address."""
    db.execute("""
        CREATE TEMP TABLE pointed AS
        SELECT target, n, called, entry, subject
        FROM (SELECT target, count(*) AS n, min(object) AS called FROM links GROUP BY target)
        LEFT JOIN (SELECT target, min(entry) AS entry, arg_min(subject, entry) AS subject
                   FROM (SELECT entry AS target, entry, subject FROM entries UNION ALL SELECT url, entry, subject FROM entries) GROUP BY target) USING (target)
        """)


def _links_inside(db: Connection) -> int:
    ((count,),) = db.execute("SELECT coalesce(sum(n), 0)::BIGINT FROM pointed WHERE entry IS NOT NULL").fetchall()
    return int(count)


def _targets(db: Connection) -> list[Odd]:
    """The entries that are pointed to most."""
    # an entry may be pointed to by its number and by its address
    return _odd(
        db,
        "SELECT sum(n)::BIGINT AS n, subject, entry FROM pointed WHERE entry IS NOT NULL GROUP BY entry, subject ORDER BY n DESC, entry",
    )


def _wanted(db: Connection) -> list[Odd]:
    """What is pointed to most and is not there. An address that is a name of one entry alone is: it leads there by another way; where the address is an old number,
    /view/1758.htm, the text of the link is the name."""
    db.execute(r"""
        CREATE TEMP TABLE addressed AS
        SELECT target, url_decode(regexp_extract(target, '/([^/?#]+)$', 1)) AS name FROM pointed WHERE entry IS NULL AND contains(target, '://');
        CREATE TEMP TABLE known AS
        WITH called AS (
            SELECT target, name FROM addressed
            UNION SELECT target, object FROM links SEMI JOIN (FROM addressed WHERE regexp_full_match(name, '[0-9]+\.html?')) USING (target))
        SELECT DISTINCT target FROM called JOIN (
            SELECT name FROM names SEMI JOIN called USING (name) WHERE kind <> 'id' GROUP BY name HAVING count(DISTINCT entry) = 1) USING (name)
        """)
    return _odd(db, "SELECT n, called, target FROM pointed ANTI JOIN known USING (target) WHERE entry IS NULL ORDER BY n DESC, target")


def _odd(db: Connection, sql: str) -> list[Odd]:
    """The first rows of size, text, place."""
    rows = db.execute(f"SELECT #1, #2[:{SHOWN + 1}], #3[:{SHOWN}] FROM ({sql} LIMIT {ROWS})").fetchall()
    return [Odd(size, text if len(text) <= SHOWN else f"{text[:SHOWN]}…", where) for size, text, where in rows]


def _shifts(db: Connection, previous: Corpus) -> list[tuple[str, int, int]]:
    _count_predicates(db, previous, "counted_before")
    return list(
        db.execute(
            f"""
            SELECT coalesce(a.predicate, b.predicate) AS name, coalesce(b.triples, 0) AS before, coalesce(a.triples, 0) AS now
            FROM counted a FULL JOIN counted_before b ON a.predicate = b.predicate WHERE before <> now ORDER BY abs(now - before) DESC, name LIMIT {ROWS}
            """
        ).fetchall()
    )
