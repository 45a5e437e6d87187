"""`baike corpus diff`: what is in one corpus and not in the other.

Comes in: two corpora of one kind. Goes out: one `Change` an entry or triple: entries by key, then triples in the order of the corpus; or one a question, by
number. Where it was fetched, when, and by which version of the program is no difference. Exact. Memory: DuckDB's limit; entries are compared by their
digests first, triples one partition at a time, and what still does not fit spills to a temporary folder.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.corpus.engine import connect, paths_literal
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.reader import check_lengths
from baike_spider.corpus.schema import ENTRIES, QUESTION_CORPUS, QUESTIONS, TRIPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.manifest import CorpusShard
    from baike_spider.corpus.reader import Corpus
    from baike_spider.corpus.schema import Table

__all__ = ["Change", "DiffSummary", "compared", "count_changes", "diff_corpora", "summary_of"]

#: keys of an entry's line that say where it came from, not what it says
PROVENANCE = ("source", "digest", "fetched_at", "extractor")
#: what one (subject, predicate, object, entry, object_url) may have besides; a difference in it is a `changed` triple
_TYPED = ("object_id", "date", "low", "high", "unit", "raw_predicate")
_KEY = ("subject", "predicate", "object", "entry", "object_url")
#: what a question says
_SAID = ("url", "question", "tags", "detail", "asked", "answers", "best_answer")
#: tables that are compared, and what one of their rows is
_ONE: dict[str, Literal["entry", "question", "triple"]] = {"entries": "entry", "triples": "triple", "questions": "question"}
#: rows that Python holds at once
_BATCH = 2048


@dataclass(frozen=True, slots=True)
class Change:
    """One difference."""

    what: Literal["entry", "question", "triple"]
    change: Literal["added", "removed", "changed"]
    key: dict[str, Any]
    """Of an entry `entry` and `subject`, of a triple `subject`, `predicate`, `object`, `entry`, `object_url`, of a question `question_id`, `question`."""
    old: dict[str, Any] | None = None
    """Of something changed the fields that differ, as they were."""
    new: dict[str, Any] | None = None
    """The same fields, as they are."""

    def as_dict(self) -> dict[str, Any]:
        ends = {"old": self.old, "new": self.new} if self.change == "changed" else {}
        return {"what": self.what, "change": self.change, **self.key, **ends}


@dataclass(slots=True)
class DiffSummary:
    """The changes, counted."""

    before: dict[str, int]
    """Rows of entries and triples, or of questions, in the first corpus."""
    after: dict[str, int]
    """The same of the second."""
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By what and change."""
    predicates: Counter[str] = field(default_factory=Counter)
    """Changes of triples by predicate."""

    def add(self, change: Change) -> None:
        self.counts[change.what, change.change] += 1
        if change.what == "triple":
            self.predicates[change.key["predicate"]] += 1

    def as_dict(self, *, predicates: int = 20) -> dict[str, Any]:
        """For JSON; `predicates`: how many of those that changed most."""
        told: dict[str, Any] = {
            name: {"before": self.before[name], "after": self.after[name]}
            | {change: self.counts[kind, change] for change in ("added", "removed", "changed")}
            for name, kind in _ONE.items()
            if name in self.before
        }
        most = sorted(self.predicates.items(), key=lambda one: (-one[1], one[0]))[:predicates]
        return {**told, "predicates": dict(most)} if TRIPLES.name in self.before else told


