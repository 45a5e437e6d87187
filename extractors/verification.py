"""How Baidu's verification pages look, whichever of its sites refuses.

Comes in: a `Document`. Goes out: a yes or no that the sites' verdict `Refused` is decided by, where the page shows nothing of the site's: size first, then structure, words
only where there is next to no text. Statuses like 403 are decided before, in `extractors.layouts`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors.tree import flow_of

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["is_verification"]

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


def is_verification(document: Document, *, base: str) -> bool:
    """Whether a page that shows no record of the site at `base` is one by which it refuses."""
    if len(document.body) > _LARGEST:
        return False
    if document.has(*_STRUCTURE):
        return True
    if document.ref is None and not document.has(*_WORDS):
        return False
    return b"<" in document.body and len(flow_of(document.tree, base).text) < _SILENT
