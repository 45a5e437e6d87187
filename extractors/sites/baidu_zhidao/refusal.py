"""Verification pages at an address of Baidu Zhidao.

Comes in: a `Document`. Goes out: the verdict `Refused`. Without an address the pages are the same as the encyclopedia's, whose layout tells them then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from extractors.errors import Refused
from extractors.layouts import Layout
from extractors.sites.baidu_zhidao import SITE
from extractors.sites.baidu_zhidao.missing import says_missing
from extractors.verification import is_verification

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["LAYOUT"]

_NAME = "zhidao_refusal"
#: the site's own pages, short ones too, are no refusals
_OWN = (b"iknowpc.bdimg.com", b".iknow.bdimg.com", b"iknow-zhidao.bdimg.com")


def _claims(document: Document) -> bool:
    if document.site is None or document.has(*_OWN):
        return False
    return is_verification(document, base=SITE.base) and not says_missing(document)


def _read(_document: Document) -> NoReturn:
    raise Refused("a verification page instead of a question: ask again later, and more slowly", layout=_NAME, reason="verification")


LAYOUT = Layout(_NAME, SITE.name, _claims, _read, rank=90, reads_json=True)
