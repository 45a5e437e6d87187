"""Whether a page of Baidu Baike shows an entry at all, in any generation, known or not.

Comes in: a `Document`. Goes out: a yes or no that the verdicts refusal, not an entry and unknown layout are decided by. Words are no
evidence: real entries hold 安全验证 in their scripts, and an entry may be about a verification page.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["shows_entry"]

#: classes that every generation gives its title, summary or infobox, and none of the 60 saved pages that are no entries has
_ENTRY_CLASS = re.compile(
    rb"""<[a-z][a-z0-9]{0,9}\s[^<>]{0,200}class=["']?[^"'<>]{0,200}"""
    rb"""(?:lemma-?[tT]itle|lemma-?[sS]ummary|basic-?[iI]nfo|J-lemma-|J-basic-info|J-summary|lemma-title|biItemInner|cardFirstTd|card-summary)"""
)


def shows_entry(document: Document) -> bool:
    """Whether the page has the title, summary or infobox of an entry in its markup."""
    return _ENTRY_CLASS.search(document.body) is not None
