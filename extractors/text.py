"""Text as people read it: white space, names of rows, senses.

Comes in: pieces of text and small pieces of HTML. Goes out: text to the contract. The markup of values is `extractors.flow`'s.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

__all__ = ["BREAK", "MARK", "bare_sense", "plain", "row_name", "row_name_of", "tidy", "unsurrogated"]

#: stand for a line break and for a footnote mark while text is gathered; slices are read without NULs, and nobody writes U+0001
BREAK, MARK = "\0", "\1"
_MARKS = re.compile(r"(\w?) ?\x01(?: ?\x01)* ?(\w?)", re.ASCII)
#: zero-width characters that editors leave behind
_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CJK = "\u2e80-\u9fff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\U00020000-\U0003ffff"
_CJK_GAP = re.compile(f"(?<=[{_CJK}]) (?=[{_CJK}])")
_ANY_TAG = re.compile(r"<[^<>]*>")
_LINE_TAG = re.compile(r"<(?:br|/?p|/?div|/?li|/?dd|/?tr)(?:\s[^<>]*)?/?>", re.IGNORECASE)
_OPENING, _CLOSING = "（([【", "）)]】"


def tidy(raw: str) -> str:
    """Gathered text by the contract: every run of white space one space, invisible characters out.

    >>> tidy(" 演员\\n 、\\xa0 歌手 ")
    '演员 、 歌手'
    """
    text = " ".join(raw.split())
    if text.isprintable():
        return text
    # something rarer is in it: footnote marks, line breaks, invisible characters
    if _INVISIBLE.search(text):
        text = " ".join(_INVISIBLE.sub("", raw).split())
    if MARK in text:
        text = _MARKS.sub(_closed, text)
    if BREAK in text:
        return "\n".join(filter(None, map(str.strip, text.split(BREAK))))
    return text.strip()


def _closed(mark: re.Match[str]) -> str:
    """What stands in place of a footnote mark and the white space about it: a space between two Latin words, else nothing."""
    before, after = mark[1], mark[2]
    return f"{before} {after}" if before and after else before + after


def unsurrogated(text: str) -> str:
    """JSON text without the halves of broken pairs, which no encoding can write."""
    return _SURROGATE.sub("", text) if not text.isascii() and _SURROGATE.search(text) else text


def plain(html: str) -> str:
    """The text of a small piece of HTML that holds no footnotes, without parsing it.

    >>> plain("<h1 >AC&amp;DC\\n</h1>")
    'AC&DC'
    """
    if "<" in html:
        html = _ANY_TAG.sub("", _LINE_TAG.sub(BREAK, html))
    return tidy(unescape(html) if "&" in html else html)


@lru_cache(maxsize=8192)
def row_name(raw: str) -> str:
    """The name of a row as people say it: padding and the trailing colon off.

    >>> row_name("别\\xa0\\xa0\\xa0\\xa0名："), row_name(" Logo  font "), row_name("\\xa0\\xa0")
    ('别名', 'Logo font', '')
    """
    return _CJK_GAP.sub("", tidy(raw).replace("\n", "")).rstrip(":：︰ ")


@lru_cache(maxsize=8192)
def row_name_of(html: str) -> str:
    """`row_name` of a name that is written in HTML.

    >>> row_name_of("别&nbsp;&nbsp;&nbsp;&nbsp;名")
    '别名'
    """
    return row_name(plain(html))


def bare_sense(text: str) -> str | None:
    """A sense without the brackets about it; None when nothing is left.

    >>> bare_sense("（中国香港男演员（歌手））"), bare_sense("()"), bare_sense("（甲）和（乙）")
    ('中国香港男演员（歌手）', None, '（甲）和（乙）')
    """
    text = text.strip()
    if text[:1] in _OPENING and text[-1:] in _CLOSING:
        depth = 0
        for character in text[:-1]:
            depth += (character in _OPENING) - (character in _CLOSING)
            if not depth:
                return text or None
        text = text[1:-1].strip()
    return text or None
