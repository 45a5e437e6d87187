"""CSV with the header 实体,属性,值: the form of OwnThink's knowledge graph. Senses in its brackets: 刘德华[演员]."""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file
from baike_spider.corpus.schema import ENTRIES, TRIPLES

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT"]

_LINES = """
SELECT DISTINCT csv(e.title || CASE WHEN e.sense IS NULL THEN '' ELSE '[' || e.sense || ']' END) || ',' || csv(t.predicate) || ',' || csv(t.object) AS line
FROM triples t JOIN entries e ON e.entry = t.entry
WHERE {triples} AND {entries} ORDER BY line
"""


def _write(work: Work, path: Path) -> list[str]:
    with text_file(path) as file:
        file.write("实体,属性,值\n".encode())
        pieces = zip(work.slices("t.subject"), work.slices("e.subject"), strict=True)
        count = sum(put_lines(work, file, _LINES.format(triples=triples, entries=entries)) for triples, entries in pieces)
    return [f"{count:,} triples"]


FORMAT = Format("CSV 实体,属性,值 with senses as 名称[义项] (OwnThink's form)", _write, reads=(ENTRIES, TRIPLES))
