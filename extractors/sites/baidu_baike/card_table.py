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
from extractors.text import bare_sense, row_name, tidy
from extractors.tree import classes, first_of_class, flow_of, inner_text, of_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.document import Document
    from extractors.flow import Flow
    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "card_table"
_ROW = b"cardFirstTd"
_SUMMARY = b"card-summary"
_HOOKS = (b'id="viewExtCati"', b"view-tip-pannel", b"polysemy-item-cnt")
#: the title of the generation after, whose summary has the same class
_LATER = b"lemmaTitleH1"
_SUB_LEMMA = re.compile(r"subLemmaId=(\d{1,12})|#sub(\d{1,12})", re.IGNORECASE)


def _claims(document: Document) -> bool:
    if document.class_at(_ROW) >= 0:
        return True
    return document.class_at(_SUMMARY) >= 0 and document.has(*_HOOKS) and document.class_at(_LATER) < 0


def _read(document: Document) -> Entry:
    root = document.tree
    title = _title(root)
    items = list(of_class(root, "polysemy-item-cnt", "div"))
    index = _shown(items, document.page.url)
    item = items[index] if items else root
    box = infobox(_cells(item))
    if not box.rows and first_of_class(item, "cardFirstTd", "td") is not None:
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
    for heading in of_class(root, "title", "h1"):
        own = tidy((heading.text or "") + "".join(child.tail or "" for child in heading))
        if title := own or tidy(inner_text(heading)):
            return title
    raise UnknownLayout("an entry without a title: `h1.title` is missing or empty", layout=_NAME)


def _shown(items: list[_Element], url: str) -> int:
    wanted = _SUB_LEMMA.search(url)
    number = (wanted[1] or wanted[2]) if wanted else ""
    return next((place for place, item in enumerate(items) if number and item.get("sublemmaid") == number), 0)


def _cells(root: _Element) -> Iterator[Cell]:
    name = ""
    for cell in root.iter("td"):
        css = classes(cell)
        if "cardFirstTd" in css:
            name = row_name(inner_text(cell))
        elif "cardSecondTd" in css:
            yield Cell(name, *flow_of(cell, BASE))
            name = ""


def _summary(root: _Element) -> Flow:
    summary = first_of_class(root, "card-summary-content", "div")
    if summary is None:
        summary = first_of_class(root, "card-summary", "div")
    return flow_of(summary, BASE)


def _labels(root: _Element, url: str) -> Iterator[Sense]:
    """The senses of the page in order; their links lead to places on it (`#sub123`)."""
    for box in root.iter("ol"):
        if box.get("data-nslog-type") == "503":
            for anchor in box.iter("a"):
                if label := tidy(inner_text(anchor)):
                    yield Sense(label, _absolute(anchor.get("href") or "", url))


def _absolute(href: str, url: str) -> str:
    page = canonical_url(url) if url else ""
    return page + href if href.startswith("#") and page else canonical_url(href, base=page or BASE)


def _aliases(root: _Element) -> list[str]:
    anchors = (next(note.iter("a"), None) for note in of_class(root, "view-tip-pannel", "div"))
    return [tidy(inner_text(anchor)) for anchor in anchors if anchor is not None]


def _tags(root: _Element) -> list[str]:
    boxes = (box for box in root.iter("dl") if box.get("id") == "viewExtCati")
    return [tidy(inner_text(anchor)) for box in boxes for anchor in box.iter("a")]


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=35)
