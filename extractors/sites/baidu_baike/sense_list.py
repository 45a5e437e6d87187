"""Baidu Baike 2014-2022: the page that lists the senses of a name instead of showing one.

Comes in: a `Document`. Goes out: the verdict `SenseList` with the senses to follow. It can answer a plain `/item/X`; its title
repeats the name, 秋分（秋分）. The lists of React pages are told by `react`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from extractors.errors import SenseList, UnknownLayout
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.marks import sense_to
from extractors.text import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors.document import Document
    from extractors.model import Sense

__all__ = ["LAYOUT"]

_NAME = "sense_list"
_LIST = b"lemmaWgt-subLemmaListTitle"
_TITLE = b"lemmaWgt-lemmaTitle-title"
_REACH = 1_048_576
_H1 = re.compile(r"<h1[^<>]*>(.*?)</h1>", re.DOTALL)
_ITEM = re.compile(r"<a\s([^<>]*)>([^<]*)</a>")
_HREF = re.compile(r"""href\s{0,4}=\s{0,4}["']?([^"'<>\s]+)""")


def _claims(document: Document) -> bool:
    return document.class_at(_LIST) >= 0


def _read(document: Document) -> NoReturn:
    at = document.class_at(_LIST)
    top = max(document.body.rfind(_TITLE, 0, at), 0)
    heading = _H1.search(document.text(top, min(top + 4096, at)))
    title = plain(heading[1]) if heading else ""
    senses = tuple(dict.fromkeys(_senses(document, at, title)))
    if not senses:
        raise UnknownLayout("a list of senses is announced, but no sense could be read", layout=_NAME)
    raise SenseList(f"{title}: {len(senses)} senses", title=title, senses=senses, layout=_NAME)


def _senses(document: Document, at: int, title: str) -> Iterator[Sense]:
    """`姜越：歌手`: the name is the page's, the label is what follows."""
    start = document.body.find(b"<ul", at)
    end = document.first((b"</ul>", b"side-content"), start, start + _REACH) if start >= 0 else -1
    for attributes, inside in _ITEM.findall(document.text(start, end)) if end > start else ():
        href = _HREF.search(attributes)
        name, colon, label = plain(inside).partition("：")
        sense = sense_to(href[1], label if colon and label and name == title else plain(inside)) if href else None
        if sense:
            yield sense


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=50)