def diff_corpora(
    old: Corpus, new: Corpus, *, memory: int | None = None, threads: int | None = None, temp: Path | None = None
) -> Iterator[Change]:
    """Every difference, in a stable order. What `memory` does not hold goes to the folder `temp`.

    Partitions of triples whose files have one sha256 in both manifests are not read: `digests.check_digests` of what is `compared` makes sure of them.
    Raises the engine's error when a shard cannot be read: `reader.failure` says which; CorpusDamaged when one is missing or of another length than its manifest says;
    CorpusError when the two are not of one kind.
    """
    kinds = [corpus.manifest.kind for corpus in (old, new)]
    if kinds[0] != kinds[1]:
        raise CorpusError(f"{old.folder} is a corpus of {kinds[0].noun}, {new.folder} one of {kinds[1].noun}: they have nothing in common")
    for corpus in (old, new):
        check_lengths(corpus, (shard for table in compared(corpus) for shard in corpus.manifest.of(table.name)))
    with connect(memory=memory, threads=threads, temp=temp) as db:
        if kinds[0] == QUESTION_CORPUS:
            yield from _questions(db, old, new)
            return
        yield from _entries(db, old, new)
        for group in range(min(old.manifest.partitions, new.manifest.partitions)):
            yield from _triples(db, old, new, group)


def compared(corpus: Corpus) -> list[Table]:
    """The tables that a diff looks at."""
    return [table for table in corpus.manifest.kind.tables if table.name in _ONE]


def count_changes(
    old: Corpus, new: Corpus, *, memory: int | None = None, threads: int | None = None, temp: Path | None = None
) -> dict[str, Any]:
    """The summary of every difference, as a dict. Raises as `diff_corpora` does."""
    summary = summary_of(old, new)
    for change in diff_corpora(old, new, memory=memory, threads=threads, temp=temp):
        summary.add(change)
    return summary.as_dict()


def summary_of(old: Corpus, new: Corpus) -> DiffSummary:
    """A summary without changes yet."""
    before, after = ({table.name: corpus.manifest.counts[table.name] for table in compared(corpus)} for corpus in (old, new))
    return DiffSummary(before, after)


def _entries(db: Connection, old: Corpus, new: Corpus) -> Iterator[Change]:
    heads = "SELECT entry, subject, aliases, md5_number(json) AS content FROM"
    db.execute(f"""
        CREATE OR REPLACE TEMP TABLE moved AS
        SELECT coalesce(b.entry, a.entry) AS entry, coalesce(b.subject, a.subject) AS subject, a.entry IS NULL AS is_new, b.entry IS NULL AS is_gone,
               a.aliases AS old_aliases, b.aliases AS new_aliases
        FROM ({heads} {_all(old, ENTRIES.name)}) a FULL JOIN ({heads} {_all(new, ENTRIES.name)}) b ON a.entry = b.entry
        WHERE a.entry IS NULL OR b.entry IS NULL OR a.content <> b.content OR a.aliases <> b.aliases OR a.subject <> b.subject
        """)
    bare = json.dumps(dict.fromkeys(PROVENANCE))
    # the lines are joined for those alone that are in both and not the same to the byte
    db.execute(f"""
        SELECT m.entry, m.subject, m.is_new, m.is_gone, m.old_aliases, m.new_aliases, a.json, b.json
        FROM moved m LEFT JOIN {_all(old, ENTRIES.name)} a ON a.entry = m.entry AND NOT m.is_new AND NOT m.is_gone
                     LEFT JOIN {_all(new, ENTRIES.name)} b ON b.entry = m.entry AND NOT m.is_new AND NOT m.is_gone
        WHERE m.is_new OR m.is_gone OR m.old_aliases <> m.new_aliases
           OR json_merge_patch(a.json::JSON, '{bare}'::JSON)::VARCHAR <> json_merge_patch(b.json::JSON, '{bare}'::JSON)::VARCHAR
        ORDER BY m.entry
        """)
    while rows := db.fetchmany(_BATCH):
        for entry, subject, is_new, is_gone, *ends in rows:
            key = {"entry": entry, "subject": subject}
            if is_new or is_gone:
                yield Change("entry", "added" if is_new else "removed", key)
            else:
                yield _changed("entry", key, _fields(ends[2], ends[0]), _fields(ends[3], ends[1]))
    db.execute("DROP TABLE moved")


def _fields(line: str, aliases: list[str]) -> dict[str, Any]:
    """What an entry says: its line without provenance, with all of its aliases."""
    return {**{name: value for name, value in json.loads(line).items() if name not in PROVENANCE}, "aliases": aliases}


