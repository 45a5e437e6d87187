"""What a format is, and what it is given to write with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from baike_spider.corpus.engine import literal
from baike_spider.corpus.schema import ENTRY_CORPUS, TRIPLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.reader import Corpus
    from baike_spider.corpus.schema import Kind, Table

__all__ = ["ROWS", "Format", "Work"]

#: triples that are sorted at once
ROWS = 1 << 20


@dataclass(frozen=True, slots=True)
class Format:
    """One way to write a corpus: the `FORMAT` of a module in this folder, whose name is the format's with `_` for `-`."""

    text: str
    """What it is and who reads it, one line."""
    write: Callable[[Work, Path], list[str]]
    """Writes everything to the path, which takes its name only afterwards; what a person is told at the end."""
    folder: bool = False
    """Whether it is a folder of files, not one file."""
    kinds: tuple[Kind, ...] = (ENTRY_CORPUS,)
    """The corpora that can be written so."""
    reads: tuple[Table, ...] = (TRIPLES,)
    """Tables that are checked against their sha256 before anything is written: all that it reads, but for files that it checks itself."""


@dataclass(frozen=True, slots=True)
class Work:
    """One export under way."""

    corpus: Corpus
    db: Connection
    """With the corpus' views and `lines.MACROS`."""
    output: Path
    """The final name, for what is told; nothing is written there."""
    rows: int = ROWS

    def slices(self, column: str = "subject") -> Iterator[str]:
        """Conditions on `column` that cut the corpus, in the order of the subjects' bytes, into pieces of about `rows` triples."""
        cuts = _cuts(self)
        for low, high in zip((None, *cuts), (*cuts, None), strict=True):
            bounds = [f"{column} >= {literal(low)}" if low is not None else "", f"{column} < {literal(high)}" if high is not None else ""]
            yield " AND ".join(filter(None, bounds)) or "true"


def _cuts(work: Work) -> list[str]:
    """Subjects at which to cut: the first of row groups, so that few are read twice. Any texts would do: what they are only balances the pieces."""
    paths = [str(path) for path in work.corpus.paths("triples")]
    groups = work.db.execute(
        "SELECT stats_min_value, row_group_num_rows FROM parquet_metadata(?) "
        "WHERE path_in_schema = 'subject' AND stats_min_value IS NOT NULL ORDER BY ALL",
        [paths],
    ).fetchall()
    cuts: list[str] = []
    waiting = 0
    for first, rows in groups:
        if waiting >= work.rows and (not cuts or first > cuts[-1]):
            cuts.append(first)
            waiting = 0
        waiting += rows
    return cuts
