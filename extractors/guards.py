"""Separators that part nothing: the comma of 1,000 and 1,2-二氯乙烷, the slash of g/cm3 and AC/DC, the space of an English name.

Comes in: a text, the place of one separator, the row's kind. Goes out: whether it may part values. Only a few characters
around the place are looked at.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from extractors.kinds import Kind

__all__ = ["comma_parts", "dot_parts", "pause_parts", "slash_parts", "sort_of_space"]

#: characters looked at on either side
_NEAR = 10
_THOUSANDS = re.compile(r"[,，]\d{3}(?!\d)")
_SHORT_NUMBER = re.compile(r"(?<![\d.])\d{1,3}$|(?<=[,，]\d{3})$")
#: 1,2-二氯乙烷; N,N-二甲基甲酰胺; 2,2',4-三甲基
_LOCANTS = re.compile(r",(?:[0-9A-Za-z]{1,2}['′]?,){0,8}[0-9A-Za-z]{1,2}['′]?[-)(]")
#: Robert Downey, Jr.; Group Corp.,Ltd.
_NAME_TAIL = re.compile(r"[,，] ?(?:Jr|Sr|Ltd|LTD|Inc|INC|LLC|L\.L\.C|Co|Corp|S\.A|GmbH|Ph\.?D|M\.?D|II|III)\b")
#: the number of a numbered member: 1、甲；2、乙
_NUMBERING = re.compile(r"(?:^|[\n；;，,。 ])(?:\d{1,2}|[一二三四五六七八九十])$")
_NUMERALS = frozenset("0123456789一二三四五六七八九十")
_AMOUNT_BEFORE = re.compile(r"\d ?[^\s\d，、；,;/]{0,7}$")
#: 141大卡/100g, 6.5L/100km
_PER = re.compile("100 ?(?:g|克|m[lL]|毫升|[kK][mM]|公里|千米)")
_LETTERS = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff々〇"
#: what begins another member and no unit: 90分钟 / 120分钟, 移动4G/联通5G
_NEXT_MEMBER = re.compile(" ?[\u4e00-\u9fff]{0,2}[0-9]")
#: 日本MBS/TBS系电视台
_INSIDE_WORD = re.compile(f"[{_LETTERS}][A-Za-z0-9]{{1,8}}/|/[A-Za-z0-9]{{1,8}}[{_LETTERS}]")
#: AC/DC, TCP/IP
_ABBREVIATED = re.compile("(?<![A-Za-z ])[A-Z]{1,3}/[A-Z]{1,3}(?![A-Za-z])")
_NAMED = frozenset({"title", "names", "orgs", "people"})
_EASTERN = re.compile(f"[{_LETTERS}]")
_HAN = re.compile("[\u3400-\u9fff]")
# Korean parts words with spaces, Japanese parts given names: between Chinese characters only
_BEFORE_SPACE = re.compile("[\u3400-\u9fff》”」』】）)]")
_AFTER_SPACE = re.compile("[\u3400-\u9fff《“「『【]")
_AFTER_DOT = re.compile("[A-Z\u3400-\u9fff《“「『【]")
_LABEL_AHEAD = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,10}[：:](?!/)")
_DATE_AHEAD = re.compile(r"[12]\d{3}[年./-]")


def comma_parts(text: str, start: int, kind: Kind) -> bool:
    """Not in digit groups, chemical locants, and before what belongs to a name."""
    before = text[max(0, start - _NEAR) : start]
    if kind.asks != "code" and _THOUSANDS.match(text, start) and _SHORT_NUMBER.search(before):
        return False
    if text[start] == "," and before[-1:].isalnum() and before[-1:].isascii() and _LOCANTS.match(text, start):
        return False
    return _NAME_TAIL.match(text, start) is None


def pause_parts(text: str, start: int, _kind: Kind) -> bool:
    """Not behind the number of a numbered member."""
    return _NUMBERING.search(text, max(0, start - 3), start) is None or text[start + 1 : start + 2] in _NUMERALS


def dot_parts(text: str, start: int, _kind: Kind) -> bool:
    """Only behind Chinese words, and before what may begin a name."""
    if start == 0 or _AFTER_DOT.match(text, start + 1) is None:
        return False
    return (_HAN if text[start] == "." else _EASTERN).match(text, start - 1) is not None


def slash_parts(text: str, start: int, kind: Kind) -> bool:
    """Not between digits, within abbreviations, words and units."""
    end = start + 1
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    if text[start] not in "/／":
        # Xbox Series X|S
        return not (before[-1:].isupper() and after[:1].isupper() and not after[1:2].isalpha())
    if kind.asks == "code":
        return _parts_codes(before, after)
    if kind.name == "title" and not (_HAN.match(before[-1:]) and _HAN.match(after)):
        # Fate/stay night
        return False
    if (before[-1:].isdecimal() and after[:1].isdecimal()) or _PER.match(after):
        return False
    if _is_latin(before[-1:]) and _is_latin(after[:1]):
        if _INSIDE_WORD.search(text, max(0, start - _NEAR), end + _NEAR):
            return False
        if kind.name in _NAMED and _ABBREVIATED.search(text, max(0, start - 3), end + 4):
            return False
    per_unit = kind.test in ("amounts", "shape", "nouns") and not _NEXT_MEMBER.match(after) and _AMOUNT_BEFORE.search(before)
    return not per_unit


def _parts_codes(before: str, after: str) -> bool:
    """0754/0768 and 24号/8号 are two each; S36/37/39 and CN 11-2940/D are one."""
    if len(before) > 2 and len(after) > 2 and before[-3:].isdecimal() and after[:3].isdecimal():
        return True
    return before != "" and before[-1] in "号级型"


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalpha()


def sort_of_space(text: str, start: int, end: int, kind: Kind) -> str:
    """What a run of spaces is: "space" or "title" where it may part values, "gap" where a label follows, else ""."""
    if start == 0 or end == len(text):
        return ""
    before, after = text[start - 1], text[end]
    if before in "》」』”】" and after in "《「『“【":
        return "title"
    if _BEFORE_SPACE.match(before) and (_AFTER_SPACE.match(after) or (before in "）)" and text[-1] in "）)" and after not in "（(")):
        return "space"
    if kind.name == "people" and before.isalpha() and _HAN.match(after) and _HAN.match(text):
        # 汤姆·汉克斯 Tom Hanks 梅格·瑞恩 Meg Ryan
        return "space"
    if kind.asks == "date" and (before.isdecimal() or before in "日月年）)") and _DATE_AHEAD.match(text, end):
        return "space"
    return "gap" if _LABEL_AHEAD.match(text, end) else ""
