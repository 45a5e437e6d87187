"""One row's text into the texts of its values: lines, labelled parts, lists.

Comes in: a row's name, text and anchor texts. Goes out: pieces of the text in order, and the name of the rule that made them.
What a piece means (a date, an amount, a link) is for `values` to say.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.evidence import Parts, is_linked, is_list
from extractors.joins import join_of
from extractors.kinds import kind_of
from extractors.labels import labelled
from extractors.members import cut, latin_names, members, trimmed, without_etc
from extractors.numbering import may_be_numbered, numbered
from extractors.separators import find_marks, may_part

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from extractors.kinds import Kind
from extractors.separators import Mark

__all__ = ["split"]

#: characters; the longest row that was seen has some thousand, what is longer than this is no list
_LIMIT = 20_000


def split(name: str, text: str, links: Sequence[str] = ()) -> tuple[list[str], str]:
    """The texts of the values of a row and the rule that parted them.

    >>> split("职业", "演员、歌手"), split("气候条件", "气候温和、雨量充沛")
    ((['演员', '歌手'], 'list of terms'), (['气候温和、雨量充沛'], 'one statement'))
    """
    kind = kind_of(name)
    stripped = text.strip()
    if not stripped:
        return [], "empty"
    if kind.keep == "whole":
        return [stripped], f"{kind.name}: never parted"
    whole = stripped if kind.test == "nouns" else trimmed(stripped) or stripped
    if len(text) > _LIMIT:
        return [whole], "too long to part"
    marks = find_marks(text, kind, links) if may_part(text) else []
    if not marks and not may_be_numbered(stripped):
        return _one(whole, kind)
    linked = frozenset(links)
    if any(mark.sort == "line" for mark in marks):
        return _lines(text, marks, kind, linked) or ([whole], "one value")
    return _line(text, 0, len(text), marks, kind, linked, whole=whole)


def _lines(text: str, marks: Sequence[Mark], kind: Kind, linked: Container[str]) -> tuple[list[str], str] | None:
    """Every line on its own; None when all are empty."""
    values: list[str] = []
    rules: list[str] = []
    start = first = 0
    for at in [*(at for at, mark in enumerate(marks) if mark.sort == "line"), len(marks)]:
        end, after = (marks[at].start, marks[at].end) if at < len(marks) else (len(text), len(text))
        if line := trimmed(text[start:end]):
            pieces, rule = _line(text, start, end, marks[first:at], kind, linked, whole=line)
            values += pieces
            if rule not in rules:
                rules.append(rule)
        start, first = after, at + 1
    return (values, ", ".join(["lines", *rules])) if values else None


def _line(
    text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str], *, whole: str
) -> tuple[list[str], str]:
    """A line: its numbered or labelled parts, or the list or statement that it is."""
    beginnings = numbered(text, start, end)
    if beginnings is not None:
        return [trimmed(text[a:b]) for a, b in pairwise([*beginnings, end])], "numbered members"
    if not marks:
        return _one(whole, kind)
    parts = labelled(text, start, end, marks, kind)
    if parts is None:
        return _list(text, start, end, marks, kind, linked, whole=whole)
    values: list[str] = []
    for part in parts:
        piece = trimmed(text[part.start : part.end])
        if part.has_label or not piece:
            values.append(piece)
        else:
            inside = [mark for mark in marks if part.start <= mark.start < part.end and mark.sort != "colon"]
            values += _list(text, part.start, part.end, inside, kind, linked, whole=piece)[0]
    values = [value for value in values if value]
    return (values, "labelled parts") if len(values) > 1 else ([whole], "one labelled part")


def _list(
    text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str], *, whole: str
) -> tuple[list[str], str]:
    """A stretch of text without labels: a list or one statement."""
    pieces = cut(text, start, end, _cuts(text, start, end, marks, kind, linked))
    if len(pieces) < 2:
        return _pair(text, start, end, marks, kind, linked, whole=whole)
    texts = [text[piece.start : piece.end] for piece in pieces]
    parts = Parts(texts, frozenset(piece.before for piece in pieces[1:]), [piece.before == "comma" for piece in pieces])
    evidence = is_list(parts, kind, linked)
    if not evidence:
        return [whole], "one statement"
    return members(text, pieces, [mark for mark in marks if mark.sort == "conj"], kind, linked), f"list of {evidence}"


def _cuts(text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str]) -> Sequence[Mark]:
    """The marks that may part this stretch: the weaker ones only where nothing stronger does."""
    strong = [
        mark
        for mark in marks
        if (mark.sort in kind.cuts and mark.sort in _STRONG) or mark.sort == "title" or (mark.sort == "dated" and kind.asks == "date")
    ]
    if strong:
        # 你好，李焕英；热辣滚烫: among titles without their marks the comma is the weaker
        unmarked = kind.name == "works" and "《" not in text
        return [mark for mark in strong if not (unmarked and mark.sort == "comma")] or strong
    spaces = [mark for mark in marks if mark.sort == "space"] if "space" in kind.cuts else []
    if spaces:
        # 宋 代, 陈 数: single characters were spread out
        return spaces if all(piece.end - piece.start > 1 for piece in cut(text, start, end, spaces)) else []
    dots = [mark for mark in marks if mark.sort == "dot"]
    if len(dots) > 1 and "dot" in kind.cuts:
        return dots
    if (
        dots
        and linked
        and kind.test != "places"
        and all(is_linked(text[piece.start : piece.end], linked) for piece in cut(text, start, end, dots))
    ):
        return dots
    if kind.name == "people" and text[end - 1] in "）)":
        return [mark for mark in marks if mark.sort == "remarked"]
    return []


_STRONG = frozenset({"semi", "pause", "comma", "slash"})


def _pair(
    text: str, start: int, end: int, marks: Sequence[Mark], kind: Kind, linked: Container[str], *, whole: str
) -> tuple[list[str], str]:
    """Two values that only a word joins, or one."""
    end -= len(whole) - len(without_etc(whole, kind))
    joint = join_of(text, start, end, marks, kind, linked, others=())
    if joint is None:
        return _one(whole, kind)
    return [value for value in (trimmed(text[start : joint[0]]), trimmed(text[joint[1] : end])) if value], "pair"


def _one(whole: str, kind: Kind) -> tuple[list[str], str]:
    """A text that nothing parts; but Latin names, which only their number of words parts."""
    if kind.name == "people" and " " in whole and (names := latin_names(whole)):
        return names, "pairs of Latin names"
    return [without_etc(whole, kind)], "one value"
