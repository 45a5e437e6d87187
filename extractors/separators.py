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


_MAY_PART = re.compile(r"[\n；;、﹑､，,/／|｜\\·•‧・. 》」』”】）)和与及或]|元[\u4e00-\u9fff]")
_MARK = re.compile(
    r"""(?P<line>\n)
    | (?P<semi>[；;])
    | (?P<pause>[、﹑､])
    | (?P<comma>[，,])
    | (?P<title>(?<=[》」』”】])(?=[《「『“【])|(?<=[）)])(?=《))
    | (?P<dated>(?<=[）)])(?=[12]\d{3}[年.-]))
    | (?P<remarked>(?<=[）)])(?=[\u4e00-\u9fff]))
    | (?P<priced>(?<=元)(?=[\u4e00-\u9fff][^：:、，；\s]{1,11}[：:]\ ?\d))
    | (?P<colon>[：:])
    | (?P<slash>[/／|｜\\])
    | (?P<dot>[·•‧・.])
    | (?P<space>\ +)
    # not in 共和 温和 和平 和谐 ..., 埃及 普及 及时 及其 ..., 参与 与会, 或许
    | (?P<conj>以及|和[（(]或[）)]|和/或|(?<![共温缓饱调昭祥谦])和(?![平谐田服尚睦煦蔼])|(?<![埃普涉危触波论提顾])及(?![时其格第早])
      |(?<![参给赠])与(?!会)|或者|或(?![许是]))
    """,
    re.VERBOSE,
)
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
            sort = sort_of_space(text, start, end, kind)
        check = _CHECKS.get(sort)
        if sort and (check is None or check(text, start, end, kind)):
            marks.append(Mark(start, end, sort))
    runs = _runs(text, links) if marks else []
    return _outside(marks, runs) if runs else marks


def _colon(text: str, start: int, end: int, _kind: Kind) -> bool:
    """Not in 06:30, 4:1, http://."""
    return not (text[start - 1 : start].isdecimal() and text[end : end + 1].isdecimal()) and not text.startswith("//", end)


_CHECKS: dict[str, Callable[[str, int, int, Kind], bool]] = {
    "colon": _colon,
    "comma": comma_parts,
    "dot": dot_parts,
    "pause": pause_parts,
    "slash": slash_parts,
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
