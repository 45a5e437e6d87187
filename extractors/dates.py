"""Points and periods of time, as EDTF.

Comes in: the text of one value and the name of its row. Goes out: EDTF, or None when the whole value is not one date or one
period. Years before Christ are astronomical (公元前221年 is -0220). Nothing is computed from lunar or reign calendars: such a date
counts only by the Gregorian year that stands beside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from extractors.kinds import kind_of
from extractors.numerals import chinese_digits, chinese_number

__all__ = ["read_date"]

#: no date is longer than this, remarks included
_LIMIT = 120
_HINT = re.compile("[0-9０-９年世]")
_WIDE = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")
_REMARK = re.compile("[（(]([^（）()]*)[）)]")

_DIGIT = "[〇零○一二三四五六七八九十]"
_POINT = re.compile(
    rf"""(?P<era>(?:公元|西元)?前|公元|西元|[Bb]\.?[Cc]\.?)?\ ?(?:
      (?P<year>\d{{1,4}}|{_DIGIT}{{3,4}})\ ?年(?:\ ?(?P<month>\d{{1,2}}|{_DIGIT}{{1,3}})\ ?月份?(?:\ ?(?P<day>\d{{1,2}}|{_DIGIT}{{1,3}})\ ?[日号]?)?)?(?!代)
    | (?P<iso>\d{{4}})(?P<mark>[-./])(?P<iso_month>\d{{1,2}})(?:(?P=mark)(?P<iso_day>\d{{1,2}}))?(?!\d)日?
    | (?P<packed>[12]\d{{3}})(?P<packed_month>[01]\d)(?P<packed_day>[0-3]\d)(?!\d)
    | (?P<century>\d{{1,2}}|{_DIGIT}{{1,3}})\ ?世纪(?:(?P<tens>\d0|[一二三四五六七八九]十)\ ?年代)?
    | (?P<decade>\d{{3}})0\ ?(?:年代|s)
    | (?P<bare>\d{{3,4}})(?!\d)
    )""",
    re.VERBOSE,
)
#: the end of a period that leaves out what it shares with the beginning
_SHORT_END = re.compile(r"(?:(?P<month>\d{1,2}) ?(?:月|(?P<mark>[./])))?(?:(?P<day>\d{1,2}) ?[日号]?)?")
_TO = re.compile(r" ?(?P<dash>-{1,2}|—{1,2}|–|―|─{1,2}|－|~|～|〜|−)? ?(?P<word>至|到)?(?P<now>至?今|现在|目前|[Pp]resent|[Nn]ow)?\ ?")
_BEFORE = re.compile(r"(?P<about>约于|约在|约为|大约在|大约|大概|约|ca?\. ?)|(?P<filler>自从|自|从|于|在)")
_AFTER = re.compile(r"(?P<about>左右|前后|许)|(?P<doubt>[?？])|(?P<since>起|开始|以来)|(?P<filler>期间|之间|间)")
_LUNAR = "(?:农历|阴历|旧历|夏历)"
_LUNAR_DAY = re.compile(rf" ?{_LUNAR}? ?(?:闰?{_DIGIT}{{1,3}}|[正腊冬])月(?:[初廿卅]|{_DIGIT}){{0,4}}日?")
_LUNAR_YEAR = re.compile(rf"{_LUNAR}(\d{{4}})年")
#: a remark, and before it a date of another calendar: 清宣统三年（1911年）, 成化六年二月初四（1470年）, 农历八月十八（1961年）
_OTHER_CALENDAR = re.compile(rf"((?:{_LUNAR}|[^（()）—~～至-]{{0,12}}年)[^（()）—~～至-]{{0,12}}(?<=[年月日初一二三四五六七八九十])) ?[（(]([^（()）]*)[）)]")
#: qualifying words to EDTF
_MARKS = {"about": "~", "doubt": "?", "since": "/.."}
#: rows whose bare 25年 is a year of the calendar: a person's or a reign's
_LIFE = re.compile("[生卒逝]|去世|位")
#: days of the months; a 29 February is never refused, old calendars had more of them
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: a later "year" without any other sign is an amount: 历史 5000年
_LAST_YEAR = 2100


@dataclass(frozen=True, slots=True)
class _Point:
    """One end of a period."""

    edtf: str
    year: int
    certain: bool
    """It says by itself that it is a date; a bare number does not."""
    bare: bool
    """Digits only, no 年 behind them."""
    signs: tuple[str | None, str | None]
    """The era word and the separator that it was written with."""


def read_date(text: str, *, predicate: str = "") -> str | None:
    """The EDTF of a value that is, remarks in brackets aside, one point or period of time.

    >>> read_date("1948年11月6日至1949年1月10日"), read_date("清宣统三年（1911年）"), read_date("每年9月7日")
    ('1948-11-06/1949-01-10', '1911', None)
    >>> read_date("1956"), read_date("1956", predicate="首版时间")
    (None, '1956')
    """
    if len(text) > _LIMIT or not _HINT.search(text):
        return None
    text = text.translate(_WIDE).strip()
    asks = kind_of(predicate).asks
    if asks == "code":
        return None
    asked = asks == "date"
    plain = _REMARK.sub("", text).strip() if "(" in text or "（" in text else text
    found = _period(plain, asked=asked, life=asked and _LIFE.search(predicate) is not None)
    if found is None and plain != text:
        beside = _OTHER_CALENDAR.sub(r"\2", text)
        found = _period(beside, asked=True, life=True) if beside != text else None
    if found is not None and asks == "amount" and found.count("-") == 0:
        # 寿命 100年 is a span of time
        return None
    return found


def _period(text: str, *, asked: bool, life: bool) -> str | None:
    lunar = _LUNAR_YEAR.match(text)
    if lunar is not None:
        return lunar[1] if _LUNAR_DAY.fullmatch(text, lunar.end()) else None
    about, at = _qualifier(_BEFORE, text, 0)
    match = _POINT.match(text, at)
    if match is None:
        return None
    start = _point(match, life=life)
    if start is None:
        return None
    mark, at = _qualifier(_AFTER, text, match.end())
    if at == len(text):
        return start.edtf + (mark or about) if start.certain or asked else None
    mark = about if mark == "/.." else mark or about
    if _LUNAR_DAY.fullmatch(text, at):
        return start.edtf[:4] if match["year"] else None
    to = _TO.match(text, at)
    if to is None or not (to["dash"] or to["word"] or to["now"]):
        return None
    if to["now"] or (to["dash"] and to.end() == len(text) and (start.certain or asked)):
        return f"{start.edtf}{mark}/.." if to.end() == len(text) else None
    end = _end(text, to.end(), start, asked=asked, life=life)
    return f"{start.edtf}{mark}/{end}" if end is not None else None


def _end(text: str, at: int, start: _Point, *, asked: bool, life: bool) -> str | None:
    """The EDTF of a period's end, what it leaves out taken from the beginning."""
    short = _SHORT_END.match(text, at)
    if short is not None and short.end() == len(text) and (short["month"] or short["day"]) and (short["mark"] == start.signs[1] or not short["mark"]):
        return _short_end(short, start)
    about, at = _qualifier(_BEFORE, text, at)
    match = _POINT.match(text, at)
    point = _point(match, life=True) if match is not None else None
    if match is None or point is None:
        return None
    mark, at = _qualifier(_AFTER, text, match.end())
    if at != len(text) or not (asked or start.certain or point.certain or not (start.bare and point.bare)):
        return None
    if start.bare and start.year < 0 < point.year <= -start.year and not point.signs[0]:
        # 公元前770-476年: the era stands once for both
        point = replace(point, edtf=_year(1 - point.year), year=1 - point.year)
    return point.edtf + (mark or about) if start.year <= point.year else None


