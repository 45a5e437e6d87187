"""Pages by which Baidu Baike says that there is no such entry.

Comes in: a `Document`. Goes out: a yes or no; the verdict is `not_an_entry`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from extractors.sites.baidu_baike import SITE

if TYPE_CHECKING:
    from extractors.document import Document

__all__ = ["says_missing"]

#: the error page of 2019 (抱歉，您所访问的页面不存在...), and the list that phones were shown
_STRUCTURE = (b'class="errorBox"', b'class="sorryBox"', b'id="searchList"', b'class="no-result')


def says_missing(document: Document) -> bool:
    """Whether the page is the site's error page or an empty search."""
    url = document.page.url
    if url:
        try:
            path = urlsplit(url).path
        except ValueError:
            path = ""
        if path.startswith(SITE.missing_paths):
            return True
    return document.has(*_STRUCTURE)
