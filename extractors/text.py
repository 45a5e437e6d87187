"""What a reader sees: the text, the links and the pictures of a piece of markup.

Comes in: an lxml element, or a few characters of HTML. Goes out: a `Flow` or plain text to the contract: footnote marks and
the 展开 / 收起 controls out, `<br>` and block ends as line breaks, every other run of white space one space. Trees are walked
with a stack of iterators, so that no depth of nesting can exhaust Python's. This module knows nothing of rows or values.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape
from typing import TYPE_CHECKING, NamedTuple

from extractors.model import Link
from extractors.sites import canonical_url, entry_ref, entry_url
from extractors.tree import inner_text
from extractors.urls import absolute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

__all__ = ["Flow", "bare_sense", "full_value", "link_to", "picture", "plain", "read_flow", "row_name", "tidy", "unsurrogated"]

#: stand for a line break and for a footnote mark while text is gathered; the parser lets no NUL through, and nobody writes U+0001
_BREAK, _MARK = "\0", "\1"
_MARKS = re.compile(r"(\w?) ?\x01(?: ?\x01)* ?(\w?)", re.ASCII)
#: a footnote mark without markup at the end of a line or before punctuation, seen where pages were re-serialised as text: `[1]`, `[2-3]`
_BARE_MARK = re.compile(r" ?\[\d{1,3}(?:[-,，]\d{1,3}){0,5}\](?=$|[\s，。、；;,])", re.MULTILINE)
_FOOTNOTE_TEXT = re.compile(r"\s{0,8}\[[\d\s,，&*-]{1,20}\]\s{0,8}\Z")
#: zero-width characters that editors leave behind
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SURROGATE = re.compile("[\ud800-\udfff]")

_BLOCKS = frozenset(
    {"address", "article", "blockquote", "center", "dd", "div", "dl", "dt", "fieldset", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"hr", "li", "ol", "p", "pre", "section", "table", "tbody", "td", "th", "tr", "ul"}
)
_UNSEEN = frozenset(
    {"button", "frame", "head", "iframe", "input", "link", "meta", "noscript", "option", "script", "select", "style"}
    | {"svg", "template", "textarea", "title", "video"}
)
#: the first word of a class that marks no text of the value: controls, frames of pictures with their captions, footnotes.
#: React builds append `_` and a hash to it.
_SKIPPED = re.compile(
    r"(?:^|\s)(?:toggle|toExpand|toCollapse|biOpen|biClose|edit-icon|lemma-picture|lemma-album|lemmaPicture|lemmaAlbum)(?:$|[\s_])"
)
_FOOTNOTE_CLASS = re.compile(r"(?:^|\s)(?:sup-|J-supWrap|supWrap|anchor-inline)")
#: the box that holds a collapsed value in full: `basicInfo-overlap` (2014-2022), `basicInfoOverlap_<hash>` (React), never the `dl.overlap` in it
_OVERLAP = re.compile(r"(?:^|\s)basicInfo-?[oO]verlap(?:$|[\s_])")

_CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_CJK_GAP = re.compile(f"(?<=[{_CJK}]) (?=[{_CJK}])")
_TAG = re.compile(r"<[^<>]*>")
_LINE_TAG = re.compile(r"<(?:br|/?p|/?div|/?li|/?dd|/?tr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_OPENING, _CLOSING = "（([【", "）)]】"


class Flow(NamedTuple):
    """One piece of running text."""

    text: str
    """Lines separated by a newline."""
    links: tuple[Link, ...] = ()
    """Links that have a text, in reading order."""
    images: tuple[str, ...] = ()
    """Absolute URLs."""


def tidy(raw: str) -> str:
    """Gathered text by the contract: every run of white space one space, invisible characters out.

    >>> tidy(" 演员\\n 、\\xa0 歌手 ")
    '演员 、 歌手'
    """
    text = " ".join(raw.split())
    if text.isprintable():
        return text
    # something rarer is in it: footnote marks, line breaks, invisible characters
    if _INVISIBLE.search(text):
        text = " ".join(_INVISIBLE.sub("", raw).split())
    if _MARK in text:
        text = _MARKS.sub(_closed, text)
    if _BREAK in text:
        return "\n".join(filter(None, map(str.strip, text.split(_BREAK))))
    return text.strip()


def _closed(mark: re.Match[str]) -> str:
    """What stands in place of a footnote mark and the white space about it: a space between two Latin words, else nothing."""
    before, after = mark[1], mark[2]
    return f"{before} {after}" if before and after else before + after


def unsurrogated(text: str) -> str:
    """JSON text without the halves of broken pairs, which no encoding can write."""
    return _SURROGATE.sub("", text) if not text.isascii() and _SURROGATE.search(text) else text


def plain(html: str) -> str:
    """The text of a small piece of HTML that holds no footnotes, without parsing it.

    >>> plain("<h1 >AC&amp;DC\\n</h1>")
    'AC&DC'
    """
    if "<" in html:
        html = _TAG.sub("", _LINE_TAG.sub(_BREAK, html))
    return tidy(unescape(html) if "&" in html else html)


@lru_cache(maxsize=8192)
def row_name(raw: str) -> str:
    """The name of a row as people say it: padding and the trailing colon off.

    >>> row_name("别\\xa0\\xa0\\xa0\\xa0名："), row_name(" Logo  font "), row_name("\\xa0\\xa0")
    ('别名', 'Logo font', '')
    """
    return _CJK_GAP.sub("", tidy(raw).replace("\n", "")).rstrip(":：︰ ")


def bare_sense(text: str) -> str | None:
    """A sense without the brackets about it; None when nothing is left.

    >>> bare_sense("（中国香港男演员（歌手））"), bare_sense("()"), bare_sense("（甲）和（乙）")
    ('中国香港男演员（歌手）', None, '（甲）和（乙）')
    """
    text = text.strip()
    if text[:1] in _OPENING and text[-1:] in _CLOSING:
        depth = 0
        for character in text[:-1]:
            depth += (character in _OPENING) - (character in _CLOSING)
            if not depth:
                return text or None
        text = text[1:-1].strip()
    return text or None


@lru_cache(maxsize=65_536)
def _target(href: str, base: str) -> tuple[str, int | None]:
    ref = entry_ref(href, base=base)
    return (entry_url(ref), ref.lemma_id) if ref else (canonical_url(href, base=base), None)


def link_to(text: str, href: str, base: str, lemma_id: str | None = None) -> Link | None:
    """The link that an anchor makes, None when it leads nowhere. `lemma_id` is the page's own word (`data-lemmaid`) where `href` has none."""
    url, known = _target(href, base)
    if not url:
        return None
    if known is None and lemma_id and lemma_id.isascii() and lemma_id.isdigit() and 0 < len(lemma_id) <= 12:
        known = int(lemma_id) or None
    return Link(text, url, known)


