"""Questions as one JSON array of objects with exactly the keys url, question, tags, in this order: the form of the question corpus that people know.

One object a line, so that tools of lines can cut it; any JSON parser reads the whole, a streaming one in constant memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.jsonl import PLAIN, statements
from baike_spider.corpus.export.lines import batches, text_file
from baike_spider.corpus.schema import QUESTION_CORPUS, QUESTIONS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT"]


def _write(work: Work, path: Path) -> list[str]:
    count = 0
    with text_file(path) as file:
        file.write(b"[")
        for sql in statements(work, PLAIN):
            for lines in batches(work, sql):
                file.write(b",\n" if count else b"\n")
                file.write(",\n".join(lines).encode())
                count += len(lines)
        file.write(b"\n]\n")
    return [f"{count:,} questions"]


FORMAT = Format("questions as one JSON array of url, question, tags", _write, kinds=(QUESTION_CORPUS,), reads=(QUESTIONS,))
