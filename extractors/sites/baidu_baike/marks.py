"""What several generations of Baidu Baike pages mark alike: lemma id, last edit, tags, the list of senses, relation cards.

Comes in: a `Document` and where to look. Goes out: one field. Each is cut out by bytes; most pages hold most of them within
a few hundred bytes, so nothing here touches more than it needs.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from extractors.document import Document, parse
from extractors.model import Relation, Sense
from extractors.sites import entry_ref, entry_url, link_target
from extractors.sites.baidu_baike import SITE
from extractors.text import plain, tidy
from extractors.tree import first_of_class, inner_text, of_class

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

    from extractors.layouts import Spans

__all__ = ["BASE", "last_edit", "lemma_id", "relations", "sense_to", "senses", "synonym", "tags", "without_tip"]

BASE = SITE.base

#: where the page's own id stands, surest first. `lemmaId` alone is no such place: older scripts keep the id of an older numbering in it.
_OWN_IDS = (
    (b"newLemmaId", re.compile(rb"""newLemmaId["']?\s{0,4}[:=,]\s{0,4}["']?([0-9]{1,12})\b""")),
    (b"newlemmaid", re.compile(rb"""newlemmaid["']?\s{0,4}[:=,]\s{0,4}["']?([0-9]{1,12})\b""")),
    (b"/historylist/", re.compile(rb"""/historylist/[^"'<>\s/]{1,600}/([0-9]{1,12})\b""")),
    (b"/planet/talk?", re.compile(rb"""/planet/talk\?(?:[^"'<>\s]{0,60}&)?lemmaId=([0-9]{1,12})\b""")),
    (b'rel="canonical"', re.compile(rb"""canonical"[^<>]{0,60}href="[^"<>]{1,900}/([0-9]{1,12})["?#]""")),
    (b"data-lemmaId", re.compile(rb"""data-lemmaId="([0-9]{1,12})"\s{1,8}data-lemmaTitle=""", re.IGNORECASE)),
    (b"lemmaId", re.compile(rb"""\blemmaId\s{0,4}:\s{0,4}'?([0-9]{1,12})\b""")),
)
#: bytes after such a mark in which the number follows
_REACH = 1024

_EDITS = (b'itemprop="dateUpdate"', b"dateUpdate", b"j-modified-time", b"lastModifyTime", b"versionInfoCard-content", "最近更新".encode())
_DAY = re.compile(rb"\b((?:19|20)[0-9]{2})-([0-9]{1,2})-([0-9]{1,2})(?![0-9])")

_TAG_BOX = b"open-tag-item"
_TAG_ITEM = re.compile(rb"""taglist["']?[^<>]{0,60}>(.*?)</s""", re.DOTALL)
_TAG_REACH = 16_384

_SENSE_BOX = b"polysemantList-wrapper"
_SENSE_REACH = 262_144
_ANCHOR = re.compile(r"<a\s([^<>]*)>([^<]*(?:<(?!/?a[\s>])[^<>]*>[^<]*)*)</a>")
_HREF = re.compile(r"""href\s{0,4}=\s{0,4}["']?([^"'<>\s]+)""")

_SYNONYM = re.compile(r"""viewTip-fromTitle["']?[^<>]{0,200}>([^<]*)<""")

_RELATION_BOX = b"star-info-block relations"
_FOCUS_BOX = b'class="focusAndRelation"'


def lemma_id(document: Document) -> int | None:
    """The id of the entry that the page is about; None when the page does not say."""
    body = document.body
    for mark, pattern in _OWN_IDS:
        at = body.rfind(mark)
        if at >= 0:
            found = pattern.search(body, at, at + _REACH)
            if found and int(found[1]):
                return int(found[1])
    return None


def last_edit(document: Document) -> str | None:
    """The day of the last edit, YYYY-MM-DD."""
    body = document.body
    for mark in _EDITS:
        at = body.find(mark)
        if at >= 0:
            found = _DAY.search(body, at, at + 64) or _DAY.search(body, at, at + 400)
            if found:
                year, month, day = map(int, found.groups())
                if 1 <= month <= 12 and 1 <= day <= 31:
                    return f"{year}-{month:02}-{day:02}"
    return None


