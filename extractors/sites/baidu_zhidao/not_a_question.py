"""What else a page of Baidu Zhidao can be: a search, a daily article, a team, the shop, an error, or a layout that we do not know.

Comes in: a `Document` that no other layout claims. Goes out: `NotAnEntry` with the kind of page, or `UnknownLayout` for a page at a question's own address that
shows none: that is how changes of the template announce themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import NotAnEntry, UnknownLayout
from extractors.layouts import Layout
from extractors.page_kind import page_kind
from extractors.sites.baidu_zhidao import SITE
from extractors.sites.baidu_zhidao.missing import says_missing

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "not_a_question"
#: hosts of the site's own scripts and styles since 2013, for pages whose address nobody knows; no page of the encyclopedia names them
_SITE_MARKS = (b"iknowpc.bdimg.com", b".iknow.bdimg.com", b"iknow-zhidao.bdimg.com", b"__IKNOW_GLOBAL__")
#: path -> kind of page, all seen in 2019 but the last three
_PATHS = {
    "/daily": "article",
    "/uteam": "team",
    "/team": "team",
    "/shop": "shop",
    "/activity": "activity",
    "/new": "ask",
    "/home/partner": "partner",
    "/business": "partner",
    "/misc": "service",
    "/search": "search",
    "/usercenter": "user",
    "/ihome": "user",
    "/index": "home",
}
#: end of the page's title -> kind of page, for those whose address nobody knows
_TITLES = {
    "知道日报特约作者": "article",
    "知道日报": "article",
    "知道团队": "team",
    "知道芝麻团": "team",
    "知道商城": "shop",
    "提问": "ask",
    "知道合伙人申请": "partner",
    "合伙人邀您一起加入": "partner",
    "账号申诉": "service",
    "百度知道搜索": "search",
}


def _claims(document: Document) -> bool:
    return (document.site is not None and document.site.name == SITE.name) or (document.site is None and document.has(*_SITE_MARKS))


def _read(document: Document) -> NoReturn:
    if says_missing(document):
        raise NotAnEntry("the site has no such page", layout=_NAME, reason="missing")
    if document.ref is not None and document.ref.lemma_id is not None:
        raise UnknownLayout("a page at a question's address, in no layout that we read", layout=_NAME)
    kind = page_kind(document, paths=_PATHS, titles=_TITLES, suffix="_百度知道")
    raise NotAnEntry(f"a page of {SITE.title} that is no question ({kind})", layout=_NAME, reason=kind)


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=94)
