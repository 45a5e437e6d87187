"""A Scrapy response as the extractors' `Page`: the one border between the two."""

from __future__ import annotations

import re
import time
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from baike_spider.crawl.look import Validators
from extractors import Page, entry_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.http import Response

    from baike_spider.crawl.plan import Plan

__all__ = ["page_of", "utc_now", "validators_of"]

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)


def utc_now() -> str:
    """The time of a fetch: UTC, ISO 8601, whole seconds."""
    return _written(int(time.time()))


@lru_cache(1)
def _written(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def validators_of(response: Response) -> Validators:
    """What the server gave to ask by next time."""
    return Validators.of(response.headers.get("ETag"), response.headers.get("Last-Modified"))


def page_of(response: Response, plan: Plan, *, now: Callable[[], str] = utc_now) -> Page:
    """The page of a response. `url` is the real site's even when a mirror answered; `source` is the address that was asked for,
    or the path of a local file."""
    charset = _CHARSET.search(response.headers.get("Content-Type") or b"")
    encoding = charset[1].decode("ascii") if charset else None
    if response.url.startswith("file:"):
        return Page(response.body, encoding=encoding, source=unquote(urlsplit(response.url).path))
    lease = response.meta.get("lease")
    url = plan.real_url(response.url)
    asked = plan.site.locate(lease.locator) if lease else None
    source = entry_url(asked) if asked else url
    # the archive's date, so that a replay gives the same entry
    fetched_at = response.meta.get("fetched_at") or now()
    return Page(response.body, url, encoding=encoding, status=response.status, fetched_at=fetched_at, source=source)
