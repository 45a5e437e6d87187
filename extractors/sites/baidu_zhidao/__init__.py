"""Baidu Zhidao (百度知道, questions and answers): how its questions and their lists are addressed.

The identity of a question is the number in its address: `http://zhidao.baidu.com/question/51277646.html`. Lists (categories, tags) have
no identity of their own: their reference is their path with the part of the query that chooses what they list.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import quote, unquote_to_bytes

from extractors.sites import Site
from extractors.urls import EntryRef

__all__ = ["HOME", "SITE"]

_NAME = "baidu_zhidao"
#: the path of the home page, which is a list of questions and categories
HOME = "/"
#: `/question/51277646.html`, `/question/1247295277789522099`, and one answer of it (2024): `/question/948489626667528852/answer/4470326395`
_QUESTION = re.compile(r"/question/([0-9]{1,20})(?:\.html?)?(?:/answer/[0-9]{1,20}(?:\.html?)?)?/?\Z")
#: `/browse/772` (2013), `/list?cid=106` (2019)
_LIST = re.compile(r"/(list|browse)(?:/([0-9]{1,12}))?/?\Z")
#: what a list's query may say of what it lists, in canonical order, and how that value is written; all else is tracking (`fr=daohang`)
_CHOOSES = {"cid": re.compile(r"[0-9]{1,12}"), "tag": None, "type": re.compile(r"[a-zA-Z]{1,20}"), "pn": re.compile(r"[0-9]{1,6}")}
#: values that say nothing
_DEFAULTS = {("type", "default"), ("pn", "0")}
#: characters of a tag at most; the longest of the 2,000 that a list of 2019 offers has 22
_LONGEST_TAG = 64
#: the links to questions and lists in a page's bytes
_HREF = re.compile(
    rb"""href=["']?(?:(?:https?:)?//(?:zhidao|wapiknow)\.baidu\.com)?(/(?:question/[0-9]|(?:list|browse)\b)[^"'<>\s#]{0,512})"""
)
_CHINESE = re.compile("[\u2e80-\u9fff]")
#: marks of a template that a script fills in: `/list?cid=106&tag=${itemTag}`
_UNFILLED = re.compile(r"[${}]")


def _read_path(path: str, query: str) -> EntryRef | None:
    question = _QUESTION.match(path)
    if question:
        number = int(question[1])
        return EntryRef(_NAME, "", number) if number else None
    listing = _LIST.match(path)
    if listing:
        place = f"/{listing[1]}/{int(listing[2])}" if listing[2] else f"/{listing[1]}"
        chosen = _chosen(query)
        return EntryRef(_NAME, "", None, f"{place}?{chosen}" if chosen else place)
    return EntryRef(_NAME, "", None, HOME) if path in ("", HOME) and not query else None


def _chosen(query: str) -> str:
    """The part of a list's query that chooses what it lists, in one spelling: the site writes and reads tags in GBK."""
    said: dict[str, str] = {}
    for part in query.split("&", 32):
        key, _, value = part.partition("=")
        if key in _CHOOSES and value and not _UNFILLED.search(value):
            said.setdefault(key, " ".join(_decoded(value.replace("+", " ")).split()))
    return "&".join(f"{key}={_spelled(key, said[key])}" for key in _CHOOSES if key in said and _counts(key, said[key]))


def _decoded(value: str) -> str:
    """The text of a percent-encoded value. 学校 in GBK is sound UTF-8 too, of two Cyrillic letters: UTF-8 is believed where it gives Chinese.

    >>> _decoded("%D1%A7%D0%A3"), _decoded("%E5%AD%A6%E6%A0%A1"), _decoded("O2O")
    ('学校', '学校', 'O2O')
    """
    raw = unquote_to_bytes(value)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    return text if raw.isascii() or _CHINESE.search(text) else raw.decode("gb18030", "replace")


def _counts(key: str, value: str) -> bool:
    form = _CHOOSES[key]
    return (form.fullmatch(value) is not None if form else 0 < len(value) <= _LONGEST_TAG) and (key, value) not in _DEFAULTS


def _spelled(key: str, value: str) -> str:
    return quote(value, safe="", encoding="gb18030", errors="replace") if key == "tag" else value


def _find_refs(body: bytes, start: int, end: int) -> list[EntryRef]:
    """The questions and lists that a stretch of a page links to, in reading order."""
    refs = []
    for href in dict.fromkeys(_HREF.findall(body, start, end)):
        path, _, query = unescape(href.decode("utf-8", "replace")).partition("?")
        ref = _read_path(path, query)
        if ref is not None:
            refs.append(ref)
    return refs


def _read_name(name: str) -> EntryRef:
    """A seed without an address: a number is a question's id, a path is one of the site, anything else is a tag."""
    name = " ".join(name.split())
    if name.isascii() and name.isdigit() and len(name) <= 20 and int(name):
        return EntryRef(_NAME, "", int(name))
    path, _, query = name.partition("?")
    ref = _read_path(path, query) if name.startswith("/") else None
    return ref or EntryRef(_NAME, "", None, f"/list?tag={_spelled('tag', name)}")


SITE = Site(
    name=_NAME,
    title="百度知道",
    base="http://zhidao.baidu.com",
    hosts=frozenset({"zhidao.baidu.com", "wapiknow.baidu.com"}),
    read_path=_read_path,
    find_refs=_find_refs,
    prefix="/question/",
    suffix=".html",
    holds="questions",
    fetch_base="https://zhidao.baidu.com",
    read_name=_read_name,
    missing_paths=("/error", "/search/none"),
)
