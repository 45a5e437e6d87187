"""Questions as JSON lines: the records of the crawl's shards, each question once.

A plain record has the keys url, question, tags; one that was stored with its details has those behind them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.engine import literal
from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.schema import QUESTION_CORPUS, QUESTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FORMAT", "PLAIN", "statements"]

#: the record in SQL
PLAIN = "to_json(struct_pack(url := url, question := question, tags := tags))::VARCHAR"
_RICH = (
    "to_json(struct_pack(url := url, question := question, tags := tags, detail := detail, asked := asked, answers := answers, "
    "best_answer := best_answer))::VARCHAR"
)


def statements(work: Work, record: str) -> Iterator[str]:
    """One statement a file of the corpus, in the order of the files and of their rows."""
    for path in work.corpus.paths(QUESTIONS.name):
        yield f"SELECT {record} FROM read_parquet({literal(str(path))}, hive_partitioning = false)"


def _write(work: Work, path: Path) -> list[str]:
    with text_file(path) as file:
        count = sum(put_lines(work, file, sql) for sql in statements(work, f"CASE WHEN detail IS NULL THEN {PLAIN} ELSE {_RICH} END"))
    return [f"{count:,} questions"]


FORMAT = Format("questions, one JSON object a line, as in a crawl's shards", _write, kinds=(QUESTION_CORPUS,), reads=(QUESTIONS,))
