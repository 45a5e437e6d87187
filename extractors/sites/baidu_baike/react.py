"""Baidu Baike since 2023: pages drawn by React, from PAGE_DATA and by their DOM.

Comes in: a `Document`: a served page, a DOM saved from a browser, or the bare PAGE_DATA. Goes out: an `Entry`. The JSON is the better
source; the DOM gives what the JSON cuts (the summary) and stands in where there is no JSON. Class names end in a hash that changes
with every build (`basicInfoItem_s_YWZ`), so only stable hooks (`J-basic-info`, `#lemmaDesc`) and prefixes are looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from extractors.assembly import Infobox, assemble, infobox
from extractors.document import Document, parse
from extractors.errors import SenseList, UnknownLayout, Verdict
from extractors.flow import Flow
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.definitions import definition_cells
from extractors.sites.baidu_baike.marks import BASE, last_edit, sense_to, without_tip
from extractors.sites.baidu_baike.page_data import PageData, find_page_data
from extractors.text import bare_sense, plain
from extractors.tree import first_of_class, flow_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.layouts import Spans
    from extractors.model import Entry, Page, Sense

__all__ = ["LAYOUT", "Disagreement", "disagreements"]

_NAME = "react"
_TITLE, _SUMMARY, _BOX, _CONTENT = b"J-lemma-title", b"J-summary", b"J-basic-info", b"J-lemma-content"
_VARS, _SENSE = b'id="J-vars"', b'id="lemmaDesc"'
_OLDER = b"lemmaWgt-lemmaTitle-title"
_SENSE_ITEM = b"contentItemChild_"
_SIDE = (b"J-related-search", b'id="side"', b"sideContent_", b"lemmaStatistics_")
#: what follows the infobox: the catalog, the text
_AFTER_BOX = (b"catalogWrapper", b"catalog_", _CONTENT, b"paraTitle_", b"J-pgc-content")
_HEADING = re.compile(r"J-lemma-title[^<>]*>(.*?)</h1", re.DOTALL)
_SENSE_TEXT = re.compile(r"""id=["']lemmaDesc["'][^<>]*>(.*?)</div>""", re.DOTALL)
_ID = re.compile(r"""data-lemmaid=["']?([0-9]{1,12})""")
_CANONICAL = re.compile(r"""rel=["']?canonical["']?[^<>]{0,80}href=["']?[^"'<>\s]{1,900}/([0-9]{1,12})["'?#\s]""")
_TIP = re.compile(r"""class=["']?tipTitle[^<>]*>([^<]*)<""")
_ANCHOR = re.compile(r"<a\s([^<>]*)>([^<]*+(?:<(?!/?a\b)[^<]*+)*+)</a>")
_HREF = re.compile(r"""href=["']?([^"'<>\s]+)""")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """One field that the two sources of a page tell differently."""

    field: str
    """Such as `title` or `rows[3].text`."""
    data: str | None
    """What PAGE_DATA says."""
    dom: str | None
    """What the DOM says."""


def _claims(document: Document) -> bool:
    body = document.body
    if body[:64].lstrip()[:1] in (b"{", b"["):
        return b'"lemmaTitle"' in body and b'"lemmaId"' in body
    if document.class_at(_TITLE) >= 0 or document.class_at(_BOX) >= 0:
        # the last pages of the template before had the first hook too
        return _OLDER not in body
    return b"PAGE_DATA" in body and find_page_data(document) is not None


def _read(document: Document) -> Entry:
    data, dom = find_page_data(document), _Dom(document)
    title = data.title if data else dom.title
    if not title:
        raise UnknownLayout("an entry without a title: neither PAGE_DATA nor `h1.J-lemma-title` holds one", layout=_NAME)
    if (data and data.is_sense_list) or (not data and dom.is_sense_list):
        raise SenseList(f"{title}: a list of senses", title=title, senses=(data.senses if data else ()) or dom.senses, layout=_NAME)
    box = infobox(data.cells) if data else Infobox()
    if not box.rows:
        box = dom.box
    if not box.rows and ((data and data.expects_rows) or dom.expects_rows):
        raise UnknownLayout("an infobox is there (`card` or `J-basic-info`), but none of its rows could be read", layout=_NAME)
    summary = dom.summary
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        sense=data.sense if data else dom.sense,
        lemma_id=data.lemma_id if data else dom.lemma_id,
        aliases=(*(data.aliases if data else ()), *dom.aliases),
        summary=summary.text or (data.description if data else ""),
        summary_links=summary.links,
        tags=data.tags if data else (),
        updated=(data.updated if data else None) or last_edit(document),
        box=box,
        senses=data.senses if data and data.senses else dom.senses,
    )


