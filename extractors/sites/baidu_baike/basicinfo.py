"""Baidu Baike 2014-2022: `div.basic-info` with `dt.basicInfo-item`, in all its skins.

Comes in: a `Document`. Goes out: an `Entry`. Title, summary and infobox lie within a few kilobytes, also in the star, film and
medical skins, which nest them in a poster: that slice is cut out by bytes and parsed once. When its end cannot be found the whole
page is parsed, and the same entry comes out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.assembly import Cell, Infobox, assemble, infobox
from extractors.document import Document, measure, parse
from extractors.errors import UnknownLayout
from extractors.flow import Flow, first_div, read_flow
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.definitions import definition_cells, strict_cells
from extractors.sites.baidu_baike.marks import BASE, last_edit, lemma_id, relations, senses, synonym, tags, without_tip
from extractors.text import bare_sense, plain
from extractors.tree import first_of_class, flow_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.layouts import Spans
    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "basicinfo"
_TITLE = b"lemmaWgt-lemmaTitle-title"
_SENSE_LIST = b"lemmaWgt-subLemmaListTitle"
_SUMMARY = b"lemma-summary"
_INFOBOX, _BLOCK, _ROW = b"basic-info", b"basicInfo-block", b"basicInfo-item"
#: what follows the summary, and what follows the infobox: a banner, the poster's pictures, the catalog, the first heading
_AFTER_SUMMARY = (b"configModuleBanner", b"middleContent", b"lemmaWgt-", b"anchor-list", b"para-title")
_AFTER_INFOBOX = (b"anchor-list", b"lemmaWgt-lemmaCatalog", b"para-title")
_SIDE, _ANY_SIDE = b'<div class="side-content', b"side-content"  # the longer a marker, the sooner it is found
_ROW_TAG = re.compile(rb"<d[td]\s[^<>]{0,200}basicInfo-item")
#: bytes in which a title stands with its sense
_TITLE_REACH = 6144
_H1 = re.compile(r"<h1[^<>]*>(.*?)</h1>", re.DOTALL)
_H2 = re.compile(r"<h2[^<>]*>(.*?)</h2>", re.DOTALL)
_PAGE_TITLE = re.compile(r"<title[^<>]*>([^<]*)</title>")


def _claims(document: Document) -> bool:
    at = document.find(_TITLE)
    if at < 0:
        # fragments that were saved without the head of the page
        return document.has(_ROW) and document.has(b"basicInfo-block")
    return document.body.find(_SENSE_LIST, at, at + _TITLE_REACH) < 0


def _read(document: Document) -> Entry:
    top = _top(document)
    title, sense = _title(document, top)
    box_at = _box_at(document, top)
    box, box_end = _box(document, box_at)
    if not box.rows and _ROW_TAG.search(document.body, top):
        raise UnknownLayout("rows of an infobox are there (`basicInfo-item`), but none has a name and a value", layout=_NAME)
    summary, summary_end = _summary(document, document.class_at(_SUMMARY, top), box_at)
    end = max(box_end, summary_end)
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        sense=sense,
        lemma_id=lemma_id(document),
        aliases=synonym(document, top, end),
        summary=summary.text,
        summary_links=summary.links,
        tags=tags(document, top, _side(document, top)),
        updated=last_edit(document),
        box=box,
        senses=senses(document, 0, end),
        relations=relations(document, top, end),
    )


def _top(document: Document) -> int:
    """Where the title stands."""
    at = document.find(_TITLE)
    return at if at >= 0 else max(document.body.find(b"<h1"), 0)


def _title(document: Document, top: int) -> tuple[str, str | None]:
    """Title and sense: `h1`, and the `h2` in the same cell."""
    end = document.body.find(b"</dd>", top, top + _TITLE_REACH)
    text = document.text(top, end if end >= 0 else top + _TITLE_REACH)
    heading = _H1.search(text)
    if heading and (title := plain(heading[1])):
        sense = _H2.search(text, heading.end()) if end >= 0 else None
        return title, bare_sense(plain(sense[1])) if sense else None
    page_title = _PAGE_TITLE.search(document.text(0, _TITLE_REACH))
    title = plain(page_title[1]).removesuffix("_百度百科") if page_title else ""
    if not title:
        raise UnknownLayout("an entry without a title: neither `h1` nor `title` holds one", layout=_NAME)
    return title, None


def _box_at(document: Document, top: int) -> int:
    at = document.class_at(_INFOBOX, top)
    return at if at >= 0 else document.class_at(_BLOCK, top)


def _box(document: Document, at: int) -> tuple[Infobox, int]:
    """The infobox and where it ends. A ladder: rows written exactly as the site writes them are read as they stand, others from the tree of
    the slice; where the slice has no end, the whole page is parsed.
    """
    if at < 0:
        return Infobox(), 0
    body = document.body
    bound = document.first(_AFTER_INFOBOX, at)
    last = body.rfind(_ROW, at, bound if bound >= 0 else len(body))
    end = body.find(b"</dl>", last) if last >= 0 else -1
    if end < 0:
        return infobox(_cells(document.tree)), at
    start = document.tag_before(at)
    measure(end - start)
    cells = strict_cells(document.text(start, end), _ROW.decode(), BASE)
    return infobox(_cells(parse(body[start:end])) if cells is None else cells), end


def _summary(document: Document, at: int, box_at: int) -> tuple[Flow, int]:
    """The summary and where it ends: before the infobox, or before what else follows it."""
    if at < 0:
        return Flow(""), 0
    end = document.first(_AFTER_SUMMARY, at, box_at if box_at > at else None)
    if end < 0:
        end = box_at if box_at > at else -1
    if end < 0:
        return _first_summary(document.tree), at
    start, end = document.tag_before(at), document.tag_before(end)
    measure(end - start)
    inside = first_div(document.text(start, end))
    return _first_summary(parse(document.body[start:end])) if inside is None else read_flow(inside, BASE), end


def _first_summary(root: _Element) -> Flow:
    return flow_of(first_of_class(root, "lemma-summary", "div", "dd"), BASE)


def _cells(root: _Element) -> Iterator[Cell]:
    return definition_cells(root, _ROW.decode(), BASE)


def _side(document: Document, top: int) -> int:
    """Where the entry ends and the side column begins; the end of the page where there is none."""
    at = document.find(_SIDE, top)
    if at < 0:
        at = document.find(_ANY_SIDE, top)
    return at if at >= 0 else len(document.body)


def _content(document: Document) -> Spans:
    start = _top(document)
    return without_tip(document, (start, _side(document, start)), b"viewTip-icon", b"viewTip-fromTitle")


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=10, content=_content)