def picture(image: _Element, base: str) -> str:
    """Where a picture lies; "" for spacers. Lazy ones keep the address in `data-src`."""
    address = image.get("data-src") or image.get("src") or ""
    return "" if not address or address.startswith("data:") else absolute(address, base)


def read_flow(element: _Element, base: str) -> Flow:
    """The text, links and pictures inside an element; `base` is the address that relative ones are resolved against.

    A collapsed value (a short copy, a control, then the full one in an overlap) comes out in its full form, once.
    """
    flow = Flow(tidy(element.text or "")) if not len(element) else _walk(element, base)
    return flow._replace(text=_BARE_MARK.sub("", flow.text)) if "[" in flow.text else flow


def _walk(element: _Element, base: str) -> Flow:
    pieces = [element.text or ""]
    links: list[Link] = []
    images: list[str] = []
    # what is open: the children still to come, the element, and where its text began
    stack: list[tuple[Iterator[_Element], _Element, int]] = [(iter(element), element, 0)]
    while stack:
        children, parent, start = stack[-1]
        for child in children:
            tag = child.tag
            if tag == "br":
                pieces.append(_BREAK)
            elif len(child):
                if (full := full_value(child)) is not None:
                    return _walk(full, base)
                if _opens(child, tag, pieces):
                    stack.append((iter(child), child, len(pieces)))
                    pieces.append(child.text or "")
                    break
            elif tag == "a" and child.get("class") is None and (href := child.get("href")):
                # a plain link, as nearly all are
                text = child.text or ""
                pieces.append(text)
                _add_link(links, text, href, child, base)
            elif tag == "img":
                images.append(picture(child, base))
            elif _opens(child, tag, pieces):
                place = len(pieces)
                pieces.append(child.text or "")
                _close(child, place, pieces, links, base)
            if tail := child.tail:
                pieces.append(tail)
        else:
            stack.pop()
            if stack:
                _close(parent, start, pieces, links, base)
                pieces.append(parent.tail or "")
    return Flow(tidy("".join(pieces)), tuple(links), tuple(dict.fromkeys(filter(None, images))))


def _opens(element: _Element, tag: str, pieces: list[str]) -> bool:
    """Whether the element's inside is text of the value; what stands in its place is noted in `pieces`."""
    css = element.get("class")
    if tag in _BLOCKS:
        pieces.append(_BREAK)
    elif tag in _UNSEEN:
        return False
    elif (tag == "a" and _is_anchor(element)) or (tag == "sup" and _is_footnote(element, css)):
        pieces.append(_MARK)
        return False
    if css is None:
        return True
    if _FOOTNOTE_CLASS.search(css):
        pieces.append(_MARK)
        return False
    return not _SKIPPED.search(css)


def _close(element: _Element, start: int, pieces: list[str], links: list[Link], base: str) -> None:
    """The element ends; its text lies in `pieces[start:]`."""
    if element.tag == "a":
        if href := element.get("href"):
            _add_link(links, "".join(pieces[start:]), href, element, base)
    elif element.tag in _BLOCKS:
        pieces.append(_BREAK)


def _add_link(links: list[Link], raw: str, href: str, anchor: _Element, base: str) -> None:
    text = tidy(raw)
    link = link_to(text, href, base, anchor.get("data-lemmaid")) if text else None
    if link:
        links.append(link)


def _is_anchor(element: _Element) -> bool:
    """Whether an `a` is only a place to jump to, as stands behind every footnote mark."""
    return element.get("href") is None and not len(element) and not (element.text or "").strip()


def _is_footnote(sup: _Element, css: str | None) -> bool:
    """Whether a `sup` is a footnote mark and not a real exponent."""
    if (css and _FOOTNOTE_CLASS.search(css)) or sup.get("data-sup") is not None or sup.get("data-tag") == "ref":
        return True
    return bool(_FOOTNOTE_TEXT.match(inner_text(sup)))


def full_value(element: _Element) -> _Element | None:
    """The cell that holds a collapsed value in full, when `element` is the box of one."""
    css = element.get("class")
    if css is None or "verlap" not in css or not _OVERLAP.search(css):
        return None
    return next((cell for cell in element.iter("dd") if cell is not element), None)
