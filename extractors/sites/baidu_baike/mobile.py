"""Baidu Baike for phones, about 2017: `div#J-basicInfo > ul > li` with two `div`s a row.

Comes in: a `Document`. Goes out: an `Entry`. Built from what other people's parsers say of these pages, none of which is at hand.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.assembly import Cell, assemble, infobox
from extractors.document import Document, parse
from extractors.errors import UnknownLayout
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.marks import BASE, last_edit, lemma_id, senses, tags
from extractors.text import bare_sense, plain, row_name
from extractors.tree import first_of_class, flow_of, inner_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "mobile"
_TITLE, _SUMMARY, _BOX = b"lemma-title", b"summary-content", b"J-basicInfo"
_AFTER = (b"BK-main-content", b"J-reference", b"lemma-catalog", b"J-catalog", b"<h2")
_HEADING = re.compile(r"lemma-title[^<>]*>(.*?)</(?:span|h1|div)>", re.DOTALL)
_SENSE = re.compile(r"""class=["']?(?:lemma-desc|lemma-title-desc)[^<>]*>(.*?)</""", re.DOTALL)


def _claims(document: Document) -> bool:
    return document.class_at(_TITLE) >= 0 and (document.body.find(_BOX) >= 0 or document.class_at(_SUMMARY) >= 0)


def _read(document: Document) -> Entry:
    top = document.class_at(_TITLE)
    text = document.text(top, top + 4096)
    heading, sense = _HEADING.search(text), _SENSE.search(text)
    title = plain(heading[1]) if heading else ""
    if not title:
        raise UnknownLayout("an entry without a title: `.lemma-title` is empty", layout=_NAME)
    box_at = document.body.find(_BOX, top)
    start, end = document.first((_SUMMARY, _BOX), top), document.first(_AFTER, max(box_at, top))
    root = parse(document.body[document.tag_before(start) : document.tag_before(end)]) if 0 <= start < end else document.tree
    box = infobox(_cells(root))
    if not box.rows and box_at >= 0 and document.body.find(b"<li", box_at, end if end >= 0 else None) >= 0:
        raise UnknownLayout("an infobox is there (`#J-basicInfo li`), but none of its rows could be read", layout=_NAME)
    summary = flow_of(first_of_class(root, "summary-content", "div"), BASE)
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        sense=bare_sense(plain(sense[1])) if sense else None,
        lemma_id=lemma_id(document),
        summary=summary.text,
        summary_links=summary.links,
        tags=tags(document, top, len(document.body)),
        updated=last_edit(document),
        box=box,
        senses=senses(document, 0, len(document.body)),
    )


def _cells(root: _Element) -> Iterator[Cell]:
    """`div.info-title` and `div.info-content`, or simply the first two `div`s of an item."""
    box = next((part for part in root.iter("div") if part.get("id") == "J-basicInfo"), None)
    for item in box.iter("li") if box is not None else ():
        parts = [part for part in item if part.tag == "div"]
        if len(parts) > 1:
            yield Cell(row_name(inner_text(parts[0])), *flow_of(parts[1], BASE))


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=38)
