"""Rows to lines of text, in SQL and straight into a file: what the text formats share.

Comes in: a statement whose one column is a line (or several). Goes out: a file. Holds one piece of the corpus at a time.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from baike_spider.shards.disk import sync

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from baike_spider.corpus.export.format import Work

__all__ = ["MACROS", "batches", "put_lines", "text_file"]

_FETCH = 16_384

MACROS = r"""
-- RFC 4180, as Python's csv writes it
CREATE MACRO csv(text) AS CASE WHEN regexp_matches(text, '["\r\n,]') THEN '"' || replace(text, '"', '""') || '"' ELSE text END;
-- quoted whatever it is: an empty text is no missing one
CREATE MACRO quoted(text) AS '"' || replace(text, '"', '""') || '"';
"""


@contextmanager
def text_file(path: Path) -> Iterator[BinaryIO]:
    """A new file, durable when the block ends well."""
    with path.open("wb") as file:
        yield file
        file.flush()
        sync(file.fileno())


def put_lines(work: Work, file: BinaryIO, sql: str) -> int:
    """Appends the statement's texts, each with a line feed, in its order; how many. NULLs are left out."""
    count = 0
    for lines in batches(work, sql):
        file.write("\n".join(lines).encode() + b"\n")
        count += len(lines)
    return count


def batches(work: Work, sql: str) -> Iterator[list[str]]:
    """The statement's texts, some thousand at once, in its order, never none. NULLs are left out."""
    result = work.db.execute(sql)
    while rows := result.fetchmany(_FETCH):
        lines = [line for (line,) in rows if line is not None]
        if lines:
            yield lines
