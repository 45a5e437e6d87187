"""Where a text could be parted: separators outside brackets, numbers, chemical names, units, URLs and links.

Comes in: a row's text and kind. Goes out: marks in order. Whether a mark does part values is for `split` to decide.
Each check looks at a few characters around its mark: the whole is linear.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from extractors.brackets import enclosed
from extractors.guards import comma_parts, dot_parts, pause_parts, slash_parts, sort_of_space

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from extractors.kinds import Kind

__all__ = ["Mark", "find_marks", "may_part"]


class Mark(NamedTuple):
    """One possible parting of a text."""

    start: int
    end: int
    sort: str
    """line, semi, pause, comma, slash, title (》《), dated (）2012年), remarked (张三（饰甲）李四), priced (元成人：), dot, space,
    gap (a space before a label), colon, conj."""


_CLOSERS = "》」』”】）)"
_MAY_PART = re.compile(rf"[\n；;、﹑､，,/／|｜\\·•‧・. {_CLOSERS}和与及或]|元[\u4e00-\u9fff]")
_CANDIDATE = re.compile(rf"[\n；;、﹑､，,：:/／|｜\\·•‧・. {_CLOSERS}和与及或以元]")
#: the sort of a mark by its character; the others need a look around
_SORTS = {
    **dict.fromkeys("\n", "line"),
    **dict.fromkeys("；;", "semi"),
    **dict.fromkeys("、﹑､", "pause"),
    **dict.fromkeys("，,", "comma"),
    **dict.fromkeys("：:", "colon"),
    **dict.fromkeys("/／|｜\\", "slash"),
    **dict.fromkeys("·•‧・.", "dot"),
    **dict.fromkeys(_CLOSERS, "closer"),
    **dict.fromkeys("和与及或以", "conj"),
    " ": "space",
    "元": "priced",
}
#: not in 共和 温和 和平 和谐 ..., 埃及 普及 及时 及其 及以上 ..., 参与 与会, 或许
_CONJ = re.compile(
    r"以及|和[（(]或[）)]|和/或|(?<![共温缓饱调昭祥谦])和(?![平谐田服尚睦煦蔼])|(?<![埃普涉危触波论提顾以])及(?![时其格第早以])"
    r"|(?<![参给赠])与(?!会)|或者|或(?![许是])"
)
_SPACES = re.compile(" +")
_DATE_AHEAD = re.compile(r"[12]\d{3}[年.-]")
_PRICE_AHEAD = re.compile(r"[\u4e00-\u9fff][^：:、，；\s]{1,11}[：:] ?\d")
_HAN = re.compile("[\u4e00-\u9fff]")
_URL = re.compile(r"(?:[a-z]{3,5}://|www\.)[!-~]+")
#: after so many links that do not stand in the text it is not searched for any more
_LOST_LINKS = 16


def may_part(text: str) -> bool:
    """Whether `text` holds any separator at all; most rows do not."""
    return _MAY_PART.search(text) is not None


def find_marks(text: str, kind: Kind, links: Iterable[str] = ()) -> Sequence[Mark]:
    """The separators of `text` that stand free, in order; `links` are the row's anchor texts, none of which is parted.

    >>> from extractors.kinds import kind_of
    >>> [text.start for text in find_marks("1,000米、《甲、乙》", kind_of("长度"))]
    [6]
    """
    closed = enclosed(text)
    closed_at = past = 0
    marks = []
    for match in _CANDIDATE.finditer(text):
        at = match.start()
        if at < past:
            continue
        sort = _SORTS[text[at]]
        while closed_at < len(closed) and closed[closed_at][1] <= at:
            closed_at += 1
        if closed_at < len(closed) and closed[closed_at][0] <= at and (sort != "closer" or closed[closed_at][1] > at + 1):
            continue
        check = _CHECKS.get(sort)
        mark = Mark(at, at + 1, sort) if check is None else check(text, at, kind)
        if mark is not None:
            past = mark.end
            if mark.sort != "blank":
                marks.append(mark)
    runs = _runs(text, links) if marks else []
    return _outside(marks, runs) if runs else marks


def _guarded(parts: Callable[[str, int, Kind], bool], sort: str) -> Callable[[str, int, Kind], Mark | None]:
    return lambda text, at, kind: Mark(at, at + 1, sort) if parts(text, at, kind) else None


def _colon_parts(text: str, at: int, _kind: Kind) -> bool:
    """Not in 06:30, 4:1, http://."""
    return not (text[at - 1 : at].isdecimal() and text[at + 1 : at + 2].isdecimal()) and not text.startswith("//", at + 1)


def _conj(text: str, at: int, _kind: Kind) -> Mark | None:
    match = _CONJ.match(text, at)
    return None if match is None else Mark(at, match.end(), "conj")


def _space(text: str, at: int, kind: Kind) -> Mark | None:
    match = _SPACES.match(text, at)
    end = match.end() if match is not None else at + 1
    sort = sort_of_space(text, at, end, kind)
    # the run is passed over as a whole, also where it parts nothing
    return Mark(at, end, sort or "blank")


def _closer(text: str, at: int, _kind: Kind) -> Mark | None:
    """The place right behind a closing bracket."""
    end = at + 1
    after = text[end : end + 1]
    if after and after in ("《" if text[at] in "）)" else "《「『“【"):
        return Mark(end, end, "title")
    if text[at] not in "）)":
        return None
    if _DATE_AHEAD.match(text, end):
        return Mark(end, end, "dated")
    return Mark(end, end, "remarked") if _HAN.match(text, end) else None


def _priced(text: str, at: int, _kind: Kind) -> Mark | None:
    return Mark(at + 1, at + 1, "priced") if _PRICE_AHEAD.match(text, at + 1) else None


_CHECKS: dict[str, Callable[[str, int, Kind], Mark | None]] = {
    "closer": _closer,
    "colon": _guarded(_colon_parts, "colon"),
    "comma": _guarded(comma_parts, "comma"),
    "conj": _conj,
    "dot": _guarded(dot_parts, "dot"),
    "pause": _guarded(pause_parts, "pause"),
    "priced": _priced,
    "slash": _guarded(slash_parts, "slash"),
    "space": _space,
}


def _runs(text: str, links: Iterable[str]) -> list[tuple[int, int]]:
    """Where the URLs and the anchors stand that hold a separator themselves: 巴尔扎克和小裁缝 is one name where it is one anchor."""
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


def _outside(marks: Sequence[Mark], runs: Sequence[tuple[int, int]]) -> list[Mark]:
    kept = []
    run = 0
    for mark in marks:
        while run < len(runs) and runs[run][1] <= mark.start:
            run += 1
        if run == len(runs) or mark.end <= runs[run][0]:
            kept.append(mark)
    return kept
