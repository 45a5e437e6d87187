"""What else a page of Baidu Baike can be: a category, an album, a history, a user, an error, or a layout that we do not know.

Comes in: a `Document` that no other layout claims. Goes out: `NotAnEntry` with the kind of page, or `UnknownLayout` when the page
does show an entry or stands at an entry's address: that is how changes of the template announce themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import NotAnEntry, UnknownLayout
from extractors.layouts import Layout
from extractors.page_kind import page_kind
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.lemma_markup import shows_entry
from extractors.sites.baidu_baike.missing import says_missing

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "not_an_entry"
#: what pages of the site hold somewhere, for those whose address nobody knows
_SITE_MARKS = (b"baike.baidu.com", b"bkssl.bdimg.com", b"baike.bdimg.com", "百度百科".encode())
#: path -> kind of page, all seen in 2019 but the last three
_PATHS = {
    "/historylist/": "history",
    "/history/": "history",
    "/pic/": "album",
    "/albums/": "album",
    "/picture/": "album",
    "/usercenter": "user",
    "/uc/": "user",
    "/wikicategory": "category",
    "/wikitag": "tag_list",
    "/tashuo": "article",
    "/planet": "talk",
    "/vbaike": "video",
    "/mall": "shop",
    "/search": "search",
    "/fenlei": "category",
    "/operation": "service",
    "/help": "service",
}
#: end of the page's title -> kind of page, for those whose address nobody knows
_TITLES = {"历史版本": "history", "的个人主页": "user", "分类": "category", "图片": "album", "百科TA说": "article"}


def _claims(document: Document) -> bool:
    return (document.site is not None and document.site.name == SITE.name) or document.has(*_SITE_MARKS)


def _read(document: Document) -> NoReturn:
    if says_missing(document):
        raise NotAnEntry("the site has no such entry", layout=_NAME, reason="missing")
    if shows_entry(document):
        raise UnknownLayout("an entry's title, summary or infobox is there, in no layout that we read", layout=_NAME)
    if document.ref is not None:
        raise UnknownLayout("a page at an entry's address, in no layout that we read", layout=_NAME)
    kind = page_kind(document, paths=_PATHS, titles=_TITLES, suffix="_百度百科")
    raise NotAnEntry(f"a page of the encyclopedia that is no entry ({kind})", layout=_NAME, reason=kind)


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=95)
