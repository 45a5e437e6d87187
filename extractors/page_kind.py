"""What kind of page a site's other pages are: a search, an album, a user's. Comes in: a `Document` and the site's tables. Goes out: a word.

The tables are the sites' own; what counts for all is that an address says more than a title.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from extractors.document import Document

__all__ = ["page_kind"]

#: bytes behind `<title` in which a title ends
_REACH = 600


def page_kind(document: Document, *, paths: Mapping[str, str], titles: Mapping[str, str], suffix: str) -> str:
    """The kind by the beginning of the page's path, else by the end of its title, `suffix` off; "other" where neither is known."""
    try:
        path = urlsplit(document.page.url).path
    except ValueError:
        path = ""
    by_path = next((kind for start, kind in paths.items() if path.startswith(start)), None)
    if by_path:
        return by_path
    at = document.body.find(b"<title")
    title = document.text(at, at + _REACH).partition(">")[2].partition("</")[0].strip().removesuffix(suffix) if at >= 0 else ""
    return next((kind for end, kind in titles.items() if title.endswith(end)), "other")
