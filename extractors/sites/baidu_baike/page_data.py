"""`window.PAGE_DATA`: the JSON that React pages of Baidu Baike are drawn from, the better of their two sources.

Comes in: a `Document`, an HTML page or the bare JSON. Goes out: a `PageData` with the fields of an entry. The values are typed
by the page: dates, linked lemmas and several data items win over anything that could be guessed from their text. Every shape is
checked on the way, for half of what is out there was cut, merged or edited.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from extractors.assembly import Cell
from extractors.model import Link, Sense, Target, Value
from extractors.sites import entry_url
from extractors.sites.baidu_baike import SITE
from extractors.text import bare_sense, row_name, tidy, unsurrogated
from extractors.urls import EntryRef
from extractors.values import read_value, read_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from extractors.document import Document

__all__ = ["PageData", "find_page_data"]

_ASSIGNED = re.compile(rb"PAGE_DATA\s{0,8}=\s{0,8}(?=\{)")
#: assignments that are looked at before a page is taken to have none of ours; other sites use the name too
_TRIES = 8
#: the site's day: `versionCreateTime` 1715354476 is shown as 2024-05-10 23:21:16
_CHINA = timezone(timedelta(hours=8))
#: says only that no better class was found
_NO_TAG = frozenset({"其他", "其它"})
_LARGEST_ID = 10**12


@dataclass(frozen=True, slots=True)
class PageData:
    """What PAGE_DATA says of the entry."""

    lemma_id: int | None
    title: str
    sense: str | None
    description: str
    """The head of the summary, cut by the site with `...`."""
    aliases: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    updated: str | None = None
    cells: tuple[Cell, ...] = ()
    expects_rows: bool = False
    """Whether the card lists rows, read or not."""
    senses: tuple[Sense, ...] = ()
    is_sense_list: bool = False
    """Whether the page is the list of senses itself (`navigation.disamLemma`)."""


def find_page_data(document: Document) -> PageData | None:
    """The page's data; None when it holds none, or none of an entry."""
    for data in _candidates(document):
        lemma_id, title = _id(data.get("lemmaId")), tidy(_text(data.get("lemmaTitle")))
        if lemma_id is not None and title:
            return _read(data, lemma_id, title)
    return None


def _candidates(document: Document) -> Iterator[Mapping[str, Any]]:
    body = document.body
    if body[:64].lstrip()[:1] == b"{":
        yield _decoded(document, 0, len(body))
        return
    start = 0
    for _ in range(_TRIES):
        assigned = _ASSIGNED.search(body, start)
        if assigned is None:
            return
        start = assigned.end()
        close = body.find(b"</script", start)
        yield _decoded(document, start, close if close >= 0 else len(body))


def _decoded(document: Document, start: int, end: int) -> Mapping[str, Any]:
    """The JSON object at `start`; empty when there is none. What follows it (`}`, `;`, more script) is left alone."""
    try:
        data, _ = json.JSONDecoder().raw_decode(document.text(start, end).lstrip())
    except (ValueError, RecursionError):
        return {}
    return _dict(data)


def _read(data: Mapping[str, Any], lemma_id: int, title: str) -> PageData:
    navigation, extra = _dict(data.get("navigation")), _dict(data.get("extData"))
    rows = _rows(data)
    sense = bare_sense(tidy(_text(data.get("lemmaDesc"))))
    return PageData(
        lemma_id=lemma_id,
        title=title,
        sense=sense if sense != title else None,
        description=tidy(_text(data.get("description"))),
        aliases=tuple(_aliases(data, extra)),
        tags=tuple(_tags(extra)),
        updated=_day(data.get("versionCreateTime")),
        cells=tuple(filter(None, map(_cell, rows))),
        expects_rows=bool(rows),
        senses=tuple(_senses(navigation, lemma_id)),
        is_sense_list=_id(_dict(navigation.get("disamLemma")).get("lemmaId")) == lemma_id,
    )


