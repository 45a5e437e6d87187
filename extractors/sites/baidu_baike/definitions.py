"""Infoboxes that are definition lists: `dt` names, `dd` values, as all of Baidu Baike's have been since 2014.

Comes in: a tree, or the HTML of a well-formed infobox, and what marks a row's cells. Goes out: `Cell`s. The short copy of a
collapsed row and its overlap, which holds the same name again and the full value, are one row, wherever the parser has left the overlap.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.assembly import Cell
from extractors.flow import read_flow
from extractors.text import row_name, row_name_of, tidy
from extractors.tree import flow_of, inner_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["definition_cells", "strict_cells"]

#: a row as the site wrote it from 2014 to 2021: a name without markup, a value without another list in it
_STRICT_ROW = re.compile(
    r"""<dt class="basicInfo-item name">([^<>]*)</dt>\s{0,64}<dd class="basicInfo-item value">([^<]*+(?:<(?!/?d[dt]\b)[^<]*+)*+)</dd>"""
)
#: characters without one of which a value is plain text
_MARKS = frozenset("<&[")
#: the box that holds a collapsed value in full
_OVERLAP = re.compile(r"(?:^|\s)basicInfo-?[oO]verlap(?:$|[\s_])")


def strict_cells(html: str, mark: str, base: str) -> list[Cell] | None:
    """The rows of an infobox that is written exactly as the site writes it; None when a single `mark` is not accounted for."""
    rows = _STRICT_ROW.findall(html)
    if html.count(mark) != 2 * len(rows):
        return None
    return [
        # nothing is marked up in most values, and nothing to be seen to in most names
        Cell(name if name.isalnum() else row_name_of(name), *((tidy(value),) if _MARKS.isdisjoint(value) else read_flow(value, base)))
        for name, value in rows
    ]


def definition_cells(root: _Element, mark: str, base: str) -> Iterator[Cell]:
    """The rows in reading order. `mark` is in the class of every `dt` and `dd` of a row; a second value under one name has no name."""
    held: Cell | None = None
    name = ""
    inside = _inside_overlaps(root)
    for cell in root.iter("dt", "dd"):
        css = cell.get("class") or ""
        if inside and cell in inside:
            continue
        if "verlap" in css and (full := _full_cell(cell, css)) is not None:
            # a `dd` in a `dd`, which HTML does not allow: a parser may make it the next one
            held = Cell(held.name if held else name, *flow_of(full, base))
        elif mark not in css:
            continue
        elif cell.tag == "dt":
            name = row_name(inner_text(cell))
        else:
            if held:
                yield held
            held = Cell(name, *flow_of(cell, base))
            name = ""
    if held:
        yield held


def _inside_overlaps(root: _Element) -> set[_Element]:
    inside: set[_Element] = set()
    for box in root.iter("dl"):
        if "overlap" in (box.get("class") or ""):
            inside.update(box.iter("dt", "dd"))
    return inside


def _full_cell(box: _Element, css: str) -> _Element | None:
    """The cell that holds the full value, when `box` is the box of a collapsed one."""
    return next((cell for cell in box.iter("dd") if cell is not box), None) if _OVERLAP.search(css) else None
