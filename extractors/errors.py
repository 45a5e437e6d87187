"""The verdicts: what a page can be when it is not an entry.

Comes in: nothing. Goes out: one exception tree that `extract` raises from, and that every caller sorts pages by.
A verdict is never a bug of ours: it says what the page is, where that was seen, and what to do next.

    Verdict
    ├── SenseList       a list of senses: no entry, but links to follow
    ├── QuestionList    a list of questions, or of categories of them: the same
    ├── NotAnEntry      category, album, history, user, search, error page: nothing to extract
    ├── Refused         verification page, 403, 安全校验: never an entry, to be fetched again later
    ├── UnknownLayout   an encyclopedia page that no layout claims, or whose markers yield nothing
    └── Malformed       no HTML: empty, binary, or damaged beyond reading
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from extractors.model import Sense
    from extractors.urls import EntryRef

__all__ = ["Malformed", "NotAnEntry", "QuestionList", "Refused", "SenseList", "UnknownLayout", "Verdict"]


class Verdict(Exception):
    """A page that is no entry. `kind` is the stable word for counters (`extract/verdict/<kind>`) and reject files."""

    kind: ClassVar[str] = "verdict"

    def __init__(self, message: str, *, layout: str = "", reason: str = "") -> None:
        super().__init__(message)
        #: one finer word for the same page, for example "history" or "robots"; may be empty
        self.reason = reason
        #: name of the layout that saw it, empty when none claimed the page
        self.layout = layout


class SenseList(Verdict):
    """A list of senses of one name: it yields no entry, and its `senses` are to be followed."""

    kind = "sense_list"

    def __init__(self, message: str, *, title: str, senses: tuple[Sense, ...], layout: str = "") -> None:
        super().__init__(message, layout=layout)
        self.title = title
        self.senses = senses


class QuestionList(Verdict):
    """A list of questions, or of categories: it yields no question, and its `refs` are to be followed."""

    kind = "question_list"

    def __init__(self, message: str, *, refs: tuple[EntryRef, ...], layout: str = "", reason: str = "") -> None:
        super().__init__(message, layout=layout, reason=reason)
        #: questions and further lists, each once, in reading order
        self.refs = refs


class NotAnEntry(Verdict):
    """A page of the site that is no entry, for example a category or an album."""

    kind = "not_an_entry"


class Refused(Verdict):
    """The site refused to show the page. It must be asked for again, later; it is never stored as an entry."""

    kind = "refused"


class UnknownLayout(Verdict):
    """An encyclopedia page that no layout can read: how template changes announce themselves. Keep the page."""

    kind = "unknown_layout"


class Malformed(Verdict):
    """Bytes that are no HTML and no known JSON."""

    kind = "malformed"
