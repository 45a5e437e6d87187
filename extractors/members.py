"""The members of a list, once it is known to be one.

Comes in: a text and the marks that part it. Goes out: its members without separators, enumerating 等 and half quotes.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from extractors.joins import join_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.kinds import Kind
    from extractors.separators import Mark
    from extractors.stretch import Stretch

__all__ = ["Piece", "cut", "latin_names", "members", "trimmed", "without_etc"]

_EDGE = " \u3000\n、﹑､，,；;|｜"
_COUNT = "(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,4})[多余]?[个条座家种项位名所处地国省市县人][\u4e00-\u9fff]{0,6}"
#: 孙建国等; 湖南等省; 湟水等30余条
_ETC = re.compile(f"(?<=.) ?等(?:等|人|地|国|省|市|县|处|{_COUNT})?$")
#: longer than any of these endings
_ETC_LENGTH = 16
#: words that end in 等 and enumerate nothing
_ETC_WORD = re.compile("^[中高初上下何此]等$|[平同对优劣次相特头甲乙一二三]等$")
_OPENERS = {"”": "“", "》": "《", "」": "「", "』": "『", "】": "【"}
_CLOSERS = {opener: closer for closer, opener in _OPENERS.items()}
_LATIN_WORD = re.compile(r"[A-Z][A-Za-z'’-]+$")
#: no row of Latin names is longer
_LATIN_LIMIT = 400


class Piece(NamedTuple):
    """A stretch of the text between two separators, trimmed."""

    start: int
    end: int
    before: str
    """The sort of the separator before it, "" at the start."""
    after: str


def cut(stretch: Stretch, marks: Sequence[Mark]) -> list[Piece]:
    """The non-empty pieces of a stretch that `marks` leave."""
    pieces: list[Piece] = []
    at, before = stretch.start, ""
    for mark_start, mark_end, sort in [*marks, (stretch.end, stretch.end, "")]:
        start, end = _edges(stretch.text, at, mark_start)
        if start < end:
            pieces.append(Piece(start, end, before if pieces else "", sort))
            before = sort
        at = mark_end
    return pieces


def members(stretch: Stretch, pieces: Sequence[Piece]) -> list[str]:
    """The members of a list; the last of each group is also parted at 和 and loses its 等."""
    texts = [stretch.text[piece.start : piece.end] for piece in pieces]
    joins = [mark for mark in stretch.marks if mark.sort == "conj"]
    starts = [mark.start for mark in joins]
    values: list[str] = []
    for piece, member in zip(pieces, texts, strict=True):
        if piece.after not in ("", "semi"):
            values.append(member)
            continue
        own = joins[bisect_left(starts, piece.start) : bisect_left(starts, piece.end)]
        values += _last_of_group(stretch.between(piece.start, piece.end, own), is_last=piece.after == "", others=texts[:-1])
    return [value for value in map(trimmed, values) if value]


def _last_of_group(member: Stretch, *, is_last: bool, others: Sequence[str]) -> list[str]:
    text, start, end, joins, kind, _ = member
    if joins and joins[0].start == start and joins[0].end < end and not kind.cuts.isdisjoint({"conj", "conj_but_yu"}):
        # 甲、乙，以及丙
        start, joins = joins[0].end, joins[1:]
    if text[end - 1] == "。" and is_last:
        end -= 1
    end = start + len(without_etc(text[start:end], kind))
    joint = join_of(member.between(start, end, joins), others=others)
    if joint is None:
        return [text[start:end]]
    return [without_etc(text[start : joint[0]], kind), text[joint[1] : end]]


def without_etc(member: str, kind: Kind) -> str:
    """`member` without an enumerating 等 at its end.

    >>> from extractors.kinds import kind_of
    >>> [without_etc(text, kind_of("特产")) for text in ("茶叶等", "男女平等", "湟水等30余条")]
    ['茶叶', '男女平等', '湟水']
    """
    if "等" not in member[-_ETC_LENGTH:]:
        return member
    match = _ETC.search(member, max(0, len(member) - _ETC_LENGTH))
    if match is None or (kind.name != "people" and _ETC_WORD.search(member)):
        return member
    return member[: match.start()]


def latin_names(text: str) -> list[str]:
    """Given names and surnames by turns, [] when the text is not that.

    >>> latin_names("Ron Cowen Daniel Lipman Sherman Yellen"), latin_names("Jean Claude Killy")
    (['Ron Cowen', 'Daniel Lipman', 'Sherman Yellen'], [])
    """
    words = text.split(" ") if len(text) <= _LATIN_LIMIT else []
    if len(words) < 4 or len(words) % 2 or not all(map(_LATIN_WORD.match, words)):
        return []
    return [f"{words[at]} {words[at + 1]}" for at in range(0, len(words), 2)]


def trimmed(text: str) -> str:
    """`text` without separators and halves of quotes at its ends."""
    text = text.strip(_EDGE)
    if len(text) > 1 and text[-1] in _OPENERS and _OPENERS[text[-1]] not in text:
        text = text[:-1].rstrip(_EDGE)
    if len(text) > 1 and text[0] in _CLOSERS and _CLOSERS[text[0]] not in text:
        text = text[1:].lstrip(_EDGE)
    return text


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end
