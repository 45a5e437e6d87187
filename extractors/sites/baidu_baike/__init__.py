"""Baidu Baike: how its entries are addressed. One file a template generation beside this one."""

from __future__ import annotations

import re
from html import unescape
from itertools import repeat
from urllib.parse import parse_qsl

from extractors.sites import Site
from extractors.urls import EntryRef, decode_segment, decode_segments

__all__ = ["SITE"]

_NAME = "baidu_baike"
_ITEM = re.compile(r"/item/([^/]+)(?:/([0-9]{1,12}))?/?(?:\.html?)?\Z")
_ID_QUERIES = ("lemmaId", "lemmaid")
#: `/view/1758.htm`, `/subview/1758/5063.htm`: ids of an older numbering, kept as they stand
_OLD = re.compile(r"/(?:view/[0-9]{1,12}|subview/[0-9]{1,12}/[0-9]{1,12})\.html?\Z")
#: the links to entries in a page's bytes
_HREF = re.compile(rb"""href=["']?(?:(?=/[isv])|(?:https?:)?//(?:m\.|wap)?baike\.baidu\.(?:com|hk))(/(?:item|(?:sub)?view)/[^"'<>\s#]+)""")
#: what makes one of several hrefs, a line each, more than a title and an id; and how many such a page has before each is looked at
_ODD_MARKS = (b"?", b"&", b"\n/view/", b"\n/subview/")
_MANY = 64
#: digits of an id at most
_ID_DIGITS = 12


def _read_path(path: str, query: str) -> EntryRef | None:
    item = _ITEM.match(path)
    if item:
        title = decode_segment(item[1])
        if not title.isalnum() and not (title := " ".join(title.split())):
            return None
        lemma_id = int(item[2]) if item[2] else None
        if lemma_id is None and query:
            lemma_id = _id_in_query(query)
        return EntryRef(_NAME, title, lemma_id or None)
    if _OLD.match(path):
        return EntryRef(_NAME, "", None, path.removesuffix("l") if path.endswith(".html") else path)
    return None


def _id_in_query(query: str) -> int | None:
    try:
        pairs = parse_qsl(query, max_num_fields=64)
    except ValueError:
        return None
    return next((int(v) for k, v in pairs if k in _ID_QUERIES and v.isascii() and v.isdigit() and len(v) <= 12), None)


def _find_refs(body: bytes, start: int, end: int) -> list[EntryRef]:
    """The entries that a stretch of a page links to, in reading order: what `_read_path` says of every href, at a fraction of the price."""
    hrefs = list(dict.fromkeys(_HREF.findall(body, start, end)))
    parts = [href[6:].partition(b"/") for href in hrefs]  # what follows `/item/`: title, slash, id
    titles = decode_segments([title for title, _, _ in parts])
    numbers = [number for _, _, number in parts]
    odd = _odd_places(hrefs, titles, numbers)
    ids = [int(number[:_ID_DIGITS]) or None if number.isdigit() else None for number in numbers]
    # a page makes a hundred of them: built as the tuples that they are
    refs = [tuple.__new__(EntryRef, fields) for fields in zip(repeat(_NAME), titles, ids, repeat(""))]
    if not odd:
        return refs
    read = {place: _read_href(hrefs[place]) for place in odd}
    return [ref for place, plain in enumerate(refs) if (ref := read.get(place, plain)) is not None]


def _odd_places(hrefs: list[bytes], titles: list[str], numbers: list[bytes]) -> list[int]:
    """Which hrefs are not just a title, or a title and an id, or hold a title that white space is to be seen to in."""
    lines = b"\n" + b"\n".join(hrefs)
    odd: list[int] = []
    for mark in _ODD_MARKS:
        at = lines.find(mark)
        while at >= 0:
            odd.append(lines.count(b"\n", 0, at + 1) - 1)
            if len(odd) > _MANY:
                return list(range(len(hrefs)))
            at = lines.find(mark, at + 1)
    if not b"0".join([b"0", *numbers]).isdigit() or max(map(len, numbers), default=0) > _ID_DIGITS:
        odd += [place for place, number in enumerate(numbers) if number and not (number.isdigit() and len(number) <= _ID_DIGITS)]
    if "" in titles or len("-".join(titles).split()) != 1:
        odd += [place for place, title in enumerate(titles) if len(title.split()) != 1]
    return odd


def _read_link(href: str) -> tuple[str, int | None] | None:
    """Address and id of the plainest links, `/item/title` and `/item/title/id`; None for all others, which `_read_path` is for."""
    segment, _, number = href[6:].partition("/")
    if not href.startswith("/item/") or (number and not (number.isascii() and number.isdigit() and len(number) <= _ID_DIGITS)):
        return None
    title = decode_segment(segment)
    # nothing in it needs another spelling, and no query or entity can hide in it
    if not title.isalnum() or not segment.replace("%", "").isalnum():
        return None
    url = f"{SITE.base}/item/{title}"
    return (f"{url}/{int(number)}", int(number)) if number and int(number) else (url, None) if not number else None


def _read_href(href: bytes) -> EntryRef | None:
    path, _, query = unescape(href.decode("utf-8", "replace")).partition("?")
    return _read_path(path, query)


SITE = Site(
    name=_NAME,
    title="百度百科",
    base="https://baike.baidu.com",
    hosts=frozenset({"baike.baidu.com", "m.baike.baidu.com", "wapbaike.baidu.com", "baike.baidu.hk"}),
    read_path=_read_path,
    find_refs=_find_refs,
    read_link=_read_link,
)
