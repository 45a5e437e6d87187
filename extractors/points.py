"""One point of time in a text: 1961年9月27日, 公元前221年, 2004.10.5, 20世纪60年代.

Comes in: a text and where the point begins in it. Goes out: the `Point` and where it ends. Periods, remarks and qualifying words
are `dates`' matter.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from extractors.numerals import chinese_digits, chinese_number

__all__ = ["DIGIT", "Point", "day_of", "read_point", "year_of"]

#: one Chinese digit of a year, month or day
DIGIT = "[〇零○一二三四五六七八九十]"
_POINT = re.compile(
    rf"""(?P<era>(?:公元|西元)?前|公元|西元|[Bb]\.?[Cc]\.?)?\ ?(?:
      (?P<year>\d{{1,4}}|{DIGIT}{{3,4}})\ ?年
        (?:\ ?(?P<month>\d{{1,2}}|{DIGIT}{{1,3}})\ ?月份?(?:\ ?(?P<day>\d{{1,2}}|{DIGIT}{{1,3}})\ ?[日号]?)?)?(?!代)
    | (?P<iso>\d{{4}})(?P<mark>[-./])(?P<iso_month>\d{{1,2}})(?:(?P=mark)(?P<iso_day>\d{{1,2}}))?(?!\d)日?
    | (?P<packed>[12]\d{{3}})(?P<packed_month>[01]\d)(?P<packed_day>[0-3]\d)(?!\d)
    | (?P<century>\d{{1,2}}|{DIGIT}{{1,3}})\ ?世纪(?:(?P<tens>\d0|[一二三四五六七八九]十)\ ?年代)?
    | (?P<decade>\d{{3}})0\ ?(?:年代|s)
    | (?P<bare>\d{{3,4}})(?!\d)
    )""",
    re.VERBOSE,
)
#: days of the months; a 29 February is never refused, old calendars had more of them
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
#: a later "year" is an amount: 历史 5000年
_LAST_YEAR = 2100
_LAST_CENTURY, _FIRST_CENTURY = 21, 60


class Point(NamedTuple):
    """A point of time as it was written."""

    edtf: str
    year: int
    """Astronomical; the first one of a century or decade."""
    end: int
    """Where it ends in the text."""
    certain: bool
    """It says by itself that it is a date; a bare number does not."""
    bare: bool = False
    """Digits only, no 年 behind them."""
    has_year_sign: bool = False
    """年 stands behind the year."""
    era: str = ""
    """The word for the era before it (公元前)."""
    mark: str = ""
    """The separator of its digits: the dots of 2004.10.5."""


def read_point(text: str, at: int, *, life: bool) -> Point | None:
    """The point of time that begins at `at`; None when there is none, or none of the calendar.

    `life`: a year of one or two digits counts, as it does for a life or a reign of antiquity.

    >>> read_point("20世纪60年代", 0, life=False).edtf, read_point("1982年2月30日", 0, life=False)
    ('196X', None)
    """
    match = _POINT.match(text, at)
    if match is None:
        return None
    era = match["era"] or ""
    before = era != "" and era[-1] in "前cC."
    if match["century"]:
        return _century(match, before=before, era=era)
    if match["decade"]:
        return Point(match["decade"] + "X", int(match["decade"]) * 10, match.end(), certain=True)
    digits = match["year"] or match["iso"] or match["packed"] or match["bare"]
    number = int(digits) if digits.isdecimal() else chinese_digits(digits) or 0
    month = _number(match["month"] or match["iso_month"] or match["packed_month"])
    day = _number(match["day"] or match["iso_day"] or match["packed_day"])
    if not _is_year(number, len(digits), era=era, before=before, said=life or day > 0):
        return None
    year = 1 - number if before else number
    edtf = day_of(year_of(year), month, day)
    if edtf is None:
        return None
    certain = era != "" or (day > 0 and not match["packed"]) or (match["year"] is not None and (month > 0 or len(digits) == 4))
    signs = {"bare": match["bare"] is not None, "has_year_sign": match["year"] is not None}
    return Point(edtf, year, match.end(), certain, **signs, era=era, mark=match["mark"] or "")


def _is_year(number: int, digits: int, *, era: str, before: bool, said: bool) -> bool:
    """Whether a number is a year: 25年 alone is a span of time, so is 前3年, and 5000年."""
    if not number or (number > _LAST_YEAR and not before):
        return False
    return digits > 2 or (era not in ("", "前") or (era == "" and said))


def _century(match: re.Match[str], *, before: bool, era: str) -> Point | None:
    number, tens = _number(match["century"]), match["tens"]
    if not 0 < number <= (_FIRST_CENTURY if before else _LAST_CENTURY):
        return None
    if before:
        # the first century BC is -0099 to 0000: all its years begin with 00
        return None if tens else Point(f"-{number - 1:02d}XX", -100 * number, match.end(), certain=True, era=era)
    if not tens:
        return Point(f"{number - 1:02d}XX", number * 100 - 100, match.end(), certain=True, era=era)
    decade = int(tens[0]) if tens[0].isdecimal() else chinese_number(tens[0]) or 0
    return Point(f"{number - 1:02d}{decade}X", number * 100 - 100 + decade * 10, match.end(), certain=True, era=era)


def year_of(year: int) -> str:
    """An astronomical year as EDTF."""
    return f"-{-year:04d}" if year < 0 else f"{year:04d}"


def day_of(year: str, month: int, day: int) -> str | None:
    """Year, month and day (0: not said) as EDTF; None when the calendar has no such month or day."""
    if not month:
        return year if not day else None
    if month > 12 or day > _DAYS[month - 1]:
        return None
    return f"{year}-{month:02d}-{day:02d}" if day else f"{year}-{month:02d}"


def _number(digits: str | None) -> int:
    """A month, day or century in either script, 0 when it is not there, 99 when it is none."""
    if not digits:
        return 0
    return int(digits) if digits.isdecimal() else chinese_number(digits) or 99
