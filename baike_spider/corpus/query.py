"""Looking an entry up: by name, alias, subject, number or key, with its triples and those that point to it.

Comes in: a corpus and what somebody typed. Goes out: the entries that are called so, all of them where several share a name, and their rows.
A name leads to one file of each table and to few row groups of it, so that the size of the corpus does not matter. Guesses nothing: what
is called otherwise is not found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from baike_spider.corpus.engine import EngineError, literal, paths_literal
from baike_spider.corpus.reader import check_lengths, unreadable
from baike_spider.corpus.schema import ENTRIES, LINKS, NAMES, TRIPLES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.reader import Corpus
    from baike_spider.corpus.schema import Table

__all__ = ["Fact", "Found", "Incoming", "facts_of", "find", "pointing_to"]

#: the nearer a name is to the entry, the sooner it is shown
_KINDS = ("id", "subject", "title", "alias")
_ABOUT = ("entry", "subject", "site", "lemma_id", "title", "sense", "url", "aliases", "layout", "updated", "fetched_at", "triples")
_FACT = ("entry", "predicate", "object", "object_id", "object_url", "date", "low", "high", "unit")


class Found(NamedTuple):
    """An entry that is called what was asked for."""

    matched: tuple[str, ...]
    """How it is called so: title, subject, alias, id."""
    entry: str
    subject: str
    site: str
    lemma_id: int | None
    title: str
    sense: str | None
    url: str
    aliases: list[str]
    layout: str
    updated: str | None
    fetched_at: str | None
    triples: int
    """How many it has."""


class Fact(NamedTuple):
    """One triple of an entry, without what all of them share."""

    predicate: str
    object: str
    object_id: int | None
    object_url: str | None
    date: str | None
    low: float | None
    high: float | None
    unit: str | None


class Incoming(NamedTuple):
    """Triples that point to an entry."""

    total: int
    """How many there are."""
    rows: list[tuple[str, str, str, str]]
    """The first of them: subject, predicate, object, key of the subject's entry."""


def find(db: Connection, corpus: Corpus, text: str) -> list[Found]:
    """The entries called `text`: those it names most nearly first, then those with most triples. Also reads keys (`baidu_baike#114923`) and
    the subject with ASCII brackets, `刘德华(演员)`."""
    matched: dict[str, tuple[str, set[str]]] = {}
    for name, key in _readings(text):
        for kind, entry, subject in _named(db, corpus, name):
            if key is None or key == entry:
                matched.setdefault(entry, (subject, set()))[1].add(kind)
        if matched:
            break
    if not matched:
        return []
    rows = _select(db, corpus, ENTRIES, _ABOUT, {entry: subject for entry, (subject, _) in matched.items()})
    found = [Found(_sorted_kinds(matched[row[0]][1]), *row) for row in rows]
    return sorted(found, key=lambda one: (_KINDS.index(one.matched[0]), -one.triples, one.entry))


def facts_of(db: Connection, corpus: Corpus, found: Sequence[Found], *, predicate: str | None = None) -> dict[str, list[Fact]]:
    """The triples of each entry, by its key; of one predicate, or all. In the order of the corpus."""
    facts: dict[str, list[Fact]] = {one.entry: [] for one in found}
    if not facts:
        return facts
    only = "" if predicate is None else f" AND predicate = {literal(predicate)}"
    for entry, *rest in _select(db, corpus, TRIPLES, _FACT, {one.entry: one.subject for one in found}, only):
        facts[entry].append(Fact(*rest))
    return facts


def pointing_to(db: Connection, corpus: Corpus, found: Found, *, predicate: str | None = None, most: int = 100) -> Incoming:
    """The triples whose object links to the entry, by its number or by its address; the first `most` of them."""
    targets = dict.fromkeys((found.entry, found.url))
    only = "" if predicate is None else f" AND predicate = {literal(predicate)}"
    rows = f"FROM {_files(corpus, LINKS, targets)} WHERE {_one_of('target', targets)}{only}"
    columns = "subject, predicate, object, entry"
    ((total,),) = _fetched(db, corpus, f"SELECT count(*) FROM (SELECT DISTINCT {columns} {rows})")
    return Incoming(total, _fetched(db, corpus, f"SELECT DISTINCT {columns} {rows} ORDER BY ALL LIMIT {most}") if total else [])


def _readings(text: str) -> Iterable[tuple[str, str | None]]:
    """Names to look for, each with the key that the entry must have; the first that finds something counts."""
    yield text, None
    site, mark, number = text.rpartition("#")
    if mark and number.isdecimal():
        yield number, text
    site, mark, subject = text.partition("/")
    if mark and site:
        yield subject, text
    if text.endswith(")"):
        yield text[:-1].replace("(", "（", 1) + "）", None


def _named(db: Connection, corpus: Corpus, name: str) -> list[tuple[str, str, str]]:
    return _fetched(db, corpus, f"SELECT kind, entry, subject FROM {_files(corpus, NAMES, [name])} WHERE name = {literal(name)}")


def _select(
    db: Connection, corpus: Corpus, table: Table, columns: Sequence[str], subjects: dict[str, str], only: str = ""
) -> list[tuple[Any, ...]]:
    """Rows of the entries (key -> subject), from no other files than theirs; those of one entry in the table's order, because its file is."""
    where = f"{_one_of('subject', subjects.values())} AND {_one_of('entry', subjects)}{only}"
    return _fetched(db, corpus, f"SELECT {', '.join(columns)} FROM {_files(corpus, table, subjects.values())} WHERE {where}")


def _files(corpus: Corpus, table: Table, texts: Iterable[str]) -> str:
    """The files that hold the rows of the texts, as an SQL relation. Raises CorpusDamaged where one is missing or of another length."""
    shards = sorted({corpus.shard_for(table.name, text) for text in texts})
    check_lengths(corpus, shards)
    return f"read_parquet({paths_literal([corpus.folder / shard.path for shard in shards])}, hive_partitioning = false)"


def _fetched(db: Connection, corpus: Corpus, sql: str) -> list[tuple[Any, ...]]:
    try:
        rows: list[tuple[Any, ...]] = db.execute(sql).fetchall()
    except EngineError as error:
        raise unreadable(error, corpus) from error
    return rows


def _one_of(column: str, texts: Iterable[str]) -> str:
    """A condition that a reader can hold against the bounds of a row group."""
    literals = sorted({literal(text) for text in texts})
    return f"{column} = {literals[0]}" if len(literals) == 1 else f"{column} IN ({', '.join(literals)})"


def _sorted_kinds(kinds: set[str]) -> tuple[str, ...]:
    return tuple(sorted(kinds, key=_KINDS.index))
