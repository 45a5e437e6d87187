"""The record that a rejected page leaves.

Comes in: a page and its verdict. Goes out: an object with the keys of `REJECT_FIELDS`.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from extractors import Page, Verdict

__all__ = ["reject_record"]

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