def _rows(data: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The rows of `card`, or of `modules.card` where that is all there is."""
    for card in (_dict(data.get("card")), _dict(_dict(data.get("modules")).get("card"))):
        rows = [_dict(row) for side in ("left", "right") for row in _list(card.get(side))]
        if rows:
            return rows
    return []


def _cell(row: Mapping[str, Any]) -> Cell | None:
    name = row_name(_text(row.get("title")))
    items = [(item, *_spans(item)) for item in map(_dict, _list(row.get("data")))]
    items = [item for item in items if item[1]]
    if not items:
        return None
    links = tuple(link for _, _, found in items for link in found)
    delimiter = _text(row.get("delimiter")) or "\n"
    text = delimiter.join(text for _, text, _ in items)
    if len(items) == 1:
        return Cell(name, text, links, values=_values(name, *items[0]))
    return Cell(name, text, links, values=tuple(_value(name, *item) for item in items))


def _spans(item: Mapping[str, Any]) -> tuple[str, tuple[Link, ...]]:
    """Text and links of one data item; footnotes (`tag: ref`) have no text."""
    pieces: list[str] = []
    links: list[Link] = []
    for span in map(_dict, _list(item.get("text"))):
        if span.get("tag") == "ref":
            continue
        text = _text(span.get("text"))
        pieces.append(text.replace("\n", "\0"))
        lemma_id = _id(span.get("lemmaId"))
        if lemma_id is not None and (name := tidy(text)):
            links.append(Link(name, entry_url(EntryRef(SITE.name, name, lemma_id)), lemma_id))
    return tidy("".join(pieces)), tuple(links)


def _values(name: str, item: Mapping[str, Any], text: str, links: tuple[Link, ...]) -> tuple[Value, ...]:
    """The values of a row with one data item: plain text may still hold an unsplit list, the other types are one value."""
    if item.get("dataType") in ("dateTime", "enum") or (item.get("dataType") == "lemma" and _linked(item)):
        return (_value(name, item, text, links),)
    return read_values(name, text, links)


def _value(name: str, item: Mapping[str, Any], text: str, links: tuple[Link, ...]) -> Value:
    """One data item as a value; its own type wins over what its text looks like."""
    value = read_value(name, text, links)
    match item.get("dataType"):
        case "dateTime":
            date = _date(_dict(item.get("value")))
            return Value(text, date) if date else value
        case "lemma":
            linked = _linked(item)
            return Value(text, link=linked) if linked else value
        case _:
            return value


def _linked(item: Mapping[str, Any]) -> Target | None:
    lemma = _dict(item.get("value"))
    lemma_id, title = _id(lemma.get("id")), tidy(_text(lemma.get("title")))
    return Target(entry_url(EntryRef(SITE.name, title, lemma_id)), lemma_id) if lemma_id is not None and title else None


def _date(value: Mapping[str, Any]) -> str | None:
    """EDTF of `{year, month, day}`, each a string of digits or empty."""
    year, month, day = (_text(value.get(part)).strip() for part in ("year", "month", "day"))
    if not (year.isascii() and year.isdigit() and 0 < int(year[:5]) <= 9999 and len(year) <= 4):
        return None
    date = f"{int(year):04}"
    for part, largest in ((month, 12), (day, 31)):
        if not (part.isascii() and part.isdigit() and len(part) <= 2 and 1 <= int(part) <= largest):
            break
        date += f"-{int(part):02}"
    return date


def _senses(navigation: Mapping[str, Any], own: int) -> Iterator[Sense]:
    for lemma in map(_dict, _list(navigation.get("lemmas"))):
        lemma_id, title = _id(lemma.get("lemmaId")), tidy(_text(lemma.get("lemmaTitle")))
        if lemma.get("isRedirect"):
            lemma_id = _id(lemma.get("redirectId")) or lemma_id
            title = tidy(_text(lemma.get("redirectTitle"))) or title
        label = tidy(_text(lemma.get("lemmaDesc"))) or title
        if lemma_id is not None and title and lemma_id != own and not lemma.get("isCurrent"):
            yield Sense(label, entry_url(EntryRef(SITE.name, title, lemma_id)), lemma_id)


def _aliases(data: Mapping[str, Any], extra: Mapping[str, Any]) -> Iterator[str]:
    yield _text(_dict(_dict(data.get("tips")).get("viewTip")).get("title"))
    for redirect in map(_dict, _list(extra.get("redirectFrom"))):
        yield _text(redirect.get("fromTitle"))


def _tags(extra: Mapping[str, Any]) -> Iterator[str]:
    yield from _text(extra.get("categoryTag")).replace("，", ",").split(",")
    for kind in map(_dict, _list(extra.get("kpdClassify"))):
        if (name := _text(kind.get("name"))) not in _NO_TAG:
            yield name


def _day(seconds: Any) -> str | None:
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**33:
        return None
    return datetime.fromtimestamp(seconds, UTC).astimezone(_CHINA).strftime("%Y-%m-%d")


def _id(value: Any) -> int | None:
    """An id, which is an int or a string of digits; "" and 0 are none."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 12:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < _LARGEST_ID else None


def _text(value: Any) -> str:
    return unsurrogated(value) if isinstance(value, str) else ""


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
