"""Baidu Zhidao 2013-2024: the page of one question.

Comes in: a `Document`. Goes out: a `Question`. Every generation since 2013 marks the question `h1 .ask-title`; what else of the page belongs to
it differs: 2013 shows its category (`.classinfo`), later pages keep one in a hidden path (`nav.wgt-nav`) and tags in the data of their script.
Everything is cut out by bytes within a few kilobytes; answers are `details`' matter.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from extractors.document import parse
from extractors.errors import Malformed, UnknownLayout
from extractors.layouts import Layout
from extractors.model import Question
from extractors.sites import entry_url
from extractors.sites.baidu_zhidao import SITE
from extractors.sites.baidu_zhidao.page_context import context_text
from extractors.text import plain, tidy
from extractors.tree import first_of_class, flow_of
from extractors.urls import EntryRef
from extractors.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.document import Document
    from extractors.layouts import Spans

__all__ = ["LAYOUT", "ask_block", "full_detail"]

_NAME = "question"
_TITLE = b"ask-title"
#: bytes between `<h1` and the title's mark, and of the whole heading, at most: 700 in the pages of 2013
_REACH, _HEADING = 4096, 32_768
#: what follows the question: its answers in any generation, the questions like it, the end of the article
_AFTER = (b"wgt-best", b"wgt-recommend", b"wgt-quality", b"wgt-answers", b"question-all-answers", b"wgt-related", b"</article")
#: bytes in which it does
_BLOCK = 1_048_576
_PLAIN_TITLE = re.compile(rb"""<span class="ask-title[^"<>]*">([^<]*)</span>""")
_CANONICAL = re.compile(rb"""rel=["']?canonical["']?[^<>]{0,200}/question/([0-9]{1,20})""")
#: bytes of the head in which the canonical address stands: at 5,200 in the page of 2024
_HEAD = 131_072
#: a link of a tag or category: what is inside it is short
_ANCHOR = re.compile(r"<a\s([^<>]{0,1000})>((?:[^<]|<(?!/?a[\s>])){0,400})</a>")
_HREF = re.compile(r"""\bhref\s{0,4}=\s{0,4}["']?([^"'<>\s]*)""")
#: an anchor that is a tag of the question: marked as lists mark tags (2019), or leading to a tag's list
_TAG = re.compile(r"""\bclass\s{0,4}=\s{0,4}["']?[^"'<>]{0,100}\btag-item\b|/list\?[^"'<>\s]{0,200}\btag=""")
#: what a shortened text ends in
_CUT = ("...", "…")
#: characters of a title from which on it may be a copy that was cut: lists cut at 35; 我该怎么办... is nobody's copy
_LONG = 20
#: where the questions like this one are listed, and what follows them
_RELATED = (b'id="wgt-related"', b'id="wgt-topic"')
_AFTER_RELATED = (
    b'id="wgt-answers"',
    b'class="wgt-push',
    b'id="wgt-share"',
    b"wgt-ads",
    b"</article",
    b"<aside",
    b'id="qb-side"',
    b"<footer",
)


def _heading(document: Document) -> tuple[int, int] | None:
    """From `<h1` to the end of the heading that holds the question; None when there is none."""
    at = document.class_at(_TITLE)
    if at < 0:
        return None
    start = document.body.rfind(b"<h1", max(at - _REACH, 0), at)
    if start < 0 or document.body.find(b"</h1", start, at) >= 0:
        return None
    end = document.body.find(b"</h1", at, at + _HEADING)
    return start, end if end >= 0 else min(at + _HEADING, len(document.body))


def _claims(document: Document) -> bool:
    return _heading(document) is not None


def _read(document: Document) -> Question:
    heading = _heading(document)
    assert heading is not None, "only pages that were claimed are read"
    title = _title(document, heading)
    if not title:
        raise UnknownLayout("a question without a text: `h1 .ask-title` is empty", layout=_NAME)
    number = _question_id(document)
    if not number:
        raise UnknownLayout("a question without an id: neither its head, its script nor its address names one", layout=_NAME)
    return Question(
        url=entry_url(EntryRef(SITE.name, "", number)),
        question=_in_full(document, heading, title),
        tags=tuple(dict.fromkeys(filter(None, _tags(document, heading)))),
        site=SITE.name,
        layout=_NAME,
        source=document.page.source,
        extractor=__version__,
    )


