"""Labelled parts of a row: 法语：X；英语：Y, 旺季：06:30~18:00 淡季：06:30~17:00.

Comes in: a stretch of a row's text and the separators in it. Goes out: where its labelled parts lie, None when it has no labels.
A label stands right behind a separator and ends in a colon; its part runs to the next label and may hold a list.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from extractors.kinds import Kind
    from extractors.separators import Mark
    from extractors.stretch import Stretch

__all__ = ["LabelledPart", "labelled"]

#: longer than any label that was seen (专业学位授权类别, 中国科学院院士)
_LONGEST = 14
#: kinds whose colons are parts of names: 指环王：王者归来, 矫正体态：方案设计
_COLONS_IN_NAMES = frozenset({"title", "works", "latin"})
_AHEAD = re.compile("[：:] ?[《“]")
#: how words end that say what kind of name follows, or whose: 英文名：, 号：, 四川方言：
_DESIGNATES = re.compile("(?:[名称号字语文话言译版写谥]|地区|[省市县国])$")
_SENTENCE = re.compile("[。！？]")


class LabelledPart(NamedTuple):
    """A stretch of the text."""

    start: int
    end: int
    has_label: bool


class _Label(NamedTuple):
    start: int
    before: Mark | None


def labelled(line: Stretch) -> list[LabelledPart] | None:
    """The labelled parts of a line, with what stands before the first label as a part without one."""
    _, start, end, marks, kind, _ = line
    labels = _labels(line) if any(mark.sort == "colon" for mark in marks) else []
    if not labels:
        return None
    first = labels[0]
    if first.before is not None and kind.test != "listed":
        # a colon in the midst of a description
        return None
    if len(labels) == 1 and kind.name == "names" and _is_part_of_name(line, first):
        return None
    if len(labels) == 1:
        return _one_label(start, end, first, marks)
    edges = [label.before.start if label.before is not None else start for label in labels[1:]]
    parts = [
        LabelledPart(a, b, has_label=True)
        for a, b in zip([first.start, *(label.start for label in labels[1:])], [*edges, end], strict=True)
    ]
    return parts if first.before is None else [LabelledPart(start, first.before.start, has_label=False), *parts]


def _one_label(start: int, end: int, label: _Label, marks: Sequence[Mark]) -> list[LabelledPart]:
    """唐伯虎，字子畏，号：六如居士、桃花庵主: the label's part ends where a separator like the one before it stands."""
    if label.before is None:
        return [LabelledPart(start, end, has_label=True)]
    level = label.before.sort
    edge = next((mark for mark in marks if mark.start > label.start and mark.sort == level), None)
    parts = [
        LabelledPart(start, label.before.start, has_label=False),
        LabelledPart(label.start, edge.start if edge else end, has_label=True),
    ]
    return [*parts, LabelledPart(edge.end, end, has_label=False)] if edge else parts


def _is_part_of_name(line: Stretch, label: _Label) -> bool:
    """铁面人：黎明/铁面人前传2: a title with its second part, and another title that begins like it; but 北方人：甲/乙."""
    colon = next(mark for mark in line.marks if mark.sort == "colon")
    word = line.text[label.start : colon.start]
    return label.before is None and len(word) > 2 and word[:2] in line.text[colon.end : line.end] and _DESIGNATES.search(word) is None


def _labels(line: Stretch) -> list[_Label]:
    text, start, _, marks, kind, _ = line
    labels: list[_Label] = []
    before: Mark | None = None
    for mark in marks:
        if mark.sort == "colon":
            at = before.end if before is not None else start
            if labels and labels[-1].start == at:
                continue
            label = text[at : mark.start].strip() if mark.start - at <= _LONGEST + 4 else ""
            if 0 < len(label) <= _LONGEST and _SENTENCE.search(label) is None and _names_no_thing(text, mark, kind):
                labels.append(_Label(at, before))
        elif mark.sort not in ("conj", "dot", "remarked"):
            before = mark
    return labels


def _names_no_thing(text: str, colon: Mark, kind: Kind) -> bool:
    """Whether the colon ends a label and is no part of a name."""
    if kind.name == "names" and text[colon.start] == ":" and text[colon.start - 1].isascii():
        # Star Wars: A New Hope
        return False
    return kind.name not in _COLONS_IN_NAMES or (kind.name == "works" and _AHEAD.match(text, colon.start) is not None)
