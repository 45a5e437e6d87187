"""Where a text could be parted: separators outside brackets, numbers, chemical names, units, URLs and links.

Comes in: a row's text and kind. Goes out: marks in order. Whether a mark does part values is for `split` to decide.
Each check looks at a few characters around its mark: the whole is linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from extractors.brackets import enclosed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from extractors.kinds import Kind

__all__ = ["Mark", "find_marks", "may_part"]


class Mark(NamedTuple):
    """One possible parting of a text."""

    start: int
    end: int
    sort: str
    """line, semi, pause, comma, slash, title (》《), dated (）2012年), remarked (张三（饰甲）李四), priced (元成人：), dot, space, gap (before a label), colon, conj."""


_MAY_PART = re.compile(r"[\n；;、﹑､，,/／|｜\\·•‧・. 》」』”】）)和与及或]|元[\u4e00-\u9fff]")
_CJK = "\u2e80-\u2fff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff々〇"
_MARK = re.compile(
    rf"""(?P<line>\n)
    | (?P<semi>[；;])
    | (?P<pause>[、﹑､])
    | (?P<comma>[，,])
    | (?P<title>(?<=[》」』”】])(?=[《「『“【])|(?<=[）)])(?=《))
    | (?P<dated>(?<=[）)])(?=[12]\d{{3}}[年.-]))
    | (?P<remarked>(?<=[）)])(?=[\u4e00-\u9fff]))
    | (?P<priced>(?<=元)(?=[\u4e00-\u9fff][^：:、，；\s]{{1,11}}[：:]\ ?\d))
    | (?P<colon>[：:])
    | (?P<slash>[/／|｜\\])
    | (?P<dot>[·•‧・]|(?<=[{_CJK}）])\.(?=[{_CJK}《]))
    | (?P<space>\ +)
    # not in 共和 温和 缓和 和平 和谐 和田 和服 ..., 埃及 普及 涉及 及时 及其 ..., 参与 与会, 或许
    | (?P<conj>以及|和[（(]或[）)]|和/或|(?<![共温缓饱调昭祥谦])和(?![平谐田服尚睦煦蔼])|(?<![埃普涉危触波论提顾])及(?![时其格第早])|(?<![参给赠])与(?!会)|或者|或(?![许是]))
    """,
    re.VERBOSE,
)
_THOUSANDS = re.compile(r"[,，]\d{3}(?!\d)")
_SHORT_NUMBER = re.compile(r"(?<![\d.])\d{1,3}$|(?<=[,，]\d{3})$")
#: 1,2-二氯乙烷; N,N-二甲基甲酰胺; 2,2',4-三甲基
_LOCANTS = re.compile(r",(?:[0-9A-Za-z]{1,2}['′]?,){0,8}[0-9A-Za-z]{1,2}['′]?[-)(]")
#: Robert Downey, Jr.; Group Corp.,Ltd.
_NAME_TAIL = re.compile(r"[,，] ?(?:Jr|Sr|Ltd|LTD|Inc|INC|LLC|L\.L\.C|Co|Corp|S\.A|GmbH|Ph\.?D|M\.?D|II|III)\b")
_AMOUNT_BEFORE = re.compile(r"\d ?[^\s\d，、；,;/]{0,7}$")
#: 141大卡/100g
_PER = re.compile("100 ?(?:g|克|ml|mL|毫升)")
_INSIDE_WORD = re.compile(rf"[{_CJK}][A-Za-z0-9]{{1,8}}/|/[A-Za-z0-9]{{1,8}}[{_CJK}]")
_CJK_CHAR = re.compile(f"[{_CJK}]")
#: AC/DC, TCP/IP
_ABBREVIATED = re.compile("(?<![A-Za-z ])[A-Z]{1,3}/[A-Z]{1,3}(?![A-Za-z])")
_NAMED = frozenset({"title", "names", "orgs", "people"})
_HAN = re.compile("[\u3400-\u9fff]")
# Korean parts words with spaces, Japanese parts given names: between Chinese characters only
_BEFORE_SPACE = re.compile("[\u3400-\u9fff》”」』】）)]")
_AFTER_SPACE = re.compile("[\u3400-\u9fff《“「『【]")
_LABEL_AHEAD = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,10}[：:](?!/)")
_DATE_AHEAD = re.compile(r"[12]\d{3}[年./-]")
_NUMBERING = re.compile(r"(?:^|[\n；;，,。 ])(?:\d{1,2}|[一二三四五六七八九十])$")
_NUMERALS = frozenset("0123456789一二三四五六七八九十")
_URL = re.compile(r"(?:[a-z]{3,5}://|www\.)[!-~]+")
#: after so many links that do not stand in the text it is not searched for any more
_LOST_LINKS = 16


def may_part(text: str) -> bool:
    """Whether `text` holds any separator at all; most rows do not."""
    return _MAY_PART.search(text) is not None


def find_marks(text: str, kind: Kind, links: Iterable[str] = ()) -> list[Mark]:
    """The separators of `text` that stand free, in order; `links` are the row's anchor texts, none of which is parted.

    >>> from extractors.kinds import kind_of
    >>> [text.start for text in find_marks("1,000米、《甲、乙》", kind_of("长度"))]
    [6]
    """
    closed = enclosed(text)
    closed_at = 0
    marks = []
    for match in _MARK.finditer(text):
        start, end = match.span()
        while closed_at < len(closed) and closed[closed_at][1] <= start:
            closed_at += 1
        if closed_at < len(closed) and closed[closed_at][0] < start:
            continue
        sort = match.lastgroup or ""
        if sort == "space":
            sort = _space(text, start, end, kind)
        check = _CHECKS.get(sort)
        if sort and (check is None or check(text, start, end, kind)):
            marks.append(Mark(start, end, sort))
    runs = _runs(text, links) if marks else []
    return _outside(marks, runs) if runs else marks


def _comma(text: str, start: int, end: int, kind: Kind) -> bool:
    before = text[max(0, start - 8) : start]
    if kind.asks != "code" and _THOUSANDS.match(text, start) and _SHORT_NUMBER.search(before):
        return False
    if text[start] == "," and before[-1:].isalnum() and before[-1:].isascii() and _LOCANTS.match(text, start):
        return False
    return _NAME_TAIL.match(text, start) is None


def _slash(text: str, start: int, end: int, kind: Kind) -> bool:
    before, after = text[max(0, start - 10) : start], text[end : end + 10]
    if text[start] not in "/／":
        # Xbox Series X|S
        return not (before[-1:].isupper() and after[:1].isupper() and not after[1:2].isalpha())
    if kind.asks == "code":
        # 0754/0768; not S36/37/39, CN 11-2940/D
        return (len(before) > 2 and len(after) > 2 and before[-3:].isdecimal() and after[:3].isdecimal()) or (before != "" and before[-1] in "号级型")
    if kind.name == "title" and not (_HAN.match(before[-1:]) and _HAN.match(after)):
        return False
    if before[-1:].isdecimal() and after[:1].isdecimal():
        return False
    if _PER.match(after):
        return False
    if before[-1:].isascii() and before[-1:].isalpha() and after[:1].isascii() and after[:1].isalpha() and _INSIDE_WORD.search(text, max(0, start - 10), end + 10):
        return False
    if kind.name in _NAMED and _ABBREVIATED.search(text, max(0, start - 3), end + 4):
        return False
    if kind.test in ("amounts", "shape", "nouns") and _AMOUNT_BEFORE.search(before) and not after[:1].isdecimal():
        return False
    return True


def _dot(text: str, start: int, end: int, kind: Kind) -> bool:
    return start > 0 and end < len(text) and _CJK_CHAR.match(text[start - 1]) is not None and _AFTER_SPACE.match(text[end]) is not None


def _space(text: str, start: int, end: int, kind: Kind) -> str:
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


def _colon(text: str, start: int, end: int, kind: Kind) -> bool:
    return not (text[start - 1 : start].isdecimal() and text[end : end + 1].isdecimal()) and not text.startswith("//", end)


def _pause(text: str, start: int, end: int, kind: Kind) -> bool:
    """Not behind the number of a numbered member: 1、甲；2、乙."""
    return _NUMBERING.search(text, max(0, start - 3), start) is None or (end < len(text) and text[end] in _NUMERALS)


_CHECKS: dict[str, Callable[[str, int, int, Kind], bool]] = {"pause": _pause, "comma": _comma, "slash": _slash, "dot": _dot, "colon": _colon}


def _runs(text: str, links: Iterable[str]) -> list[tuple[int, int]]:
    """Where the URLs and the anchors of `text` stand that hold a separator themselves: 巴尔扎克和小裁缝 is one name where it is one anchor."""
    runs = [match.span() for match in _URL.finditer(text)] if "://" in text or "www." in text else []
    at = lost = 0
    for link in links:
        if not may_part(link):
            continue
        found = text.find(link, at)
        if found < 0:
            lost += 1
            if lost == _LOST_LINKS:
                break
            continue
        at = found + len(link)
        runs.append((found, at))
    return sorted(runs)


def _outside(marks: list[Mark], runs: list[tuple[int, int]]) -> list[Mark]:
    kept = []
    run = 0
    for mark in marks:
        while run < len(runs) and runs[run][1] <= mark.start:
            run += 1
        if run == len(runs) or mark.end <= runs[run][0]:
            kept.append(mark)
    return kept
