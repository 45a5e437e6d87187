"""Numbered members: 1.甲奖 2.乙奖; ①甲；②乙; （1）甲（2）乙.

Comes in: a line of a row's text. Goes out: where its numbered members begin, None when it is not numbered from one on.
"""

from __future__ import annotations

import re

__all__ = ["may_be_numbered", "numbered"]

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
_NUMBER = re.compile(rf"(?:^|(?<=[\s；;。，,、）)]))(?:(\d{{1,2}})[.．、)）](?!\d)|[（(](\d{{1,2}})[)）])|([{_CIRCLED}])")
_FIRST_CHARACTERS = frozenset(" 1(（①")
_FIRST = re.compile(r"\s*(?:1[.．、)）](?!\d)|[（(]1[)）]|①)")


def may_be_numbered(text: str, start: int = 0) -> bool:
    """Whether the text from `start` on begins with the number one of a list."""
    return text[start : start + 1] in _FIRST_CHARACTERS and _FIRST.match(text, start) is not None


def numbered(text: str, start: int, end: int) -> list[int] | None:
    """The beginnings of the numbered members between `start` and `end`.

    >>> numbered("1.甲奖 2.乙奖", 0, 9), numbered("1.5米 2.5米", 0, 9)
    ([0, 5], None)
    """
    if not may_be_numbered(text, start):
        return None
    beginnings: list[int] = []
    for match in _NUMBER.finditer(text, start, end):
        number = _CIRCLED.index(match[3]) + 1 if match[3] else int(match[1] or match[2])
        if number == len(beginnings) + 1:
            beginnings.append(match.start())
    return beginnings if len(beginnings) > 1 else None
