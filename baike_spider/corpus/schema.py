"""What a corpus folder is made of: its tables, their columns, order and partitions. Documented in docs/corpus.md.

A corpus is of entries, four tables, or of questions, one.

Every table is a folder of Parquet files, one a partition, rows sorted by `order` (texts by their UTF-8 bytes, NULLs first). A row is in the
partition that its `partitioned_by` column hashes to, so that everything about one name lies in one file of each table. Pure: no
duckdb, no disk.
"""

from __future__ import annotations

from typing import NamedTuple

try:
    # the same function; hashlib also loads OpenSSL, which takes longer than a query may
    from _md5 import md5  # type: ignore[import-not-found]
except ImportError:
    from hashlib import md5

__all__ = [
    "CORPUS_SCHEMA",
    "ENTRIES",
    "ENTRY_CORPUS",
    "KINDS",
    "LINKS",
    "NAMES",
    "QUESTIONS",
    "QUESTION_CORPUS",
    "TABLES",
    "TRIPLES",
    "Column",
    "Kind",
    "Table",
    "partition_of",
    "shard_path",
]

#: rises when a column changes its meaning
CORPUS_SCHEMA = 1


class Column(NamedTuple):
    """One column of a table."""

    name: str
    type: str
    """DuckDB's name of the type."""
    meaning: str
    null: bool = False
    """Whether it may be NULL: the page holds no such thing. Texts are never "" in a column that may be NULL, but for `unit` and `detail`."""


class Table(NamedTuple):
    """One kind of rows."""

    name: str
    """Also the folder's name."""
    columns: tuple[Column, ...]
    partitioned_by: str
    """The column whose hash chooses the file: that of its text, a number's in decimal."""
    order: tuple[str, ...]
    """Columns that a file is sorted by; no two rows of a table are equal in all of them."""

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


ENTRIES = Table(
    "entries",
    (
        Column("subject", "VARCHAR", "`title（sense）` or `title`, as in the triples"),
        Column(
            "entry",
            "VARCHAR",
            "the entry's key: `site#lemma_id`, or `site/subject` where the site's number is unknown; unique in the corpus",
        ),
        Column("site", "VARCHAR", "for example `baidu_baike`"),
        Column("lemma_id", "BIGINT", "the site's number of the entry", null=True),
        Column("title", "VARCHAR", "title"),
        Column("sense", "VARCHAR", "which of several meanings (义项)", null=True),
        Column("url", "VARCHAR", "canonical address"),
        Column("aliases", "VARCHAR[]", "other names that lead here, of all versions and alias rejects, sorted; without the title"),
        Column("layout", "VARCHAR", "the page template"),
        Column("updated", "VARCHAR", "day of the last edit, YYYY-MM-DD", null=True),
        Column("digest", "VARCHAR", "`sha256:...` of the page's bytes"),
        Column("fetched_at", "VARCHAR", "time of the fetch, UTC, ISO 8601", null=True),
        Column("extractor", "VARCHAR", "version of the extraction rules"),
        Column("triples", "BIGINT", "rows of this entry in the table triples"),
        Column("versions", "BIGINT", "records of this entry in the inputs, of which this is the newest"),
        Column("json", "VARCHAR", "the entry's line of its shard (output/README.md), verbatim"),
    ),
    partitioned_by="subject",
    order=("subject", "entry"),
)