def _short_end(short: re.Match[str], start: _Point) -> str | None:
    year, *rest = start.edtf.rsplit("-", start.edtf[1:].count("-"))
    month = int(short["month"]) if short["month"] else int(rest[0]) if rest else 0
    day = int(short["day"]) if short["day"] else 0
    end = _day(year, month, day)
    return end if end is not None and end[: len(start.edtf)] >= start.edtf[: len(end)] else None


def _point(match: re.Match[str], *, life: bool) -> _Point | None:
    """The date that a match of `_POINT` writes; None when the calendar has no such day or the number is no year."""
    era, signs = match["era"], (match["era"], match["mark"])
    before = era is not None and era[-1] in "前cC."
    if match["century"]:
        return _century(match, before=before)
    if match["decade"]:
        return _Point(match["decade"] + "X", int(match["decade"]) * 10, certain=True, bare=False, signs=signs)
    digits = match["year"] or match["iso"] or match["packed"] or match["bare"]
    number = int(digits) if digits.isdecimal() else chinese_digits(digits)
    month, day = (_number(match["month"] or match["iso_month"] or match["packed_month"]), _number(match["day"] or match["iso_day"] or match["packed_day"]))
    if not number or (number > _LAST_YEAR and not before) or (len(digits) < 3 and not (era or life or day)) or (era == "前" and len(digits) < 3):
        return None
    year = 1 - number if before else number
    edtf = _day(_year(year), month, day)
    if edtf is None:
        return None
    certain = bool(era or (day and not match["packed"]) or (month and match["year"]) or (len(digits) == 4 and match["year"]))
    return _Point(edtf, year, certain=certain, bare=match["bare"] is not None, signs=signs)


def _century(match: re.Match[str], *, before: bool) -> _Point | None:
    number = _number(match["century"])
    if not 0 < number <= 21 + 40 * before:
        return None
    tens = match["tens"]
    decade = (tens[0] if tens[0].isdecimal() else str(chinese_number(tens[0]))) if tens else ""
    if before:
        # the first century BC is -0099 to 0000: its years begin with 00
        return None if tens else _Point(f"-{number - 1:02d}XX", -100 * number, certain=True, bare=False, signs=(match["era"], None))
    edtf = f"{number - 1:02d}{decade}X" if decade else f"{number - 1:02d}XX"
    return _Point(edtf, (number - 1) * 100 + int(decade or 0) * 10, certain=True, bare=False, signs=(match["era"], None))


def _year(year: int) -> str:
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def _number(digits: str | None) -> int:
    if not digits:
        return 0
    return int(digits) if digits.isdecimal() else chinese_number(digits) or 99


def _day(year: str, month: int, day: int) -> str | None:
    """Year, month and day (0: not said) as EDTF; None when the calendar has no such month or day."""
    if not month:
        return year if not day else None
    if month > 12 or day > _DAYS[month - 1]:
        return None
    return f"{year}-{month:02d}-{day:02d}" if day else f"{year}-{month:02d}"


def _qualifier(pattern: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
    """The EDTF mark of the qualifying words from `at` on, and where they end."""
    mark = ""
    while (match := pattern.match(text, at)) is not None:
        mark = _MARKS.get(match.lastgroup or "", "") or mark
        at = match.end()
    return mark, at
