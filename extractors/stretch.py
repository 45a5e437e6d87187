"""A stretch of a row's text and what is known about it: what the steps of `split` hand on to each other.

Holds no rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from extractors.kinds import Kind
    from extractors.separators import Mark

__all__ = ["Stretch"]


class Stretch(NamedTuple):
    """The text between two places, its separators, its row's kind and links."""

    text: str
    """The row's whole text; `start` and `end` lie in it."""
    start: int
    end: int
    marks: Sequence[Mark]
    kind: Kind
    linked: Container[str]
    """The texts of the row's links."""

    def between(self, start: int, end: int, marks: Sequence[Mark]) -> Stretch:
        """A part of the stretch."""
        return Stretch(self.text, start, end, marks, self.kind, self.linked)
