"""The record that a rejected page leaves, and what could not be read at all.

Comes in: a page and its verdict, an entry that is there already, or a word on what was skipped. Goes out: an object with the keys of `REJECT_FIELDS`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from extractors import entry_ref

if TYPE_CHECKING:
    from collections.abc import Iterator

    from extractors import Entry, Page, Verdict

__all__ = ["alias_records", "reject_record", "unread_record"]

#: verdicts whose page is kept, because it is to be read again by a better extractor
_KEPT = frozenset({"unknown_layout", "malformed"})


def reject_record(page: Page, verdict: Verdict) -> dict[str, Any]:
    """The line a rejected page leaves; its bytes are kept where a better extractor could read them."""
    return {
        "url": page.url,
        "source": page.source,
        "verdict": verdict.kind,
        "reason": verdict.reason,
        "message": str(verdict),
        "status": page.status,
        "fetched_at": page.fetched_at,
        "layout": verdict.layout,
        "body": base64.b64encode(page.body).decode("ascii") if verdict.kind in _KEPT else None,
    }


def unread_record(verdict: str, source: str, message: str, *, page: Page | None = None) -> dict[str, Any]:
    """The line of what has no verdict of its own: a damaged stretch of a file, or a page that the extractors failed on, which is kept."""
    return {
        "url": page.url if page else "",
        "source": source,
        "verdict": verdict,
        "reason": "",
        "message": message,
        "status": page.status if page else None,
        "fetched_at": page.fetched_at if page else None,
        "layout": "",
        "body": base64.b64encode(page.body).decode("ascii") if page else None,
    }


def alias_records(entry: Entry) -> Iterator[dict[str, Any]]:
    """The lines of an entry that came once more, by another address: its other names."""
    names = [ref.title for ref in (entry_ref(entry.source),) if ref is not None and ref.title and ref.title != entry.title]
    for name in dict.fromkeys([*names, *entry.aliases]):
        yield {
            "url": entry.url,
            "source": entry.source,
            "verdict": "alias",
            "reason": name,
            "message": f"{name} is another name of {entry.subject}",
            "status": 200,
            "fetched_at": entry.fetched_at,
            "layout": entry.layout,
            "body": None,
        }
