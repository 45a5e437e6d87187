"""What the page of a corpus of entries is told: numbers and rows, no markup and no SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baike_spider.corpus.manifest import CorpusManifest

__all__ = ["Odd", "PredicateRow", "Report"]


@dataclass(frozen=True, slots=True)
class PredicateRow:
    """One predicate."""

    name: str
    triples: int
    entries: int
    """Entries that have it."""
    split: int
    """Entries with more than one value of it."""
    links: int
    dates: int
    amounts: int
    examples: tuple[str, ...] = ()
    """Its commonest values in the sample."""


@dataclass(frozen=True, slots=True)
class Odd:
    """One text that stands out."""

    size: int
    """Bytes, triples or entries: what the list is about."""
    text: str
    """A text, cut where it is long."""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that the page shows."""

    name: str
    manifest: CorpusManifest
    predicates: list[PredicateRow]
    """The commonest."""
    predicate_count: int
    predicates_once: int
    """Predicates of one triple alone."""
    totals: PredicateRow
    """All of them together; `entries`: pairs of entry and predicate."""
    empty: int
    """Triples whose object is empty."""
    fetched: list[tuple[str, int]]
    """Entries by month of the fetch, YYYY-MM; "" unknown."""
    updated: list[tuple[str, int]]
    """Entries by year of the last edit; "" unknown."""
    per_entry: list[tuple[str, int]]
    """Entries by how many triples they have."""
    links_inside: int
    """Rows of links whose target is an entry of the corpus."""
    targets: list[Odd]
    """Entries that are pointed to most."""
    wanted: list[Odd]
    """What is pointed to most and is not in the corpus."""
    largest: list[Odd]
    longest: list[Odd]
    """Values, summaries aside."""
    unclosed: list[Odd]
    """Values with a bracket that is not closed, or not opened, by predicate, with the first of them: where a row was split at the wrong place."""
    long_predicates: list[Odd]
    numbers: list[Odd]
    """Predicates that are numbers."""
    shared: list[Odd]
    """Names of most entries."""
    previous: str
    """Name of the earlier corpus, "" where none was given."""
    changes: dict[str, Any]
    """As `baike corpus diff --summary --json` says them; empty without an earlier one."""
    shifts: list[tuple[str, int, int]]
    """Predicates whose triples changed most in number: name, before, now."""
