"""Three columns, subject TAB predicate TAB object, no quoting: the form of CN-DBpedia's dump.

Equal to `LC_ALL=C sort -u` over any order of the same triples: each once, sorted by bytes. The corpus' texts hold no control characters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.corpus.export.format import Format, Work
from baike_spider.corpus.export.lines import put_lines, text_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["FORMAT", "plain_lines"]


def plain_lines(where: str) -> str:
    """The statement for plain triples. The tab is the least character of all, so that lines sort as their columns do."""
    return f"SELECT DISTINCT subject || chr(9) || predicate || chr(9) || object AS line FROM triples WHERE {where} ORDER BY line"


def _write(work: Work, path: Path) -> list[str]:
    with text_file(path) as file:
        count = sum(put_lines(work, file, plain_lines(piece)) for piece in work.slices())
    return [f"{count:,} triples"]


FORMAT = Format("subject TAB predicate TAB object, sorted, each once (CN-DBpedia's form)", _write)