class _Dom:
    """What the page's markup says, each field read when it is asked for."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.top = max(document.class_at(_TITLE), 0)

    @property
    def title(self) -> str:
        found = _HEADING.match(self.document.text(self.top, self.top + 4096))
        return plain(found[1]) if found else ""

    @property
    def sense(self) -> str | None:
        at = self.document.body.find(_SENSE, self.top)
        found = _SENSE_TEXT.match(self.document.text(at, at + 4096)) if at >= 0 else None
        return bare_sense(plain(found[1])) if found else None

    @property
    def lemma_id(self) -> int | None:
        at = self.document.body.find(_VARS)
        found = _ID.search(self.document.text(at, at + 1024)) if at >= 0 else None
        if not found:
            at = self.document.body.find(b"canonical")
            found = _CANONICAL.search(self.document.text(max(at - 32, 0), at + 1024)) if at >= 0 else None
        return int(found[1]) or None if found else None

    @property
    def aliases(self) -> list[str]:
        at = self.document.body.find(b"tipTitle", self.top)
        found = _TIP.search(self.document.text(max(at - 32, 0), at + 1024)) if at >= 0 else None
        return [plain(found[1])] if found else []

    @property
    def summary(self) -> Flow:
        at = self.document.class_at(_SUMMARY, self.top)
        if at < 0:
            return Flow("")
        end = self.document.first((_BOX, *_AFTER_BOX), at)
        return flow_of(first_of_class(self.slice(at, end), "J-summary"), BASE)

    @property
    def box(self) -> Infobox:
        at = self.document.class_at(_BOX, self.top)
        if at < 0:
            return Infobox()
        element = first_of_class(self.slice(at, self.document.first(_AFTER_BOX, at)), "J-basic-info")
        return infobox(definition_cells(element, "", BASE)) if element is not None else Infobox()

    @property
    def expects_rows(self) -> bool:
        at = self.document.class_at(_BOX, self.top)
        end = self.document.first(_AFTER_BOX, at) if at >= 0 else -1
        return at >= 0 and self.document.body.find(b"<dt", at, end if end >= 0 else None) >= 0

    @property
    def is_sense_list(self) -> bool:
        document = self.document
        return document.has(_SENSE_ITEM) and document.class_at(_SUMMARY) < 0 and document.class_at(_BOX) < 0

    @property
    def senses(self) -> tuple[Sense, ...]:
        at = self.document.body.find(_SENSE_ITEM, 0)
        if at < 0:
            return ()
        return tuple(dict.fromkeys(self._listed(self.document.tag_before(at))))

    def _listed(self, start: int) -> Iterator[Sense]:
        own = self.lemma_id
        for attributes, inside in _ANCHOR.findall(self.document.text(start, start + 262_144)):
            href = _HREF.search(attributes) if _SENSE_ITEM.decode() in attributes else None
            sense = sense_to(href[1], plain(inside)) if href else None
            if sense and (own is None or sense.lemma_id != own):
                yield sense

    def slice(self, at: int, end: int) -> _Element:
        """The tree of the bytes up to `end`, of the whole page when there is no end."""
        document = self.document
        return parse(document.body[document.tag_before(at) : document.tag_before(end)]) if end > at else document.tree


def disagreements(page: Page) -> tuple[Disagreement, ...]:
    """What PAGE_DATA and the DOM of a page tell differently; empty when they agree or the page has only one of them."""
    document = Document(page)
    data, dom = find_page_data(document), _Dom(document)
    if data is None or not dom.title:
        return ()
    try:
        return tuple(found for found in _compared(data, dom) if found.data != found.dom)
    except Verdict as verdict:
        return (Disagreement("dom", None, str(verdict)),)


def _compared(data: PageData, dom: _Dom) -> Iterator[Disagreement]:
    yield Disagreement("title", data.title, dom.title)
    yield Disagreement("sense", data.sense, dom.sense)
    yield Disagreement("lemma_id", str(data.lemma_id), str(dom.lemma_id or data.lemma_id))
    for index, (row, shown) in enumerate(zip_longest(infobox(data.cells).rows, dom.box.rows)):
        yield Disagreement(f"rows[{index}].name", row.name if row else None, shown.name if shown else None)
        yield Disagreement(f"rows[{index}].text", row.text if row else None, shown.text if shown else None)


def _content(document: Document) -> Spans:
    start = max(document.class_at(_TITLE), 0)
    end = document.first(_SIDE, start)
    return without_tip(document, (start, end if end >= 0 else len(document.body)), b"tipIcon_", b"tipTitle_", reach=131_072)


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=20, reads_json=True, content=_content)
