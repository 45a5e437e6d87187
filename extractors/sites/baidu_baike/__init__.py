"""Baidu Baike: how its entries are addressed. One file a template generation beside this one."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from extractors.sites import Site
from extractors.urls import EntryRef, decode_segment

__all__ = ["SITE"]

_NAME = "baidu_baike"
_ITEM = re.compile(r"/item/([^/]+)(?:/(\d{1,12}))?/?(?:\.html?)?$")
_ID_QUERIES = ("lemmaId", "lemmaid")
#: `/view/1758.htm`, `/subview/1758/5063.htm`: ids of an older numbering, kept as they stand
_OLD = re.compile(r"/(?:view/\d{1,12}|subview/\d{1,12}/\d{1,12})\.html?$")


def _read_path(path: str, query: str) -> EntryRef | None:
    item = _ITEM.match(path)
    if item:
        title = " ".join(decode_segment(item[1]).split())
        if not title:
            return None
        lemma_id = int(item[2]) if item[2] else None
        if lemma_id is None and query:
            lemma_id = next((int(v) for k, v in parse_qsl(query) if k in _ID_QUERIES and v.isascii() and v.isdigit() and len(v) <= 12), None)
        return EntryRef(_NAME, title, lemma_id)
    if _OLD.match(path):
        return EntryRef(_NAME, "", None, path.removesuffix("l") if path.endswith(".html") else path)
    return None


SITE = Site(
    name=_NAME,
    title="百度百科",
    base="https://baike.baidu.com",
    hosts=frozenset({"baike.baidu.com", "m.baike.baidu.com", "wapbaike.baidu.com", "baike.baidu.hk"}),
    read_path=_read_path,
)
