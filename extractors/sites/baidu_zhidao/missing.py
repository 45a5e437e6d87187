"""Pages by which Baidu Zhidao says that there is no such question.

Comes in: a `Document`. Goes out: a yes or no; the verdict is `not_a_question`'s. None of these pages was at hand: structure is taken from the encyclopedia's
error pages, words from what readers are told; both count only on short pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.sites.baidu_zhidao import SITE

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["says_missing"]

_STRUCTURE = (b'class="errorBox"', b'class="sorryBox"', b'class="no-result')
_WORDS = tuple(word.encode() for word in ("问题已被删除", "页面不存在", "问题不存在", "页面已删除"))
#: bytes of a page that is a notice and little else
_SHORT = 65_536


def says_missing(document: Document) -> bool:
    """Whether the page is the site's error page, or a short one that says that the question is gone."""
    try:
        path = urlsplit(document.page.url).path
    except ValueError:
        path = ""
    if path.startswith(SITE.missing_paths):
        return True
    return len(document.body) <= _SHORT and document.has(*_STRUCTURE, *_WORDS)
