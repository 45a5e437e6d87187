"""Points and periods of time, as EDTF.

Comes in: the text of one value and the name of its row. Goes out: EDTF, or None when the whole value is not one date or one
period. Years before Christ are astronomical (公元前221年 is -0220). Nothing is computed from lunar or reign calendars: such a date
counts only by the Gregorian year that stands beside it.
"""

from __future__ import annotations

import re

from extractors.kinds import kind_of
from extractors.numerals import chinese_digits
from extractors.points import DIGIT, Point, day_of, read_point, year_of

__all__ = ["read_date"]

#: characters; no date is longer than this, remarks included
_LIMIT = 120
_HINT = re.compile("[0-9０-９年世]")
_WIDE = str.maketrans("０１２３４５６７８９．／－", "0123456789./-")
_REMARK = re.compile("[（(]([^（()）]*)[）)]")
#: the end of a period that leaves out what it shares with the beginning
_SHORT_END = re.compile(r"(?:(?P<month>\d{1,2}) ?(?:月|(?P<mark>[./])))?(?:(?P<day>\d{1,2}) ?[日号]?)?")
#: 20世纪60年代至70年代
_DECADE = re.compile("([0-9])0 ?年代")
_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d$")
_DASH = "-{1,2}|—{1,2}|–|―|─{1,2}|－|~|～|〜|−"
_TO = re.compile(rf" ?(?P<dash>{_DASH})? ?(?P<word>至|到)?(?P<now>至?今|现在|目前|连载中|播出中|更新中|[Pp]resent|[Nn]ow)? ?")
_BEFORE = re.compile(r"(?P<about>约于|约在|约为|大约在|大约|大概|约|ca?\. ?)|(?P<filler>自从|自|从|于|在|公历|阳历|西历|新历)")
_AFTER = re.compile(r"(?P<about>左右|前后|许)|(?P<doubt>[?？])|(?P<since>起|开始|以来)|(?P<filler>期间|之间|间)")
#: qualifying words to EDTF
_MARKS = {"about": "~", "doubt": "?", "since": "/.."}
_LUNAR = "(?:农历|阴历|旧历|夏历)"
_LUNAR_DAY = re.compile(rf" ?{_LUNAR}? ?(?:闰?(?:\d{{1,2}}|{DIGIT}{{1,3}})|[正腊冬])月(?:[初廿卅]|{DIGIT}|\d){{0,4}}日?")
_LUNAR_YEAR = re.compile(rf"{_LUNAR}(\d{{4}}|{DIGIT}{{4}})年")
#: 1944年6月17日（农历）: of such a date the year alone is the calendar's
_LUNAR_REMARK = re.compile(rf"[（(]{_LUNAR}[）)]")
#: a date of another calendar and a remark behind it: 清宣统三年（1911年）, 成化六年二月初四（1470年）, 农历八月十八（1961年）
_OTHER_CALENDAR = re.compile(
    rf"((?:{_LUNAR}|[^（()）—~～至-]{{0,12}}年)[^（()）—~～至-]{{0,12}}(?<=[年月日初间一二三四五六七八九十])) ?[（(]([^（()）]*)[）)]"
)
#: rows whose bare 25年 is a year of the calendar: a person's or a reign's
_LIFE = re.compile("[生卒逝]|去世|位")
#: how long somebody reigned, where no second year stands behind it
_YEARS = re.compile(r"\d{1,2} ?年$")


def read_date(text: str, *, predicate: str = "") -> str | None:
    """The EDTF of a value that is, remarks in brackets aside, one point or period of time.

    >>> read_date("1948年11月6日至1949年1月10日"), read_date("清宣统三年（1911年）"), read_date("每年9月7日")
    ('1948-11-06/1949-01-10', '1911', None)
    >>> read_date("1956"), read_date("1956", predicate="首版时间")
    (None, '1956')
    """
    if len(text) > _LIMIT or not _HINT.search(text):
        return None
    asks = kind_of(predicate).asks
    if asks == "code":
        return None
    text = text.translate(_WIDE).strip()
    asked = asks == "date"
    plain = _REMARK.sub("", text).strip() if "(" in text or "（" in text else text
    if asked and "在位" in predicate and _YEARS.match(plain):
        return None
    found = _period(plain, asked=asked, life=asked and _LIFE.search(predicate) is not None)
    if found is None and plain != text:
        beside = _OTHER_CALENDAR.sub(r"\2", text)
        found = _period(beside, asked=True, life=True) if beside != text else None
    if found is not None and plain != text and _FULL_DATE.match(found) and _LUNAR_REMARK.search(text):
        found = found[:4]
    # 寿命 100年 is a span of time
    return None if found is not None and asks == "amount" and "-" not in found else found


