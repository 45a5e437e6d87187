"""Names of files that may hold pages, by their endings.

Comes in: a name. Goes out: what it says; the first bytes of a file say more, see `bundles`.
"""

from __future__ import annotations

from baike_spider.archive.files import RECORD_NAMES

__all__ = ["FOREIGN_NAMES", "LINE_NAMES", "NAMES", "TAR_NAMES", "ZIP_NAMES", "holds_pages", "is_hidden"]

LINE_NAMES = (".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz", ".jsonl.zst", ".ndjson.zst")
ZIP_NAMES = (".zip", ".wacz")
TAR_NAMES = (".tar", ".tar.gz", ".tgz", ".tar.zst")
#: compressed in ways that are not undone
FOREIGN_NAMES = (".bz2", ".tbz2", ".xz", ".txz", ".7z", ".rar")
_PAGE_NAMES = (".html", ".htm", ".shtml", ".xhtml", ".json", ".html.gz", ".htm.gz", ".html.zst", ".htm.zst")
#: names that say, in small letters, that a file may hold pages
NAMES = (*RECORD_NAMES, *LINE_NAMES, *ZIP_NAMES, *TAR_NAMES, *FOREIGN_NAMES, *_PAGE_NAMES)


def is_hidden(name: str) -> bool:
    """Whether a file is none of the user's: .DS_Store, ._page.html. An entry's page is saved under its title, and a title may begin with a dot.

    >>> is_hidden(".NET.html"), is_hidden("._NET.html"), is_hidden(".pages.jsonl"), is_hidden("NET.html")
    (False, True, True, False)
    """
    return name.startswith(".") and (name.startswith("._") or not name.lower().endswith((".html", ".htm")))


def holds_pages(name: str) -> bool:
    """Whether a file in an archive may hold pages, by its name."""
    base = name.rpartition("/")[2].lower()
    return not is_hidden(base) and base.endswith(NAMES)