def _triples(db: Connection, old: Corpus, new: Corpus, group: int) -> Iterator[Change]:
    """The differences in the partitions `group` of the corpus that has fewer: a power of two of the other's fall into each."""
    old_files, new_files = _files(old, new, TRIPLES.name, group)
    if [shard.sha256 for shard in old_files] == [shard.sha256 for shard in new_files]:
        return
    same = " AND ".join(f"a.{column} = b.{column}" for column in _KEY[:-1]) + " AND coalesce(a.object_url, '') = coalesce(b.object_url, '')"
    apart = " OR ".join(f"a.{column} IS DISTINCT FROM b.{column}" for column in _TYPED)
    sides = _relation(old, old_files), _relation(new, new_files)
    db.execute(f"""
        SELECT a.entry IS NULL AS is_new, b.entry IS NULL AS is_gone, {", ".join(f"coalesce(b.{column}, a.{column}) AS {column}" for column in _KEY)},
               {", ".join(f"{side}.{column}" for side in "ab" for column in _TYPED)}
        FROM {sides[0]} a FULL JOIN {sides[1]} b ON {same}
        WHERE a.entry IS NULL OR b.entry IS NULL OR {apart}
        ORDER BY {", ".join(f"{column} NULLS FIRST" for column in _KEY)}
        """)
    while rows := db.fetchmany(_BATCH):
        for is_new, is_gone, *values in rows:
            key = dict(zip(_KEY, values, strict=False))
            if is_new or is_gone:
                yield Change("triple", "added" if is_new else "removed", key)
                continue
            yield _changed("triple", key, *_ends(_TYPED, values[len(_KEY) :]))


def _questions(db: Connection, old: Corpus, new: Corpus) -> Iterator[Change]:
    """The differences of two corpora of questions, by number: the differing rows alone are sorted."""
    apart = " OR ".join(f"a.{column} IS DISTINCT FROM b.{column}" for column in _SAID)
    db.execute(f"""
        SELECT a.question_id IS NULL AS is_new, b.question_id IS NULL AS is_gone, coalesce(b.question_id, a.question_id) AS question_id,
               coalesce(b.question, a.question) AS question, {", ".join(f"{side}.{column}" for side in "ab" for column in _SAID)}
        FROM {_all(old, QUESTIONS.name)} a FULL JOIN {_all(new, QUESTIONS.name)} b ON a.question_id = b.question_id
        WHERE a.question_id IS NULL OR b.question_id IS NULL OR {apart}
        ORDER BY 3
        """)
    while rows := db.fetchmany(_BATCH):
        for is_new, is_gone, number, text, *values in rows:
            key = {"question_id": number, "question": text}
            if is_new or is_gone:
                yield Change("question", "added" if is_new else "removed", key)
                continue
            yield _changed("question", key, *_ends(_SAID, values))


def _ends(columns: Sequence[str], values: Sequence[Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The row as it was and as it is, of its columns twice over."""
    return dict(zip(columns, values[: len(columns)], strict=True)), dict(zip(columns, values[len(columns) :], strict=True))


def _changed(what: Literal["entry", "question", "triple"], key: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> Change:
    """With the fields that differ; one that is absent is as None."""
    apart = [name for name in dict.fromkeys([*before, *after]) if before.get(name) != after.get(name)]
    return Change(what, "changed", key, {name: before.get(name) for name in apart}, {name: after.get(name) for name in apart})


def _files(old: Corpus, new: Corpus, table: str, group: int) -> tuple[list[CorpusShard], list[CorpusShard]]:
    """The files of either whose rows may meet: those of the partitions `group` of the corpus that has fewer."""
    fewer = min(old.manifest.partitions, new.manifest.partitions)
    first, second = ([shard for shard in corpus.manifest.of(table) if shard.partition % fewer == group] for corpus in (old, new))
    return first, second


def _relation(corpus: Corpus, files: list[CorpusShard]) -> str:
    return f"read_parquet({paths_literal([corpus.folder / shard.path for shard in files])}, hive_partitioning = false)"


def _all(corpus: Corpus, table: str) -> str:
    return _relation(corpus, corpus.manifest.of(table))
