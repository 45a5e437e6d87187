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
#: the links to entries in a page's bytes: title and id of the plain ones, all of the others
_HREF = re.compile(
    rb"""href=["']?(?:/item/([^"'/?#&<>\s]++)(?:/([0-9]{1,12}))?(?=["'#\s>])"""
    rb"""|((?:(?:https?:)?//(?:m\.|wap)?baike\.baidu\.(?:com|hk))?/(?:item|(?:sub)?view)/[^"'<>\s#]+))"""
)
#: the plainest links: a title without marks, and an id or none
_PLAINEST = re.compile(r"/item/([\w%]+)(?:/([0-9]{1,12}))?").fullmatch
_BASE = "https://baike.baidu.com"
_ITEMS = f"{_BASE}/item/"


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
    found = dict.fromkeys(_HREF.findall(body, start, end))
    if not found:
        return []
    segments, numbers, others = zip(*found, strict=True)
    titles = decode_segments(segments)
    ids = [int(number) or None if number else None for number in numbers]
    # a page makes a hundred of them: built as the tuples that they are
    refs = list(map(tuple.__new__, repeat(EntryRef), zip(repeat(_NAME), titles, ids, repeat(""))))
    # white space in a title shows where all of them are more than one word
    spaced = len("-".join(("", *titles, "")).split()) != 1
    if not spaced and not any(others):
        return refs
    hrefs = list(found)
    odd = {place: _read_href(*hrefs[place]) for place, other in enumerate(others) if other or (spaced and len(titles[place].split()) != 1)}
    return [ref for place, plain in enumerate(refs) if (ref := odd.get(place, plain)) is not None]


def _read_link(href: str) -> tuple[str, int | None] | None:
    """Address and id of the plainest links, `/item/title` and `/item/title/id`; None for all others, which `_read_path` is for."""
    found = _PLAINEST(href)
    if found is None:
        return None
    segment, number = found.groups()
    title = decode_segment(segment)
    # nothing in it needs another spelling, and no query or entity can hide in it
    if not title.isalnum():
        return None
    if not number:
        return _ITEMS + title, None
    lemma_id = int(number)
    return (f"{_ITEMS}{title}/{lemma_id}", lemma_id) if lemma_id else None


def _read_href(segment: bytes, number: bytes, other: bytes) -> EntryRef | None:
    """One link the long way: entities, queries, old paths and hosts seen to."""
    path = other or b"/item/" + segment + (b"/" + number if number else b"")
    if not path.startswith((b"/item", b"/view", b"/subview")):
        path = b"/" + path.partition(b"//")[2].partition(b"/")[2]
    plain, _, query = unescape(path.decode("utf-8", "replace")).partition("?")
    return _read_path(plain, query)


SITE = Site(
    name=_NAME,
    title="百度百科",
    base=_BASE,
    hosts=frozenset({"baike.baidu.com", "m.baike.baidu.com", "wapbaike.baidu.com", "baike.baidu.hk"}),
    read_path=_read_path,
    find_refs=_find_refs,
    read_link=_read_link,
    missing_paths=("/error.html", "/search/none", "/error/"),
)
