"""What a page says of a question beyond its record: detail, when it was asked, how many answers, the best one.

Comes in: a page and the question that it gave. Goes out: the question with these fields filled. Nobody pays for them who does not ask.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

from extractors.document import Document, parse
from extractors.errors import Malformed
from extractors.sites.baidu_zhidao import SITE
from extractors.sites.baidu_zhidao.page_context import context_text
from extractors.sites.baidu_zhidao.question import ask_block, full_detail
from extractors.tree import flow_of

if TYPE_CHECKING:
    from extractors.model import Page, Question

__all__ = ["with_details"]

#: the site's clock: China has one
_CHINA = timezone(timedelta(hours=8))
_ASKED = re.compile(r"\D(\d{4}-\d{2}-\d{2})(?:[ T](\d{2}:\d{2}))?")
#: seconds since 1970, in the page's script (2024)
_EPOCH = re.compile(r"\d{9,10}")
#: the accepted answer (2013-2024), and the one that readers recommended (2013)
_BEST = (b'id="best-content-', b'id="recommend-content-')
#: `其他3条回答` counts those beside the best one, `3条回答` (2013) and `4个回答` (2024) count all
_COUNT = re.compile(">(其他)?([0-9]{1,9})(?:条|个)回答<".encode())
#: bytes in which an answer ends
_REACH = 1_048_576
#: the button over a folded answer
_CONTROLS = frozenset({"wgt-best-mask", "wgt-best-showbtn"})


def with_details(page: Page, question: Question) -> Question:
    """The question with all that its page holds of it. Raises nothing: what cannot be read is left out."""
    document = Document(page)
    best = document.first(_BEST)
    return replace(
        question,
        detail=full_detail(document),
        asked=_asked(document),
        answers=_count(document, has_best=best >= 0),
        best_answer=_answer(document, best) or None,
    )


def _asked(document: Document) -> str | None:
    start, end = ask_block(document)
    at = document.body.find(b"ask-time", start, end)
    told = _ASKED.search(document.text(at, at + 512)) if at >= 0 else None
    if told:
        return f"{told[1]}T{told[2]}+08:00" if told[2] else told[1]
    epoch = _EPOCH.fullmatch(context_text(document, "createTime"))
    return datetime.fromtimestamp(int(epoch[0]), _CHINA).isoformat(timespec="minutes") if epoch else None


def _count(document: Document, *, has_best: bool) -> int | None:
    told = _COUNT.search(document.body)
    if told:
        return int(told[2]) + (1 if told[1] and has_best else 0)
    return 1 if has_best else None


def _answer(document: Document, at: int) -> str:
    if at < 0:
        return ""
    start = document.tag_before(at)
    end = document.first((b"</pre>", b"quality-content-view-more", b"wgt-best-operator", b"wgt-replyer"), at, at + _REACH)
    stop = start + _REACH if end < 0 else end if document.body.startswith(b"<", end) else document.tag_before(end, at)
    try:
        root = parse(document.body[start:stop])
    except Malformed:
        return ""
    for control in [element for element in root.iter("div", "span") if _CONTROLS.intersection((element.get("class") or "").split())]:
        parent = control.getparent()
        if parent is not None:
            parent.remove(control)
    return flow_of(next(root.iter("pre", "div"), None), SITE.base).text
