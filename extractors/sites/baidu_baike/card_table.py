"""Baidu Baike 2009-2013: a table of `td.cardFirstTd` and `td.cardSecondTd`, in GB18030.

Comes in: a `Document`. Goes out: an `Entry`. Built from what other people's parsers say of these pages, none of which is at hand.
All senses of a name stood on one page, one `div.polysemy-item-cnt` each: the entry is the one that the address names (`subLemmaId`),
else the first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.assembly import Cell, assemble, infobox
from extractors.errors import UnknownLayout
from extractors.layouts import Layout
from extractors.model import Sense
from extractors.sites import canonical_url
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.marks import BASE, last_edit, lemma_id
from extractors.text import Flow, bare_sense, read_flow, row_name, tidy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.document import Document
    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "card_table"
_ROW = b"cardFirstTd"
_SUMMARY = b"card-summary"
_SUB_LEMMA = re.compile(r"subLemmaId=(\d{1,12})|#sub(\d{1,12})", re.I)


def _claims(document: Document) -> bool:
    return document.class_at(_ROW) >= 0 or (document.class_at(_SUMMARY) >= 0 and document.has(b'id="viewExtCati"', b"view-tip-pannel", b"polysemy-item-cnt"))


def _read(document: Document) -> Entry:
    root = document.tree
    title = _title(root)
    items = [part for part in root.iter("div") if "polysemy-item-cnt" in _classes(part)]
    index = _shown(items, document.page.url)
    item = items[index] if items else root
    box = infobox(_cells(item))
    if not box.rows and any("cardFirstTd" in _classes(cell) for cell in item.iter("td")):
        raise UnknownLayout("rows of an infobox are there (`cardFirstTd`), but none has a name and a value", layout=_NAME)
    labels = list(_labels(root, document.page.url))
    summary = _summary(item)
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        sense=bare_sense(labels[index].label) if index < len(labels) and items else None,
        lemma_id=lemma_id(document),
        aliases=_aliases(item),
        summary=summary.text,
        summary_links=summary.links,
        tags=_tags(item) or _tags(root),
        updated=last_edit(document),
        box=box,
        senses=tuple(sense for place, sense in enumerate(labels) if place != index),
    )


def _title(root: _Element) -> str:
    """The heading's own text: buttons and the pronunciation stand in elements of their own."""
    for heading in root.iter("h1"):
        if "title" in _classes(heading):
            own = tidy((heading.text or "") + "".join(child.tail or "" for child in heading))
            if title := own or tidy("".join(heading.itertext())):
                return title
    raise UnknownLayout("an entry without a title: `h1.title` is missing or empty", layout=_NAME)


def _shown(items: list[_Element], url: str) -> int:
    wanted = _SUB_LEMMA.search(url)
    number = (wanted[1] or wanted[2]) if wanted else ""
    return next((place for place, item in enumerate(items) if number and item.get("sublemmaid") == number), 0)


def _cells(root: _Element) -> Iterator[Cell]:
    name = ""
    for cell in root.iter("td"):
        css = _classes(cell)
        if "cardFirstTd" in css:
            name = row_name("".join(cell.itertext()))
        elif "cardSecondTd" in css:
            yield Cell(name, *read_flow(cell, BASE))
            name = ""


def _summary(root: _Element) -> Flow:
    parts = [part for part in root.iter("div") if {"card-summary-content", "card-summary"} & _classes(part)]
    inner = next((part for part in parts if "card-summary-content" in _classes(part)), parts[0] if parts else None)
    return read_flow(inner, BASE) if inner is not None else Flow("")


def _labels(root: _Element, url: str) -> Iterator[Sense]:
    """The senses of the page in order; their links lead to places on it (`#sub123`)."""
    for box in root.iter("ol"):
        if box.get("data-nslog-type") == "503":
            for anchor in box.iter("a"):
                if label := tidy("".join(anchor.itertext())):
                    yield Sense(label, _absolute(anchor.get("href") or "", url))


def _absolute(href: str, url: str) -> str:
    page = canonical_url(url) if url else ""
    return page + href if href.startswith("#") and page else canonical_url(href, base=page or BASE)


def _aliases(root: _Element) -> list[str]:
    notes = (part for part in root.iter("div") if "view-tip-pannel" in _classes(part))
    return [tidy("".join(anchor.itertext())) for note in notes for anchor in list(note.iter("a"))[:1]]


def _tags(root: _Element) -> list[str]:
    boxes = (box for box in root.iter("dl") if box.get("id") == "viewExtCati")
    return [tidy("".join(anchor.itertext())) for box in boxes for anchor in box.iter("a")]


def _classes(element: _Element) -> frozenset[str]:
    return frozenset((element.get("class") or "").split())


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=35)
