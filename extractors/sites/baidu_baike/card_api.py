"""The card API of Baidu Baike (`BaikeLemmaCardApi`): an entry's infobox and abstract as JSON.

Comes in: a `Document` whose body is the answer. Goes out: an `Entry`. Built from what other people's clients say of the answers, none of
which is at hand: rows are `{key, name, value: [html], format: [html]}`, values may hold `<a data-lemmaid>`, rows may have no value, and a
row named `&nbsp;&nbsp;` continues the one above. The API of today answers `{"errno": 6}`, an unknown name `{}`.
"""

from __future__ import annotations

import json
import re
from html import unescape
from typing import TYPE_CHECKING, Any

from extractors.assembly import Cell, assemble, infobox
from extractors.errors import NotAnEntry, Refused, UnknownLayout
from extractors.flow import read_flow
from extractors.layouts import Layout
from extractors.model import Sense
from extractors.sites import entry_url
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.marks import BASE
from extractors.text import bare_sense, plain, row_name, unsurrogated
from extractors.urls import EntryRef

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from extractors.document import Document
    from extractors.model import Entry

__all__ = ["LAYOUT"]

_NAME = "card_api"
_API_PATH = "/api/openapi/BaikeLemmaCardApi"
#: the answer, bare or as the argument of a callback
_ANSWER = re.compile(rb"\s{0,64}(?:[\w$.?]{1,64}\s{0,8}\(\s{0,64})?(?=\{)")


def _claims(document: Document) -> bool:
    body = document.body
    if not _ANSWER.match(body) or b'"lemmaTitle"' in body:
        return False
    return _API_PATH in document.page.url or (b'"card"' in body and b'"subLemmaId"' in body) or (len(body) < 512 and b'"errno"' in body)


def _read(document: Document) -> Entry:
    answer = _answer(document)
    lemma_id = _number(answer.get("newLemmaId"))
    title = plain(_string(answer.get("title")) or _string(answer.get("key")))
    if not title:
        if answer.get("errno"):
            raise Refused(f"the card API answers errno {answer['errno']}: it serves no cards to us", layout=_NAME, reason="api_errno")
        raise NotAnEntry("the card API knows no such entry", layout=_NAME, reason="missing")
    rows = [row for row in _sequence(answer.get("card")) if isinstance(row, dict)]
    box = infobox(map(_cell, rows))
    if not box.rows and any(row.get("value") for row in rows):
        raise UnknownLayout("the answer's card has rows, but none of them could be read", layout=_NAME)
    sense = bare_sense(plain(_string(answer.get("desc"))))
    return assemble(
        document,
        site=SITE.name,
        layout=_NAME,
        title=title,
        url=entry_url(EntryRef(SITE.name, title, lemma_id)),
        sense=sense if sense != title else None,
        lemma_id=lemma_id,
        aliases=[plain(_string(answer.get("key")))],
        summary=plain(_string(answer.get("abstract"))),
        box=box,
        senses=tuple(_senses(answer, title)),
        images=filter(None, [_string(answer.get("image")).replace("http://", "https://", 1)]),
    )


def _answer(document: Document) -> Mapping[str, Any]:
    start = _ANSWER.match(document.body)
    try:
        answer, _ = json.JSONDecoder().raw_decode(document.text(start.end() if start else 0, len(document.body)))
    except (ValueError, RecursionError):
        raise UnknownLayout("the answer of the card API is no JSON object", layout=_NAME) from None
    return answer if isinstance(answer, dict) else {}


def _cell(row: Mapping[str, Any]) -> Cell:
    """One row; its name and values are HTML."""
    name = row_name(unescape(_string(row.get("name"))))
    value = row.get("value") or row.get("format")
    pieces = [value] if isinstance(value, str) else [piece for piece in _sequence(value) if isinstance(piece, str)]
    html = "<br>".join(map(unsurrogated, pieces))
    return Cell(name, *read_flow(html, BASE))


def _senses(answer: Mapping[str, Any], title: str) -> Iterator[Sense]:
    for lemma in _sequence(answer.get("sub_lemma")):
        if isinstance(lemma, dict):
            label, number = plain(_string(lemma.get("name"))), _number(lemma.get("newLemmaId") or lemma.get("lemmaId"))
            if label and number is not None:
                yield Sense(label, entry_url(EntryRef(SITE.name, plain(_string(lemma.get("key_name"))) or title, number)), number)


def _string(value: Any) -> str:
    return unsurrogated(value) if isinstance(value, str) else ""


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _number(value: Any) -> int | None:
    text = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(text) or None if text.isascii() and text.isdigit() and len(text) <= 12 else None


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=15, reads_json=True)
