"""Baidu Baike 2013-2015: `div.biItem` with `span.biTitle` and `div.biContent`.

Comes in: a `Document`. Goes out: an `Entry`. Summary and infobox are parsed as one slice, or with the whole page where its end cannot
be found.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.assembly import Cell, assemble, infobox
from extractors.document import Document, parse
from extractors.errors import UnknownLayout
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.marks import BASE, last_edit, lemma_id, relations, senses, synonym, tags
from extractors.text import bare_sense, plain, row_name
from extractors.tree import classes, first_of_class, flow_of, inner_text, of_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.layouts import Spans
    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "biitem"
_TITLE, _SUMMARY, _BOX, _ROW = b"lemmaTitleH1", b"card-summary-content", b"baseInfoWrap", b"biItemInner"
_AFTER = (b"z-catalog", b"lemma-main-content", b"headline-1", b"lemmaContent-")
_SIDE = (b'id="side"', b"lastModifyTime", b"side-box")
_HEADING = re.compile(r"lemmaTitleH1[^<>]*>(.*?)(?:<div|<a\s|</h1>)", re.DOTALL)
_SENSE = re.compile(r"\s*([（(].*[）)])\s*\Z", re.DOTALL)
_CONTENT = frozenset({"biContent", "biOpenContent"})


def _claims(document: Document) -> bool:
    return document.class_at(_ROW) >= 0 or (document.class_at(_TITLE) >= 0 and document.class_at(_SUMMARY) >= 0)


def _read(document: Document) -> Entry:
    top = max(document.class_at(_TITLE), 0)
    title, sense = _title(document, top)
    start, end = document.first((_SUMMARY, _BOX), top), document.first(_AFTER, top)
    root = parse(document.body[document.tag_before(start) : document.tag_before(end)]) if 0 <= start < end else document.tree
    box = infobox(_cells(root))
    if not box.rows and document.class_at(_ROW) >= 0:
        raise UnknownLayout("rows of an infobox are there (`biItemInner`), but none has a name and a value", layout=_NAME)
    summary = flow_of(first_of_class(root, "card-summary-content", "div"), BASE)
    stop = end if end > 0 else len(document.body)
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        sense=sense,
        lemma_id=lemma_id(document),
        aliases=synonym(document, top, stop),
        summary=summary.text,
        summary_links=summary.links,
        tags=tags(document, top, len(document.body)),
        updated=last_edit(document),
        box=box,
        senses=senses(document, 0, stop),
        relations=relations(document, top, stop),
    )


def _title(document: Document, top: int) -> tuple[str, str | None]:
    """Title and sense: `江城 <span>（城市别称）</span>` where there is one."""
    found = _HEADING.search(document.text(top, top + 4096))
    inside = found[1] if found else ""
    name, _, rest = inside.partition("<span")
    sense = _SENSE.match(plain("<span" + rest)) if rest else None
    title = plain(name if sense else inside)
    if not title:
        raise UnknownLayout("an entry without a title: `.lemmaTitleH1` is empty", layout=_NAME)
    return title, bare_sense(sense[1]) if sense else None


def _cells(root: _Element) -> Iterator[Cell]:
    """`biContent` holds the value; of a collapsed one the full copy stands in `biOpenItem`."""
    for item in of_class(root, "biItem", "div"):
        name = first_of_class(item, "biTitle", "span", "div")
        contents = [part for part in item.iter("div") if not _CONTENT.isdisjoint(classes(part))]
        if name is None or not contents:
            continue
        full = next((part for part in contents if "biOpenContent" in classes(part)), contents[-1])
        yield Cell(row_name(inner_text(name)), *flow_of(full, BASE))


def _content(document: Document) -> Spans:
    start = max(document.class_at(_TITLE), 0)
    end = document.first(_SIDE, start)
    return ((start, end if end >= 0 else len(document.body)),)


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=30, content=_content)
