"""Baidu Baike: how its entries are addressed. One file a template generation beside this one."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from extractors.sites import Site
from extractors.urls import EntryRef, decode_segment, decode_segments

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SITE"]

_NAME = "baidu_baike"
_ITEM = re.compile(r"/item/([^/]+)(?:/([0-9]{1,12}))?/?(?:\.html?)?\Z")
_ID_QUERIES = ("lemmaId", "lemmaid")
#: `/view/1758.htm`, `/subview/1758/5063.htm`: ids of an older numbering, kept as they stand
_OLD = re.compile(r"/(?:view/[0-9]{1,12}|subview/[0-9]{1,12}/[0-9]{1,12})\.html?\Z")
#: the links to entries in a page's bytes: title, id, the rest of an address that says more, and old addresses
_HREF = re.compile(
    rb"""href=["']?(?:(?:https?:)?//(?:m\.|wap)?baike\.baidu\.(?:com|hk))?"""
    rb"""(?:/item/([^"'<>\s#/?&]+)(?:/([0-9]{1,12}))?(?:(?=["'<>\s#])|([/?.&][^"'<>\s#]*))|(/(?:sub)?view/[^"'<>\s#?]+))"""
)


def _read_path(path: str, query: str) -> EntryRef | None:
    item = _ITEM.match(path)
    if item:
        title = " ".join(decode_segment(item[1]).split())
        if not title:
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


def _find_refs(area: bytes) -> Iterator[EntryRef]:
    """The entries that an area of a page links to, in reading order: what `_read_path` says of every href, at a fraction of the price."""
    found = list(dict.fromkeys(_HREF.findall(area)))
    titles = decode_segments([segment for segment, _, _, _ in found])
    for title, (segment, number, rest, old) in zip(titles, found, strict=True):
        if rest or old:
            href = old or b"/item/%b%b%b" % (segment, b"/" + number if number else b"", rest)
            path, _, query = unescape(href.decode("utf-8", "replace")).partition("?")
            ref = _read_path(path, query)
            if ref is not None:
                yield ref
        elif title.isalnum() or (title := " ".join(title.split())):
            yield EntryRef(_NAME, title, int(number) or None if number else None)


SITE = Site(
    name=_NAME,
    title="百度百科",
    base="https://baike.baidu.com",
    hosts=frozenset({"baike.baidu.com", "m.baike.baidu.com", "wapbaike.baidu.com", "baike.baidu.hk"}),
    read_path=_read_path,
    find_refs=_find_refs,
)