def _title(document: Document, heading: tuple[int, int]) -> str:
    plainest = _PLAIN_TITLE.search(document.body, *heading)
    if plainest:
        return _one_line(plain(document.text(*plainest.span(1))))
    span = first_of_class(parse(document.body[slice(*heading)]), "ask-title")
    real = first_of_class(span, "conReal") if span is not None else None
    return _one_line(flow_of(real if real is not None else span, SITE.base).text)


def _one_line(text: str) -> str:
    return text.replace("\n", " ")


def _question_id(document: Document) -> int:
    canonical = _CANONICAL.search(document.body, 0, _HEAD)
    if canonical:
        return int(canonical[1])
    said = context_text(document, "qid")
    if said.isascii() and said.isdigit() and len(said) <= 20:
        return int(said)
    return (document.ref.lemma_id or 0) if document.ref and document.ref.site == SITE.name else 0


def _in_full(document: Document, heading: tuple[int, int], title: str) -> str:
    """The question's whole text where its title is a shortened copy: the site made one of what was asked in many words."""
    if not title.endswith(_CUT):
        return title
    stem = _bare(title.rstrip(".… "))
    said = context_text(document, "title")
    if not said.endswith(_CUT) and _bare(said).startswith(stem):
        return _one_line(said)
    detail = full_detail(document, heading) if len(stem) >= _LONG else ""
    return _one_line(detail) if _bare(detail).startswith(stem) and detail else title


def _bare(text: str) -> str:
    return "".join(text.split())


def ask_block(document: Document, heading: tuple[int, int] | None = None) -> tuple[int, int]:
    """From the heading's end to what follows the question."""
    start = (heading or _heading(document) or (0, 0))[1]
    end = document.first(_AFTER, start, start + _BLOCK)
    return start, end if end >= 0 else min(start + _BLOCK, len(document.body))


def full_detail(document: Document, heading: tuple[int, int] | None = None) -> str:
    """What the asker added below the question, in full: the page may hold a shortened copy (`conTemp`) beside it (`conReal`)."""
    start, end = ask_block(document, heading)
    at = document.body.find(b"q-content", start, end)
    if at < 0:
        return ""
    try:
        # `end` may lie inside the tag that follows, which `parse` makes nothing of
        root = parse(document.body[document.tag_before(at, start) : end])
    except Malformed:
        return ""
    detail = first_of_class(root, "q-content")
    if detail is None:
        return ""
    real = first_of_class(detail, "conReal")
    if real is None:
        real = first_of_class(detail, "con")
    return flow_of(real if real is not None else detail, SITE.base).text


def _tags(document: Document, heading: tuple[int, int]) -> Iterator[str]:
    """Tags before the category, as the corpus has them."""
    yield from (tidy(tag) for tag in re.split("[,，]", context_text(document, "tags")))
    start, end = ask_block(document, heading)
    block = document.text(start, end) if document.body.find(b"tag", start, end) >= 0 else ""
    if "tag-item" in block or "tag=" in block:
        yield from (plain(inside) for attributes, inside in _ANCHOR.findall(block) if _TAG.search(attributes))
    at = document.body.find(b"classinfo", start, end)
    if at >= 0:
        stop = document.body.find(b"</span>", at, end)
        yield from (plain(inside) for _, inside in _ANCHOR.findall(document.text(at, stop if stop >= 0 else end)))
    else:
        yield from _path(document)


def _path(document: Document) -> Iterator[str]:
    """The categories that lead to the question, in `nav.wgt-nav`: only those that are links (无分类 is none), without the home page."""
    at = document.class_at(b"wgt-nav")
    stop = document.body.find(b"</nav>", at, at + _REACH) if at >= 0 else -1
    for attributes, inside in _ANCHOR.findall(document.text(at, stop)) if stop >= 0 else ():
        href = _HREF.search(attributes)
        if href and href[1] not in ("/", SITE.base, f"{SITE.base}/", SITE.fetch_base, f"{SITE.fetch_base}/"):
            yield plain(inside)


def _content(document: Document) -> Spans:
    """The category, and the questions like this one."""
    spans = [ask_block(document)]
    for marker in _RELATED:
        at = document.body.find(marker)
        if at >= 0:
            end = document.first((*_AFTER_RELATED, *(other for other in _RELATED if other != marker)), at + len(marker))
            spans.append((at, end if end >= 0 else len(document.body)))
    return tuple(spans)


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=45, content=_content)
