"""`baike corpus report`: one HTML file that a person looks at first.

    gather -> model (numbers) -> page, with markup, svg (charts) and style.css -> the file; of questions: questions -> question_page

Comes in: a corpus, perhaps an earlier one to compare with. Goes out: a file that appears whole, or not at all. It needs no network and no script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.diff import compared
from baike_spider.corpus.digests import check_digests
from baike_spider.corpus.engine import EngineError
from baike_spider.corpus.export.lines import text_file
from baike_spider.corpus.export.place import exporting
from baike_spider.corpus.reader import failure
from baike_spider.corpus.report.gather import gather
from baike_spider.corpus.report.page import page
from baike_spider.corpus.report.question_page import question_page
from baike_spider.corpus.report.questions import gather_questions
from baike_spider.corpus.schema import QUESTION_CORPUS

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.reader import Corpus

__all__ = ["MEMORY", "write_report"]

#: bytes that the engine may take by default
MEMORY = 2 << 30


def write_report(corpus: Corpus, output: Path, *, previous: Corpus | None = None, memory: int = MEMORY, threads: int | None = None) -> None:
    """Writes the report; an earlier file of that name stays until it is whole. Raises as `export.export_corpus` does."""
    check_digests(corpus, corpus.manifest.kind.tables, threads=threads)
    if previous is not None:
        check_digests(previous, compared(previous), threads=threads)
    with exporting(output, folder=False) as (path, spill):
        try:
            if corpus.manifest.kind == QUESTION_CORPUS:
                html = question_page(gather_questions(corpus, previous, memory=memory, threads=threads, temp=spill))
            else:
                html = page(gather(corpus, previous, memory=memory, threads=threads, temp=spill))
        except EngineError as error:
            raise failure(error, output, corpus, *([previous] if previous else [])) from error
        with text_file(path) as file:
            file.write(html.encode("utf-8", "replace"))