def _period(text: str, *, asked: bool, life: bool) -> str | None:
    """The EDTF of a text without remarks."""
    lunar = _LUNAR_YEAR.match(text)
    if lunar is not None:
        year = int(lunar[1]) if lunar[1].isdecimal() else chinese_digits(lunar[1])
        return f"{year:04d}" if year is not None and _LUNAR_DAY.fullmatch(text, lunar.end()) else None
    if "前约" in text:
        # 公元前约145年
        text = text.replace("公元前约", "约公元前", 1)
    about, at = _qualifier(_BEFORE, text, 0)
    start = read_point(text, at, life=life)
    if start is None:
        return None
    mark, at = _qualifier(_AFTER, text, start.end)
    if at == len(text):
        return start.edtf + (mark or about) if start.certain or asked else None
    if start.has_year_sign and _LUNAR_DAY.fullmatch(text, at):
        # 1985年农历五月初五: the year alone is the calendar's; 1988年4月5日 农历二月十九: one day in two calendars
        return start.edtf if _FULL_DATE.match(start.edtf) else year_of(start.year)
    return _interval(text, at, start, about if mark == "/.." else mark or about, asked=asked)


def _interval(text: str, at: int, start: Point, mark: str, *, asked: bool) -> str | None:
    """The EDTF of a period whose beginning has been read up to `at`."""
    to = _TO.match(text, at)
    if to is None or not (to["dash"] or to["word"] or to["now"]):
        return None
    if to.end() == len(text):
        is_open = to["now"] or (to["dash"] and (start.certain or asked))
        return f"{start.edtf}{mark}/.." if is_open else None
    end = None if to["now"] else _end(text, to.end(), start, asked=asked)
    return None if end is None else f"{start.edtf}{mark}/{end}"


def _end(text: str, at: int, start: Point, *, asked: bool) -> str | None:
    """The EDTF of a period's end, what it leaves out taken from the beginning."""
    short = _SHORT_END.fullmatch(text, at)
    if short is not None and (short["month"] or short["day"]) and (short["mark"] or start.mark) == start.mark:
        return _short_end(short, start)
    decade = _DECADE.fullmatch(text, at)
    if decade is not None and start.edtf[:3].isdecimal() and start.edtf[3:] == "X":
        return f"{start.edtf[:2]}{decade[1]}X" if decade[1] > start.edtf[2] else None
    about, at = _qualifier(_BEFORE, text, at)
    end = read_point(text, at, life=True)
    if end is None:
        return None
    mark, at = _qualifier(_AFTER, text, end.end)
    if at != len(text) or not (asked or start.certain or end.certain or not (start.bare and end.bare)):
        return None
    if start.bare and start.year < 0 < end.year <= -start.year and not end.era:
        # 公元前770-476年: the era stands once for both
        end = end._replace(edtf=year_of(1 - end.year), year=1 - end.year)
    return end.edtf + (mark or about) if start.year <= end.year else None


def _short_end(short: re.Match[str], start: Point) -> str | None:
    """2019年5月13日-6月20日, 2010.5.1-10.31, 2019年10月1日-7日."""
    year, *rest = start.edtf.rsplit("-", start.edtf[1:].count("-"))
    month = int(short["month"]) if short["month"] else int(rest[0]) if rest else 0
    end = day_of(year, month, int(short["day"] or 0))
    return end if end is not None and end[: len(start.edtf)] >= start.edtf[: len(end)] else None


def _qualifier(pattern: re.Pattern[str], text: str, at: int) -> tuple[str, int]:
    """The EDTF mark of the qualifying words from `at` on, and where they end."""
    mark = ""
    while at < len(text) and (match := pattern.match(text, at)) is not None:
        mark = _MARKS.get(match.lastgroup or "", "") or mark
        at = match.end()
    return mark, at
