"""One row's text into the texts of its values: lines, labelled parts, lists.

Comes in: a row's name, text and anchor texts. Goes out: pieces of the text in order, and the name of the rule that made them.
What a piece means (a date, an amount, a link) is for `values` to say.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from extractors.evidence import Parts, is_linked, is_list
from extractors.joins import join_of
from extractors.kinds import kind_of
from extractors.labels import labelled
from extractors.separators import find_marks, may_part

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from extractors.kinds import Kind
    from extractors.separators import Mark

__all__ = ["split"]

#: the longest row that was seen has some thousand characters; what is longer than this is no list
_LIMIT = 20_000
_EDGE = " \u3000\n、﹑､，,；;|｜"
_STRONG = frozenset({"semi", "pause", "comma", "slash"})
#: 孙建国等; 湖南等省; 湟水等30余条
_ETC = re.compile("(?<=.) ?等(?:等|人|地|国|省|市|县|处|(?:[0-9]{1,4}|[一二三四五六七八九十百]{1,4})[多余]?[个条座家种项位名所处地国省市县人][\u4e00-\u9fff]{0,6})?$")
_ETC_LENGTH = 16
_ETC_WORD = re.compile("^[中高初上下何此]等$|[平同对优劣次相特头甲乙一二三]等$")
_HALF_QUOTES = {"”": "“", "》": "《", "」": "「", "』": "『", "】": "【"}
_LATIN_WORD = re.compile(r"[A-Z][A-Za-z'’-]+$")
#: no row of Latin names is longer
_LATIN_LIMIT = 400


class _Piece(NamedTuple):
    start: int
    end: int
    before: str
    """The sort of the separator before it, "" at the start."""
    after: str


def split(name: str, text: str, links: Sequence[str] = ()) -> tuple[list[str], str]:
    """The texts of the values of a row and the rule that parted them.

    >>> split("职业", "演员、歌手"), split("气候条件", "气候温和、雨量充沛")
    ((['演员', '歌手'], 'list of terms'), (['气候温和、雨量充沛'], 'one statement'))
    """
    kind = kind_of(name)
    whole = (_trim(text) if kind.test != "nouns" else "") or text.strip()
    if not whole:
        return [], "empty"
    if kind.keep == "whole":
        return [text.strip()], f"{kind.name}: never parted"
    if len(text) > _LIMIT:
        return [whole], "too long to part"
    marks = find_marks(text, kind, links) if may_part(text) else []
    if not marks:
        return _one(whole, kind)
    return _lines(text, marks, kind, frozenset(links)) or ([whole], "one value")


def _lines(text: str, marks: Sequence[Mark], kind: Kind, linked: Container[str]) -> tuple[list[str], str] | None:
    """Every line on its own."""
    breaks = [at for at, mark in enumerate(marks) if mark.sort == "line"]
    values: list[str] = []
    rules: list[str] = []
    start = first = 0
    for at in [*breaks, len(marks)]:
        end = marks[at].start if at < len(marks) else len(text)
        if (line := _trim(text[start:end])) and line:
            pieces, rule = _line(text, start, end, marks[first:at], kind, linked)
            values += pieces
            if rule not in rules:
                rules.append(rule)
        start, first = (marks[at].end, at + 1) if at < len(marks) else (end, at)
    if not values:
        return None
    return values, ", ".join(["lines", *rules] if breaks else rules)


def _line(text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str]) -> tuple[list[str], str]:
    whole = _trim(text[start:end]) if kind.test != "nouns" or end - start < len(text) else text.strip()
    if not marks:
        return _one(whole, kind)
    parts = labelled(text, start, end, marks, kind)
    if parts is not None:
        values = []
        for a, b, is_label in parts:
            if is_label:
                values.append(_trim(text[a:b]))
            else:
                values += _list(text, a, b, [mark for mark in marks if a <= mark.start < b and mark.sort != "colon"], kind, linked)[0]
        return [value for value in values if value], "labelled parts"
    return _list(text, start, end, marks, kind, linked)


def _list(text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str]) -> tuple[list[str], str]:
    """A stretch of text without labels: a list or one statement."""
    whole = _trim(text[start:end]) if kind.test != "nouns" or end - start < len(text) else text.strip()
    pieces = _cut(text, start, end, _cuts(marks, kind, text, start, end, linked))
    if len(pieces) < 2:
        end -= len(whole) - len(_without_etc(whole, kind))
        halves = join_of(text, start, end, marks, kind, linked, others=())
        if halves is not None:
            return [_trim(text[start : halves[0]]), _trim(text[halves[1] : end])], "pair"
        return _one(whole, kind)
    texts = [text[piece.start : piece.end] for piece in pieces]
    parts = Parts(texts, frozenset(piece.before for piece in pieces[1:]), [piece.before == "comma" for piece in pieces])
    evidence = is_list(parts, kind, linked)
    if not evidence:
        return [whole], "one statement"
    return _members(text, pieces, texts, [mark for mark in marks if mark.sort == "conj"], kind, linked), f"list of {evidence}"


def _cuts(marks: Sequence[Mark], kind: Kind, text: str, start: int, end: int, linked: Container[str]) -> list[Mark]:
    """The marks that may part this stretch: spaces and dots only where nothing stronger does."""
    cuts = [mark for mark in marks if mark.sort in kind.cuts or mark.sort == "title" or (mark.sort == "dated" and kind.asks == "date")]
    cuts = [mark for mark in cuts if mark.sort != "conj"]
    strong = [mark for mark in cuts if mark.sort not in ("space", "dot")]
    if strong:
        # 你好，李焕英；热辣滚烫: in names of works without title marks the comma is the weaker
        stronger = [mark for mark in strong if mark.sort != "comma"] if kind.name == "works" and "《" not in text else []
        return stronger or strong
    spaces = [mark for mark in cuts if mark.sort == "space"]
    if spaces:
        pieces = _cut(text, start, end, spaces)
        return spaces if all(piece.end - piece.start > 1 for piece in pieces) else []
    dots = [mark for mark in marks if mark.sort == "dot"]
    if len(dots) > 1 and "dot" in kind.cuts:
        return dots
    if dots and linked and kind.test != "places" and all(is_linked(text[piece.start : piece.end], linked) for piece in _cut(text, start, end, dots)):
        return dots
    if kind.name == "people" and text[end - 1] in "）)":
        # 张三（饰甲）李四（饰乙）
        return [mark for mark in marks if mark.sort == "remarked"]
    return []


def _cut(text: str, start: int, end: int, cuts: Sequence[Mark]) -> list[_Piece]:
    pieces: list[_Piece] = []
    at, before = start, ""
    for cut_start, cut_end, sort in [*((mark.start, mark.end, mark.sort) for mark in cuts), (end, end, "")]:
        a, b = _trimmed(text, at, cut_start)
        if a < b:
            pieces.append(_Piece(a, b, before if pieces else "", sort))
            before = sort
        at = cut_end
    return pieces


def _members(text: str, pieces: Sequence[_Piece], texts: Sequence[str], joins: Sequence[Mark], kind: Kind, linked: Container[str]) -> list[str]:
    """The members of a list: the last of each group also parted at 和, 等 taken off."""
    starts = [mark.start for mark in joins]
    values = []
    for piece, member in zip(pieces, texts, strict=True):
        if piece.after not in ("", "semi"):
            values.append(member)
            continue
        start, end = piece.start, piece.end
        mine = joins[bisect_left(starts, start) : bisect_left(starts, end)]
        if mine and mine[0].start == start and kind.cuts & {"conj", "conj_but_yu"} and mine[0].end < end:
            start, mine = mine[0].end, mine[1:]
        if text[end - 1] in "。." and piece.after == "":
            end -= text[end - 1] == "。"
        end = start + len(_without_etc(text[start:end], kind))
        halves = join_of(text, start, end, mine, kind, linked, others=texts[:-1])
        values += [text[start:end]] if halves is None else [_without_etc(text[start : halves[0]], kind), text[halves[1] : end]]
    return [value for value in map(_trim, values) if value]


def _without_etc(member: str, kind: Kind) -> str:
    if "等" not in member[-_ETC_LENGTH:]:
        return member
    match = _ETC.search(member, max(0, len(member) - _ETC_LENGTH))
    if match is None or (kind.name != "people" and _ETC_WORD.search(member)):
        return member
    return member[: match.start()]


def _one(whole: str, kind: Kind) -> tuple[list[str], str]:
    """A text that nothing parts, 等 taken off; but for Latin names, which only their number of words parts."""
    if kind.name == "people" and " " in whole and (names := _latin_names(whole)):
        return names, "pairs of Latin names"
    return [_without_etc(whole, kind)], "one value"


def _latin_names(text: str) -> list[str]:
    """Given name and surname by turns: Ron Cowen Daniel Lipman Sherman Yellen."""
    words = text.split(" ") if len(text) <= _LATIN_LIMIT else []
    if len(words) < 4 or len(words) % 2 or not all(map(_LATIN_WORD.match, words)):
        return []
    return [f"{words[at]} {words[at + 1]}" for at in range(0, len(words), 2)]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return start, end


def _trim(text: str) -> str:
    text = text.strip(_EDGE)
    if len(text) > 1 and text[-1] in _HALF_QUOTES and _HALF_QUOTES[text[-1]] not in text:
        text = text[:-1].rstrip(_EDGE)
    if len(text) > 1 and text[0] in _HALF_QUOTES.values() and not any(closer in text for closer, opener in _HALF_QUOTES.items() if opener == text[0]):
        text = text[1:].lstrip(_EDGE)
    return text
