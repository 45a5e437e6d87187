"""What a page of Baidu Zhidao says of itself in its script: `F.context('page', {qid: '51277646', title: '...', tags: '互联网', ...})`.

Comes in: a `Document` and a name. Goes out: the text under that name. All pages of questions from 2013 to 2024 have it; `tags` is there in 2024.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from extractors.text import tidy, unsurrogated

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["context_text"]

_PAGE = re.compile(rb"""F\.context\(\s{0,8}['"]page['"]\s{0,8},\s{0,8}\{""")
#: bytes of the object in which the question's own fields stand
_REACH = 16_384
#: what follows a field's name; its text has no more bytes than the reach of one look
_FIELD = re.compile(r"""['"]?\s{0,8}:\s{0,8}(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")""")
_LOOK = 4096
#: what stands before a name that is the field's and no part of another (`encodeQid`)
_BEFORE = b"{,'\" \t\r\n"


def context_text(document: Document, name: str) -> str:
    """The text under that name, tidy; "" when the page says nothing."""
    at = document.find(b"F.context('page'")
    page = _PAGE.search(document.body, at if at >= 0 else max(document.find(b"F.context("), 0))
    if page is None:
        return ""
    wanted, place, end = name.encode(), page.end() - 1, page.end() + _REACH
    while (place := document.body.find(wanted, place + 1, end)) >= 0:
        if document.body[place - 1] in _BEFORE:
            after = place + len(wanted)
            found = _FIELD.match(document.text(after, after + _LOOK))
            if found:
                return tidy(_unescaped(found[1] if found[1] is not None else found[2]))
    return ""


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    try:
        return unsurrogated(str(json.loads(f'"{_double_quoted(text)}"', strict=False)))
    except ValueError:
        return text.replace("\\", "")


def _double_quoted(text: str) -> str:
    """The inside of a script's text as JSON writes it: only the escapes that JSON knows, its own quotes escaped."""
    return re.sub(
        r'\\(u[0-9a-fA-F]{4}|[bfnrt/\\"])|\\(.)|(")', lambda m: m[0] if m[1] else f"\\{m[3]}" if m[3] else m[2], text, flags=re.DOTALL
    )
