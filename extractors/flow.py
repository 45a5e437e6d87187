"""The text, the links and the pictures of one piece of a page: a value, a summary.

Comes in: its HTML. Goes out: a `Flow` to the contract: footnote marks and the 展开 / 收起 controls out, `<br>` and block ends as line
breaks, every other run of white space one space. Finding the piece in a page is the layout's business, with a parser where it needs
one; the handful of tags inside it are read one after the other, which costs a third of building and walking a tree, and which no depth
of nesting can exhaust.
"""

from __future__ import annotations

import re
from html import unescape
from itertools import chain
from typing import NamedTuple

from extractors.model import Link
from extractors.sites import link_target
from extractors.text import BREAK, MARK, tidy
from extractors.urls import absolute

__all__ = ["Flow", "first_div", "read_flow"]

#: a footnote mark without markup at the end of a line or before punctuation, seen where pages were re-serialised as text: `[1]`, `[2-3]`
_BARE_MARK = re.compile(r" ?\[\d{1,3}(?:[-,，]\d{1,3}){0,5}\](?=$|[\s，。、；;,])", re.MULTILINE)
_FOOTNOTE_TEXT = re.compile(r"\s{0,8}\[[\d\s,，&*-]{1,20}\]\s{0,8}\Z")
#: one tag: `/` of an end tag, name, attributes; quoted values may hold angle brackets. Possessive, so that nothing is tried twice.
_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_DIV = re.compile(r"<(/?)div\b")
_DECLARATION = re.compile(r"<![^<>]*>")
_HREF = re.compile(r"""\bhref\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_CLASS = re.compile(r"""\bclass\s{0,4}=\s{0,4}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_LEMMA_ID = re.compile(r"""\bdata-lemmaid\s{0,4}=\s{0,4}["']?([0-9]{1,12})\b""", re.IGNORECASE)
_SOURCES = (re.compile(r"""\bdata-src\s{0,4}=\s{0,4}["']?([^\s"'>]+)"""), re.compile(r"""(?:^|\s)src\s{0,4}=\s{0,4}["']?([^\s"'>]+)"""))
#: the tags of values and summaries as the site wrote them from 2014 to 2021
_STRICT_FOOTNOTE = re.compile(
    r"""<sup class="sup--normal"[^<>]*>\s{0,4}\[[\d-]{1,9}\]</sup>(?:<a class="sup-anchor" name="[^"<>]*">&nbsp;</a>)?"""
)
_STRICT_BREAK = re.compile(r"""<br/?>|<div class="(?:para|lemma-summary)"[^<>]*>|</div>""")
#: letters set apart (bold, raised), which say nothing; `sup` may be a footnote mark
_STRICT_LETTERS = re.compile(r"</?(?:b|i|em|strong|sub|u)>")
_STRICT_LINK = re.compile(r"""<a target=_blank href="([^"<>]+)"(?: data-lemmaid="([0-9]{1,12})")?>([^<>]*)</a>""")
_BLOCKS = frozenset(
    {"address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)
_UNSEEN = frozenset(
    {"button", "head", "iframe", "noscript", "option", "script", "select", "style", "svg", "template", "textarea", "title", "video"}
)
#: the first word of a class that marks no text of the value: controls, frames of pictures with their captions.
#: React builds append `_` and a hash to it.
_SKIPPED = re.compile(
    r"(?:^|\s)(?:toggle|toExpand|toCollapse|biOpen|biClose|edit-icon|lemma-picture|lemma-album|lemmaPicture|lemmaAlbum)(?:$|[\s_])"
)
_FOOTNOTE_CLASS = re.compile(r"(?:^|\s)(?:sup-|J-supWrap|supWrap|anchor-inline)")
#: the box that holds a collapsed value in full: `basicInfo-overlap` (2014-2022), `basicInfoOverlap_<hash>` (React), never the `dl.overlap` in it
_OVERLAP = re.compile(r"(?:^|\s)basicInfo-?[oO]verlap(?:$|[\s_])")
#: how many places that look like one are looked at, and how far before them their tag begins, in characters
_TRIES, _REACH = 16, 1024
_FULL_CELL = re.compile(r"<dd(?:\s[^<>]*)?>")


class Flow(NamedTuple):
    """One piece of running text."""

    text: str
    """Lines separated by a newline."""
    links: tuple[Link, ...] = ()
    """Links that have a text, in reading order."""
    images: tuple[str, ...] = ()
    """Absolute URLs."""


def first_div(html: str) -> str | None:
    """The `div` that a piece of HTML begins with, its end tag left off; None when it begins with none, or that one is not closed.

    >>> first_div('<div class="a">b<div>c</div></div><div>d</div>')
    '<div class="a">b<div>c</div>'
    """
    depth = 0
    for tag in _DIV.finditer(html):
        depth += -1 if tag[1] else 1
        if depth <= 0:
            return html[: tag.start()] if html.startswith("<div") and not depth else None
    return None


def read_flow(html: str, base: str) -> Flow:
    """The text, links and pictures of a piece of HTML; `base` is the address that relative ones are resolved against.

    A collapsed value (a short copy, a control, then the full one in an overlap) comes out in its full form, once.
    """
    flow = (
        _read_strict(html, base) or _Reader(base).read(_full_form(html) if "verlap" in html else html)
        if "<" in html
        else Flow(tidy(unescape(html) if "&" in html else html))
    )
    return flow._replace(text=_BARE_MARK.sub("", flow.text)) if "[" in flow.text else flow


def _read_strict(html: str, base: str) -> Flow | None:
    """A piece that holds nothing but text, plain links, line breaks, paragraphs, footnote marks and letters set apart, written as the site
    wrote them from 2014 to 2021: nearly all do. None for any other, which is read tag by tag.
    """
    if "<sup" in html:
        html = _STRICT_FOOTNOTE.sub(MARK, html)
    if "<br" in html or "div" in html:
        html = _STRICT_BREAK.sub(BREAK, html)
    for tags in (None, _STRICT_LETTERS):
        if tags is not None:
            html = tags.sub("", html)
        # text, then for every link its address, id and text, and the text behind it
        parts = _STRICT_LINK.split(html)
        if html.count("<") == len(parts) // 4 * 2:
            break
    else:
        return None
    if len(parts) == 1:
        return Flow(tidy(unescape(html) if "&" in html else html))
    insides = parts[3::4]
    text = parts[0] + "".join(chain.from_iterable(zip(insides, parts[4::4], strict=True)))
    links = [
        link
        for href, lemma_id, inside in zip(parts[1::4], parts[2::4], insides, strict=True)
        if (words := tidy(unescape(inside) if "&" in inside else inside)) and (link := _link(words, href, base, lemma_id))
    ]
    return Flow(tidy(unescape(text) if "&" in text else text), tuple(links))


def _full_form(html: str) -> str:
    """The inside of the cell that holds a collapsed value in full; without one, what stands before the box."""
    at = -1
    for _ in range(_TRIES):
        at = html.find("verlap", at + 1)
        start = html.rfind("<", max(at - _REACH, 0), at) if at >= 0 else -1
        if start < 0:
            break
        tag = _TAG.match(html, start, at + _REACH)
        if tag and _OVERLAP.search(_class(tag[3])):
            cell = _FULL_CELL.search(html, tag.end())
            return html[cell.end() :].partition("</dd>")[0] if cell else html[:start]
    return html


def _class(attributes: str) -> str:
    found = _CLASS.search(attributes) if "class" in attributes else None
    return (found[1] or found[2] or found[3] or "") if found else ""


def _without_comments(html: str) -> str:
    first, *others = html.split("<!--")
    return _DECLARATION.sub("", first + "".join(other.partition("-->")[2] for other in others))


class _Reader:
    """One reading of one piece."""

    __slots__ = ("anchor", "base", "href", "images", "links", "pieces", "start")

    def __init__(self, base: str) -> None:
        self.base = base
        self.pieces: list[str] = []
        self.links: list[Link] = []
        self.images: list[str] = []
        #: of the link that is open: where it leads, its attributes, and where its text begins in `pieces`
        self.href, self.anchor, self.start = "", "", 0

    def read(self, html: str) -> Flow:
        pieces = self.pieces
        tokens = iter(_TAG.split(_without_comments(html) if "<!" in html else html))
        text = next(tokens)
        pieces.append(unescape(text) if "&" in text else text)
        skipped, depth = "", 0
        for end, name, attributes, text in zip(tokens, tokens, tokens, tokens, strict=True):
            tag = name if name.islower() else name.lower()
            if skipped:
                if tag == skipped:
                    depth += -1 if end else 1
                if depth:
                    continue
                skipped = ""
            elif end:
                self.closes(tag)
            elif not self.opens(tag, attributes, text):
                skipped, depth = tag, 1
                continue
            pieces.append(unescape(text) if "&" in text else text)
        self.close_link()
        return Flow(tidy("".join(pieces)), tuple(self.links), tuple(dict.fromkeys(filter(None, self.images))))

    def opens(self, tag: str, attributes: str, text: str) -> bool:
        """An element begins. False when its inside is no text of the value; what stands in its place is noted."""
        if tag == "a":
            self.close_link()
            self.href = _href(attributes)
            self.anchor, self.start = attributes, len(self.pieces)
            if not self.href and (not text or not unescape(text).strip()):
                # the place to jump to behind every footnote mark
                self.pieces.append(MARK)
        elif tag == "br" or tag in _BLOCKS:
            self.pieces.append(BREAK)
        elif tag in _UNSEEN:
            return False
        elif tag == "img":
            self.images.append(_picture(attributes, self.base))
        elif tag == "sup" and ("data-sup" in attributes or "data-tag" in attributes or _FOOTNOTE_TEXT.match(text)):
            self.pieces.append(MARK)
            return False
        return "class" not in attributes or self.shows(_class(attributes))

    def shows(self, words: str) -> bool:
        """Whether an element of that class is text of the value."""
        if _FOOTNOTE_CLASS.search(words):
            self.pieces.append(MARK)
            return False
        return not _SKIPPED.search(words)

    def closes(self, tag: str) -> None:
        if tag == "a":
            self.close_link()
        elif tag in _BLOCKS:
            self.pieces.append(BREAK)

    def close_link(self) -> None:
        if not self.href:
            return
        text = tidy("".join(self.pieces[self.start :]))
        noted = _LEMMA_ID.search(self.anchor) if "lemma" in self.anchor else None
        link = _link(text, self.href, self.base, noted[1] if noted else "") if text else None
        if link:
            self.links.append(link)
        self.href = ""


def _href(attributes: str) -> str:
    if ' href="' in attributes:
        return attributes.partition(' href="')[2].partition('"')[0]
    found = _HREF.search(attributes)
    return (found[1] or found[2] or found[3] or "") if found else ""


def _link(text: str, href: str, base: str, noted: str) -> Link | None:
    """The link that an anchor makes, None when it leads nowhere; `noted` is the id that the page names (`data-lemmaid`) where `href` does not."""
    url, lemma_id = link_target(unescape(href) if "&" in href else href, base)
    if lemma_id is None and noted:
        lemma_id = int(noted) or None
    return Link(text, url, lemma_id) if url else None


def _picture(attributes: str, base: str) -> str:
    """Where a picture lies; "" for spacers. Lazy ones keep the address in `data-src`."""
    for source in _SOURCES:
        address = source.search(attributes)
        if address and not address[1].startswith("data:"):
            return absolute(unescape(address[1]), base)
    return ""
