"""Whether the files that `-o` and `-O` name can be written: known before a crawl of days, not after it.

Comes in: settings. Goes out: nothing, or an OutputFailed. Addresses of other machines and names with `%(time)s` in them are Scrapy's matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from baike_spider.exits import OutputFailed

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["check_feeds"]


def check_feeds(settings: BaseSettings) -> None:
    """Raises OutputFailed when a local feed cannot be written. Changes no file that is there."""
    for uri in settings.getdict("FEEDS"):
        path = _local(str(uri))
        if path is None:
            continue
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            is_new = not path.exists()
            path.open("ab").close()
            if is_new:
                path.unlink()
        except OSError as error:
            raise OutputFailed(f"the feed {path} cannot be written: {error.strerror or error}; give -o or -O another file") from error


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    if "%(" in uri or parts.scheme not in ("", "file"):
        return None
    return Path(unquote(parts.path)) if parts.scheme else Path(uri)
