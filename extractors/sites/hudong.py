"""Hudong (互动百科, www.baike.com): how its entries are addressed, and the layout of its pages of 2019.

Comes in: a `Document`, often a bare fragment without `head` and scripts. Goes out: an `Entry`. Names carry their sense in
square brackets: `12月[月份]`. There are no lemma ids; the name is the identity.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from extractors.assembly import Cell, assemble, infobox
from extractors.document import Document, parse
from extractors.errors import UnknownLayout
from extractors.flow import Flow
from extractors.layouts import Layout
from extractors.model import Sense
from extractors.sites import Site, entry_ref, entry_url
from extractors.text import plain, row_name
from extractors.tree import first_of_class, flow_of, inner_text
from extractors.urls import EntryRef, decode_segment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.layouts import Spans
    from extractors.model import Entry

__all__ = ["LAYOUT", "SITE"]

_SITE = "hudong"
_WIKI = re.compile(r"/wiki/([^/?#]+?)/?\Z")
#: tracking that links of 2010-2019 carry in the path itself: `/wiki/JAVA&prd=button_doc_jinru`
_TRACKING = re.compile(r"&(?:amp;)?(?:prd|hf|fr)=.*\Z", re.DOTALL)
#: the links to entries in a page's bytes
_HREF = re.compile(rb"""href=["']?(?:(?:https?:)?//(?:www\.)?(?:baike|hudong)\.com)?(/wiki/[^"'<>\s#?]+)""")


def _read_path(path: str, _query: str) -> EntryRef | None:
    wiki = _WIKI.match(path)
    title = " ".join(decode_segment(_TRACKING.sub("", wiki[1])).split()) if wiki else ""
    return EntryRef(_SITE, title) if title else None


def _find_refs(body: bytes, start: int, end: int) -> list[EntryRef]:
    refs = (_read_path(unescape(href.decode("utf-8", "replace")), "") for href in dict.fromkeys(_HREF.findall(body, start, end)))
    return [ref for ref in refs if ref is not None]


SITE = Site(
    name=_SITE,
    title="互动百科",
    base="https://www.baike.com",
    hosts=frozenset({"www.baike.com", "baike.com", "www.hudong.com"}),
    read_path=_read_path,
    find_refs=_find_refs,
    prefix="/wiki/",
)

_LAYOUT = "hudong"
_BASE = SITE.base
_HEADING = b"content-h1"
_BOX = b'id="datamodule"'
_SUMMARY = b'id="unifyprompt"'
_AFTER_BOX = (b"<fieldset", b'id="float_section"', b'id="content"', b"content_h2")
_SIDE = (b"hd_ad_doc_5", b"rightdiv")
#: what a reader may press at the end of the summary
_CONTROL = "编辑摘要"
#: what the site says in the place of a summary that nobody has written
_NO_SUMMARY = "请用一段简单的话描述该词条，马上添加摘要。"
_H1 = re.compile(r"<h1[^<>]*>(.*?)</h1>", re.DOTALL)
_BRACKETED = re.compile(r"(.+?)\s*\[([^\[\]]+)\]\Z", re.DOTALL)
_CATEGORY = re.compile(r"<a\s[^<>]*>([^<]*)</a>")
_SENSE = re.compile(r"<a\s([^<>]*)>([^<]*)</a>")
_SENSE_HREF = re.compile(r"""href=["']?([^"'<>\s]+)""")
_SYNONYM = re.compile(r"“(?:<a[^<>]*>)?([^<>”]{1,200})(?:</a>)?”是“(?:<a[^<>]*>)?([^<>”]{1,200})(?:</a>)?”的同义词")
_EDITED = re.compile(r"最近更新时间[：:]\s{0,4}(\d{4}-\d{2}-\d{2})")


def _claims(document: Document) -> bool:
    return document.class_at(_HEADING) >= 0 and document.has(_SUMMARY, _BOX, b'id="openCatp"', b'name="doctitle"')


def _read(document: Document) -> Entry:
    body = document.body
    at = document.class_at(_HEADING)
    name = _name(document, at)
    bracketed = _BRACKETED.match(name)
    title, sense = (bracketed[1], bracketed[2]) if bracketed else (name, None)
    box_at = body.find(_BOX, at)
    end = document.first(_AFTER_BOX, max(box_at, at))
    root = parse(body[document.tag_before(box_at) : end]) if box_at >= 0 and end >= 0 else document.tree
    box = infobox(_cells(root)) if box_at >= 0 else infobox(())
    if box_at >= 0 and not box.rows and body.find(b"<strong", box_at, end if end >= 0 else None) >= 0:
        raise UnknownLayout("names of rows are there (`#datamodule strong`), but none has a value", layout=_LAYOUT)
    summary = _summary(document, at, box_at if box_at >= 0 else end)
    return assemble(
        document,
        site=_SITE,
        layout=_LAYOUT,
        title=title,
        url=entry_url(EntryRef(_SITE, name)),
        sense=sense,
        aliases=_aliases(document, name, at),
        summary=summary.text,
        summary_links=summary.links,
        tags=_tags(document, at),
        updated=_updated(document),
        box=box,
        senses=_senses(document, at),
    )


def _name(document: Document, at: int) -> str:
    heading = _H1.search(document.text(at, at + 4096))
    name = plain(heading[1]) if heading else ""
    if not name:
        raise UnknownLayout("an entry without a title: `.content-h1 h1` is empty", layout=_LAYOUT)
    return name


def _cells(root: _Element) -> Iterator[Cell]:
    """`td > strong` names the value in the `span` beside it; `td.jg` only spaces."""
    box = next((element for element in root.iter("div") if element.get("id") == "datamodule"), root)
    for cell in box.iter("td"):
        name = cell.find("strong")
        if name is None:
            continue
        values = [flow_of(value, _BASE) for value in name.itersiblings("span")]
        yield Cell(
            row_name(inner_text(name)),
            "\n".join(value.text for value in values if value.text),
            tuple(link for value in values for link in value.links),
            tuple(image for value in values for image in value.images),
        )


def _summary(document: Document, start: int, end: int) -> Flow:
    at = document.body.find(_SUMMARY, start)
    if at < 0:
        return Flow("")
    stop = end if end > at else document.first((b"doctitle", *_AFTER_BOX), at)
    root = parse(document.body[document.tag_before(at) : document.tag_before(stop)]) if stop > at else document.tree
    summary = first_of_class(root, "summary", "div")
    told = flow_of(summary, _BASE)
    if told.text == _NO_SUMMARY:
        return Flow("")
    return told._replace(text=told.text.removesuffix(_CONTROL).rstrip("\n"))


def _aliases(document: Document, name: str, end: int) -> list[str]:
    """`“A”是“B”的同义词`: A led here, to B."""
    at = document.body.find(b"unifypromptone", 0, end)
    found = _SYNONYM.search(document.text(at, min(at + 4096, end))) if at >= 0 else None
    return [plain(found[1])] if found and plain(found[2]) == name else []


def _tags(document: Document, start: int) -> list[str]:
    at = document.body.find(b"openCatp", start)
    end = document.body.find(b"</p>", at, at + 16_384) if at >= 0 else -1
    return [plain(tag) for tag in _CATEGORY.findall(document.text(at, end))] if end >= 0 else []


def _updated(document: Document) -> str | None:
    at = document.body.find("最近更新时间".encode())
    found = _EDITED.match(document.text(at, at + 64)) if at >= 0 else None
    return found[1] if found else None


def _senses(document: Document, end: int) -> tuple[Sense, ...]:
    at = document.body.find(b"polysemyAll", 0, end)
    close = document.body.find(b"</ul>", at, end) if at >= 0 else -1
    if close < 0:
        return ()
    found: dict[Sense, None] = {}
    for attributes, label in _SENSE.findall(document.text(at, close)):
        href = _SENSE_HREF.search(attributes)
        ref = entry_ref(unescape(href[1]), base=_BASE) if href else None
        if ref and (text := plain(label)):
            found[Sense(text, entry_url(ref))] = None
    return tuple(found)


def _content(document: Document) -> Spans:
    start = max(document.class_at(_HEADING), 0)
    end = document.first(_SIDE, start)
    return ((start, end if end >= 0 else len(document.body)),)


LAYOUT = Layout(_LAYOUT, _SITE, _claims, _read, rank=40, content=_content)