TRIPLES = Table(
    "triples",
    (
        Column("subject", "VARCHAR", "`title（sense）` or `title`"),
        Column("predicate", "VARCHAR", "the row's name, or 同义词, 标签, 义项, 描述"),
        Column("object", "VARCHAR", "the value's text; may be empty"),
        Column("entry", "VARCHAR", "key of the subject's entry, as in the table entries"),
        Column("object_id", "BIGINT", "number of the entry that the object links to", null=True),
        Column("object_url", "VARCHAR", "address of the entry that the object links to", null=True),
        Column("date", "VARCHAR", "EDTF, when the object is a date", null=True),
        Column("low", "DOUBLE", "lower bound, when the object is an amount", null=True),
        Column("high", "DOUBLE", "upper bound, when the object is an amount", null=True),
        Column("unit", "VARCHAR", "unit, when the object is an amount; may be empty", null=True),
        Column("raw_predicate", "VARCHAR", "the row's own name, when the predicate is a normalised one", null=True),
        Column("site", "VARCHAR", "of the entry, as the columns below"),
        Column("subject_id", "BIGINT", "its `lemma_id`", null=True),
        Column("subject_url", "VARCHAR", "its `url`, and the page that the triple was read from"),
        Column("digest", "VARCHAR", "`sha256:...` of that page's bytes"),
        Column("layout", "VARCHAR", "the page template"),
        Column("extractor", "VARCHAR", "version of the extraction rules"),
        Column("fetched_at", "VARCHAR", "time of the fetch, UTC, ISO 8601", null=True),
    ),
    partitioned_by="subject",
    order=("subject", "predicate", "object", "entry", "object_url"),
)

NAMES = Table(
    "names",
    (
        Column("name", "VARCHAR", "something an entry is called"),
        Column("kind", "VARCHAR", "`title`, `subject` (where it is not the title), `alias`, or `id` (the lemma id in decimal)"),
        Column("entry", "VARCHAR", "key of the entry"),
        Column("subject", "VARCHAR", "its subject: where to look in entries and triples"),
    ),
    partitioned_by="name",
    order=("name", "kind", "entry"),
)

LINKS = Table(
    "links",
    (
        Column(
            "target",
            "VARCHAR",
            "what a triple's object links to: `site#object_id` (an entry's key), or the address where the number is unknown",
        ),
        Column("subject", "VARCHAR", "subject of the triple"),
        Column("predicate", "VARCHAR", "its predicate"),
        Column("object", "VARCHAR", "its object"),
        Column("entry", "VARCHAR", "key of the subject's entry"),
    ),
    partitioned_by="target",
    order=("target", "subject", "predicate", "object", "entry"),
)

#: a corpus of entries, in the order in which they are written
TABLES = (ENTRIES, TRIPLES, NAMES, LINKS)

QUESTIONS = Table(
    "questions",
    (
        Column("question_id", "BIGINT", "the site's number of the question; unique in the corpus"),
        Column("url", "VARCHAR", "canonical address"),
        Column("question", "VARCHAR", "the full text of the question"),
        Column("tags", "VARCHAR[]", "tags and categories that the page carries; most pages after 2018 carry none"),
        Column(
            "detail", "VARCHAR", "what the asker added below, may be empty; NULL when the record is a plain one of three keys", null=True
        ),
        Column("asked", "VARCHAR", "when it was asked", null=True),
        Column("answers", "BIGINT", "how many answers the page says there are", null=True),
        Column("best_answer", "VARCHAR", "text of the accepted or recommended answer", null=True),
        Column("versions", "BIGINT", "records of this question in the inputs, of which this is the newest"),
    ),
    partitioned_by="question_id",
    order=("question_id",),
)


class Kind(NamedTuple):
    """What a corpus is a corpus of."""

    name: str
    """`kind` in its manifest."""
    noun: str
    """What it holds, for people; also the table that is counted."""
    tables: tuple[Table, ...]
    """In the order in which they are written."""


ENTRY_CORPUS = Kind("baike-corpus", "entries", TABLES)
QUESTION_CORPUS = Kind("question-corpus", "questions", (QUESTIONS,))
#: by name
KINDS = {kind.name: kind for kind in (ENTRY_CORPUS, QUESTION_CORPUS)}


def partition_of(text: str, partitions: int) -> int:
    """The partition of a row whose `partitioned_by` column is `text`; in DuckDB `md5_number_lower(text) % partitions`.

    >>> partition_of("刘德华", 64), partition_of("", 64), partition_of("刘德华", 1)
    (31, 41, 0)
    """
    digest = md5(text.encode("utf-8", "replace"), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") % partitions


def shard_path(table: str, partition: int) -> str:
    """Where a partition lies, relative to the corpus.

    >>> shard_path("triples", 7)
    'triples/00007.parquet'
    """
    return f"{table}/{partition:05d}.parquet"