def tags(document: Document, start: int, end: int) -> tuple[str, ...]:
    """The entry's tags (词条标签), which stand at the end of what lies between `start` and `end`."""
    at = document.body.rfind(_TAG_BOX, max(start, end - _TAG_REACH), end)
    if at < 0:
        at = document.body.find(_TAG_BOX, start, end)
    if at < 0:
        return ()
    close = document.body.find(b"</dd>", at, at + _TAG_REACH)
    area = document.body[at : close if close >= 0 else at + _TAG_REACH]
    return tuple(filter(None, (plain(item.decode("utf-8", "replace")) for item in _TAG_ITEM.findall(area))))


def senses(document: Document, start: int, end: int) -> tuple[Sense, ...]:
    """The other meanings of the entry's name, listed between `start` and `end`."""
    at = document.body.find(_SENSE_BOX, start, end)
    if at < 0:
        return ()
    close = document.body.find(b"</ul>", at, min(end, at + _SENSE_REACH))
    found = (_sense(*anchor) for anchor in _ANCHOR.findall(document.text(at, close if close >= 0 else min(end, at + _SENSE_REACH))))
    return tuple(dict.fromkeys(sense for sense in found if sense is not None))


def _sense(attributes: str, inside: str) -> Sense | None:
    href = _HREF.search(attributes)
    return sense_to(href[1], plain(inside)) if href else None


def sense_to(href: str, label: str) -> Sense | None:
    """The sense that a link leads to; None when it leads to no entry."""
    url, lemma_id = link_target(unescape(href).partition("#")[0], BASE)
    if not label or (lemma_id is None and entry_ref(url) is None):
        return None
    return Sense(label, url, lemma_id)


def synonym(document: Document, start: int, end: int) -> list[str]:
    """The name that led here, of the note 同义词: X 一般指 Y."""
    at = document.body.find(b"viewTip-fromTitle", start, end)
    found = _SYNONYM.match(document.text(at, at + 1024)) if at >= 0 else None
    return [plain(found[1])] if found else []


def without_tip(document: Document, span: tuple[int, int], icon: bytes, name: bytes, *, reach: int = 8192) -> Spans:
    """A stretch without the note 同义词, whose icon leads to a help page that is written as an entry. It stands near the title."""
    start, end = span
    tip = document.body.find(icon, start, min(start + reach, end))
    after = document.body.find(name, tip, min(tip + reach, end)) if tip >= 0 else -1
    return ((start, tip), (after, end)) if after >= 0 else (span,)


def relations(document: Document, start: int, end: int) -> tuple[Relation, ...]:
    """The relation cards that lie between `start` and `end`: `前女友<em>倪妮</em>` in the star skin, pictures only elsewhere."""
    body = document.body
    found: list[Relation] = []
    for box, close, read in ((_RELATION_BOX, b"</dl>", _star_cards), (_FOCUS_BOX, b"</ul>", _picture_cards)):
        at = body.find(box, start, end)
        if at >= 0:
            stop = body.find(close, at, end)
            found += read(parse(body[document.tag_before(at) : stop if stop >= 0 else end]))
    return tuple(dict.fromkeys(found))


def _star_cards(root: _Element) -> Iterator[Relation]:
    for anchor in root.iter("a"):
        ref = entry_ref(anchor.get("href") or "", base=BASE)
        name = first_of_class(anchor, "name", "div")
        if ref is None or name is None:
            continue
        title = tidy("".join(inner_text(part) for part in name.iter("em"))) or tidy(name.get("title") or "")
        label = tidy(name.text or "")
        if title and label:
            yield Relation(label, title, entry_url(ref), ref.lemma_id)


def _picture_cards(root: _Element) -> Iterator[Relation]:
    """Cards whose relation is drawn in a picture: the block's own heading (人物关系) is all that the page says."""
    heading = ""
    for item in of_class(root, "relation", "li"):
        heading = next((tidy(inner_text(part)) for part in item.iter("i")), "") or heading
        ref = next((ref for ref in (entry_ref(anchor.get("href") or "", base=BASE) for anchor in item.iter("a")) if ref), None)
        if heading and ref and ref.title:
            yield Relation(heading, ref.title, entry_url(ref), ref.lemma_id)
