"""Verification pages of Baidu: what the site answers instead of an entry when it refuses to show one.

Comes in: a `Document`. Goes out: the verdict `Refused`. A refusal is told by what it lacks (no entry in the markup), its size and
its structure; words count only on top of these. Statuses like 403 are decided before, in `extractors.layouts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import Refused
from extractors.layouts import Layout
from extractors.sites.baidu_baike import SITE
from extractors.sites.baidu_baike.lemma_markup import shows_entry
from extractors.sites.baidu_baike.missing import says_missing
from extractors.tree import flow_of

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "refusal"
#: the two pages at hand have 1.5 and 2.5 KB, one that was reported 4.4
_LARGEST = 32_768
#: scripts, addresses and classes of the verification pages (2025), and of the captcha that a 302 leads to
_STRUCTURE = (
    b"BIOC_OPTIONS",
    b"mkdjump",
    b"bfe_captcha",
    b"seccaptcha.baidu.com",
    b"wappass.baidu.com/static/captcha",
    b'class="timeout-title',
)
#: words of a page that has no entry, no other structure, and next to no text
_WORDS = tuple(word.encode() for word in ("安全校验", "安全验证", "网络不给力，请稍后重试"))
#: characters of visible text above which a page says something, and is no refusal
_SILENT = 400


def _claims(document: Document) -> bool:
    body = document.body
    if len(body) > _LARGEST or shows_entry(document) or says_missing(document):
        return False
    if document.has(*_STRUCTURE):
        return True
    if document.ref is None and not document.has(*_WORDS):
        return False
    return b"<" in body and len(flow_of(document.tree, SITE.base).text) < _SILENT


def _read(_document: Document) -> NoReturn:
    raise Refused("a verification page instead of an entry: ask again later, and more slowly", layout=_NAME, reason="verification")


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=90)
