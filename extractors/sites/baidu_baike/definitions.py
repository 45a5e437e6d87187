"""Infoboxes that are definition lists: `dt` names, `dd` values, as all of Baidu Baike's have been since 2014.

Comes in: a tree and what marks a row's cells. Goes out: `Cell`s. The short copy of a collapsed row and its overlap, which holds
the same name again and the full value, are one row, wherever the parser has left the overlap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.assembly import Cell
from extractors.text import full_value, read_flow, row_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["definition_cells"]


def definition_cells(root: _Element, mark: str, base: str) -> Iterator[Cell]:
    """The rows in reading order. `mark` is in the class of every `dt` and `dd` of a row; a second value under one name has no name."""
    held: Cell | None = None
    name = ""
    inside = _inside_overlaps(root)
    for cell in root.iter("dt", "dd"):
        css = cell.get("class") or ""
        if inside and cell in inside:
            continue
        if "verlap" in css and (full := full_value(cell)) is not None:
            # a `dd` in a `dd`, which HTML does not allow: a parser may make it the next one
            held = Cell(held.name if held else name, *read_flow(full, base))
        elif mark not in css:
            continue
        elif cell.tag == "dt":
            name = row_name(read_flow(cell, base).text if len(cell) else cell.text or "")
        else:
            if held:
                yield held
            held = Cell(name, *read_flow(cell, base))
            name = ""
    if held:
        yield held


def _inside_overlaps(root: _Element) -> set[_Element]:
    inside: set[_Element] = set()
    for box in root.iter("dl"):
        if "overlap" in (box.get("class") or ""):
            inside.update(box.iter("dt", "dd"))
    return inside
