"""One row's text into the texts of its values: lines, labelled parts, lists.

Comes in: a row's name, text and anchor texts. Goes out: pieces of the text in order, and the name of the rule that made them.
What a piece means (a date, an amount, a link) is for `values` to say.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from extractors.evidence import Parts, is_linked, is_list
from extractors.joins import join_of
from extractors.kinds import kind_of
from extractors.labels import labelled
from extractors.members import cut, latin_names, members, trimmed, without_etc
from extractors.numbering import may_be_numbered, numbered
from extractors.places import is_nested
from extractors.separators import find_marks, may_part
from extractors.stretch import Stretch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.kinds import Kind
    from extractors.members import Piece
    from extractors.separators import Mark

__all__ = ["is_one_word", "split"]

#: characters; the longest row that was seen has some thousand, what is longer than this is no list
_LIMIT = 20_000
#: the separators before which spaces and dots give way
_STRONG = frozenset({"semi", "pause", "comma", "slash"})

_DOT = frozenset({"dot"})
#: how offices end: 市委书记, 校长
_OFFICE = re.compile("(?:书记|[长理裁]|主任|主席|总监|教练|司令|政委|总统)$")

#: the texts of values and the rule that made them
Split = tuple[list[str], str]


def split(name: str, text: str, links: Sequence[str] = ()) -> Split:
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
    row = Stretch(text, 0, len(text), marks, kind, frozenset(links))
    if any(mark.sort == "line" for mark in marks):
        return _lines(row) or ([whole], "one value")
    return _line(row, whole)


def is_one_word(text: str) -> bool:
    """Whether a text is one value whatever its row, which nearly half of all are: nothing in it could part it, nor stand about it.

    >>> is_one_word("演员"), is_one_word("演员、歌手"), is_one_word("茶叶等"), is_one_word("《忘情水》"), is_one_word("")
    (True, False, False, False, False)
    """
    return text.isalnum() and not may_part(text) and not may_be_numbered(text) and "等" not in text


def _lines(row: Stretch) -> Split | None:
    """Every line on its own; None when all are empty."""
    values: list[str] = []
    rules: list[str] = []
    breaks = [at for at, mark in enumerate(row.marks) if mark.sort == "line"]
    for before, after in pairwise([-1, *breaks, len(row.marks)]):
        start = row.marks[before].end if before >= 0 else row.start
        end = row.marks[after].start if after < len(row.marks) else row.end
        if line := trimmed(row.text[start:end]):
            pieces, rule = _line(row.between(start, end, row.marks[before + 1 : after]), line)
            values += pieces
            if rule not in rules:
                rules.append(rule)
    return (values, ", ".join(["lines", *rules])) if values else None


def _line(line: Stretch, whole: str) -> Split:
    """A line: its numbered or labelled parts, or the list or statement that it is."""
    beginnings = numbered(line.text, line.start, line.end)
    if beginnings is not None:
        return [trimmed(line.text[start:end]) for start, end in pairwise([*beginnings, line.end])], "numbered members"
    if not line.marks:
        return _one(whole, line.kind)
    parts = labelled(line)
    if parts is None:
        return _list(line, whole)
    values: list[str] = []
    for part in parts:
        piece = trimmed(line.text[part.start : part.end])
        if part.has_label or not piece:
            values.append(piece)
        else:
            inside = [mark for mark in line.marks if part.start <= mark.start < part.end and mark.sort != "colon"]
            values += _list(line.between(part.start, part.end, inside), piece)[0]
    values = [value for value in values if value]
    return (values, "labelled parts") if len(values) > 1 else ([whole], "one labelled part")


def _list(stretch: Stretch, whole: str) -> Split:
    """A stretch of text without labels: a list or one statement."""
    pieces = cut(stretch, _cuts(stretch))
    if len(pieces) < 2:
        return _pair(stretch, whole)
    texts = [stretch.text[piece.start : piece.end] for piece in pieces]
    parts = Parts(texts, frozenset(piece.before for piece in pieces[1:]), [piece.before == "comma" for piece in pieces])
    evidence = is_list(parts, stretch.kind, stretch.linked)
    return (members(stretch, pieces), f"list of {evidence}") if evidence else ([whole], "one statement")


def _cuts(stretch: Stretch) -> Sequence[Mark]:
    """The marks that may part this stretch: the weaker ones only where nothing stronger does."""
    kind, text = stretch.kind, stretch.text
    allowed = (kind.cuts & _STRONG) | ({"title", "dated"} if kind.asks == "date" else {"title"})
    strong = [mark for mark in stretch.marks if mark.sort in allowed]
    if strong:
        # 你好，李焕英；热辣滚烫: among titles without their marks the comma is the weaker
        unmarked = kind.name == "works" and "《" not in text
        return [mark for mark in strong if not (unmarked and mark.sort == "comma")] or strong
    spaces = [mark for mark in stretch.marks if mark.sort == "space"] if "space" in kind.cuts else []
    if spaces:
        # 宋 代, 陈 数: single characters were spread out
        pieces = cut(stretch, spaces)
        if text[pieces[-1].start : pieces[-1].end] == "等":
            # 张三丰 李四光 等
            spaces, pieces = spaces[:-1], pieces[:-1]
        if not all(piece.end - piece.start > 1 for piece in pieces):
            return []
        # 书记 张三丰 市长 李四光: an office and who holds it are one
        return spaces[1::2] if kind.name == "people" and len(pieces) % 2 == 0 and _are_offices(text, pieces[::2]) else spaces
    dots = [mark for mark in stretch.marks if mark.sort == "dot"]
    if dots and (len(dots) > 1 if "dot" in kind.cuts else _parts_links(stretch, dots)):
        return dots
    if kind.name == "people" and text[stretch.end - 1] in "）)":
        return [mark for mark in stretch.marks if mark.sort == "remarked"]
    return []


def _are_offices(text: str, pieces: Sequence[Piece]) -> bool:
    return all(_OFFICE.search(text, piece.start, piece.end) for piece in pieces)


def _parts_links(stretch: Stretch, dots: Sequence[Mark]) -> bool:
    """Whether all that dots part is linked: 夏季联赛.季前赛.常规赛; but 中国·明朝 is one."""
    if not stretch.linked or stretch.kind.name == "address":
        return False
    texts = [stretch.text[piece.start : piece.end] for piece in cut(stretch, dots)]
    if stretch.kind.test == "places" and is_nested(texts, _DOT):
        return False
    return all(is_linked(text, stretch.linked) for text in texts)


def _pair(stretch: Stretch, whole: str) -> Split:
    """Two values that only a word joins, or one."""
    end = stretch.end - (len(whole) - len(without_etc(whole, stretch.kind)))
    joint = join_of(stretch.between(stretch.start, end, stretch.marks), others=())
    if joint is None:
        return _one(whole, stretch.kind)
    halves = trimmed(stretch.text[stretch.start : joint[0]]), trimmed(stretch.text[joint[1] : end])
    return [half for half in halves if half], "pair"


def _one(whole: str, kind: Kind) -> Split:
    """A text that nothing parts; but Latin names, which only their number of words parts."""
    if kind.name == "people" and " " in whole and (names := latin_names(whole)):
        return names, "pairs of Latin names"
    return [without_etc(whole, kind)], "one value"
