"""Plain infobox triples, as in the corpus of 25 million that Su Jianlin published in 2017.

Same lines as `tsv`, but only what infoboxes say: without the predicates that stand for an entry's names, tags, sense and summary. No description of
that corpus' file beyond this is to be had, so the three columns are ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.export.tsv import plain_lines

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT", "NO_ROWS"]

#: predicates of triples that do not come from an infobox
NO_ROWS = ("同义词", "标签", "义项", "描述")


def _write(work: Work, path: Path) -> list[str]:
    left_out = f"predicate IN {NO_ROWS}"
    with text_file(path) as file:
        count = sum(put_lines(work, file, plain_lines(f"NOT ({left_out}) AND {piece}")) for piece in work.slices())
    (others,) = work.db.execute(f"SELECT count(*) FROM triples WHERE {left_out}").fetchone()
    return [f"{count:,} triples; {others:,} of {'、'.join(NO_ROWS)} left out"]


FORMAT = Format("infobox triples alone, subject TAB predicate TAB object (the 25-million corpus of 2017)", _write)
