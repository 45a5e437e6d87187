"""Where a list leads: the senses of a name, the questions and lists of a category.

Comes in: the verdict on a page that is a list. Goes out: what is queued for it, whether the page has just been fetched or is read again from the archive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from extractors import QuestionList, SenseList, entry_ref

if TYPE_CHECKING:
    from extractors import EntryRef, Verdict

__all__ = ["listed"]


def listed(verdict: Verdict, *, follow: str) -> list[EntryRef]:
    """What a list holds; nothing for other verdicts. Lists that were asked for give their questions even where nothing else is followed."""
    if isinstance(verdict, SenseList):
        return [ref for sense in verdict.senses if (ref := entry_ref(sense.url)) is not None]
    if isinstance(verdict, QuestionList):
        return [ref for ref in verdict.refs if follow != "none" or ref.lemma_id is not None]
    return []
