"""Questions that layouts ask of a parsed slice.

Comes in: an lxml element. Goes out: its classes, what is inside it, the first element of a class. What text means to a reader
(footnotes, line breaks, collapsed values) is `extractors.text`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from lxml import etree

from extractors.flow import Flow, read_flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from lxml.etree import _Element

__all__ = ["classes", "first_of_class", "flow_of", "inner_text", "of_class"]


def classes(element: _Element) -> list[str]:
    """The words of an element's class."""
    css = element.get("class")
    return css.split() if css else []


def of_class(root: _Element, word: str, *tags: str) -> Iterator[_Element]:
    """The elements under `root`, itself included, that have the word in their class; all elements where no tags are given."""
    return (element for element in root.iter(*tags) if word in classes(element))


def first_of_class(root: _Element, word: str, *tags: str) -> _Element | None:
    """The first of `of_class`, None when there is none."""
    return next(of_class(root, word, *tags), None)


def inner_text(element: _Element) -> str:
    """All text inside an element, as it stands."""
    return "".join(cast("Iterable[str]", element.itertext()))


def flow_of(element: _Element | None, base: str) -> Flow:
    """What a reader sees of an element; nothing of None."""
    if element is None:
        return Flow("")
    return read_flow(etree.tostring(element, encoding="unicode", method="html", with_tail=False), base)
