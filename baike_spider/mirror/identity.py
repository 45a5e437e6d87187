"""Which entry a saved page is, read from the page itself where its address does not say it.

Comes in: one `SavedPage`. Goes out: the references of the entry it holds. The only place of the mirror that reads whole pages, one at
a time and at start only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.exits import BadInput
from extractors import EntryRef, Page, Question, SenseList, Verdict, entry_ref, extract_record

if TYPE_CHECKING:
    from baike_spider.mirror.saved import SavedPage

__all__ = ["Identity", "identity_of"]


@dataclass(frozen=True, slots=True)
class Identity:
    """What a page turned out to be."""

    refs: tuple[EntryRef, ...] = ()
    """The addresses of its entry, the canonical one first; empty when it is no entry."""
    aliases: tuple[str, ...] = ()
    """Synonyms of the entry's title."""


def identity_of(page: SavedPage, *, read_always: bool = True) -> Identity:
    """The identity that the page's own content gives it, or the one that its index line gives; empty when neither does.

    With `read_always` false a page whose address names a lemma id is believed unread. Raises BadInput for a file that cannot be read.
    """
    named = entry_ref(page.url) if page.url else None
    if page.lemma_id is not None and named is not None:
        return Identity((EntryRef(named.site, named.title, page.lemma_id),))
    if not page.file or not (read_always or named is None or named.lemma_id is None):
        return Identity()
    try:
        body = Path(page.file).read_bytes()
    except OSError as error:
        raise BadInput(f"{page.file}: cannot be read: {error.strerror}") from error
    try:
        entry = extract_record(Page(body, url=page.url, source=page.file))
    except SenseList as senses:
        return _of_senses(senses)
    except Verdict:
        return Identity()
    ref = entry_ref(entry.url)
    if ref is None:
        return Identity()
    if isinstance(entry, Question):
        return Identity((ref,))
    refs = (EntryRef(ref.site, entry.title, entry.lemma_id), ref) if entry.lemma_id is not None else (ref,)
    return Identity(refs, entry.aliases)


def _of_senses(senses: SenseList) -> Identity:
    """A sense list stands under the plain title, at the site that its senses are of."""
    first = next((ref for ref in (entry_ref(sense.url) for sense in senses.senses) if ref is not None), None)
    return Identity((EntryRef(first.site, senses.title),)) if first is not None and senses.title else Identity()
