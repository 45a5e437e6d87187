"""Every response goes to the archive, in the bytes in which it came.

Comes in: responses straight from the downloader, still encoded. Goes out: the same responses, and their records in the crawl's WARC files. The date
of the record travels with the request: it is the entry's `fetched_at`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest, NotConfigured

from baike_spider.archive import Exchange
from baike_spider.crawl.run import Run
from baike_spider.exits import OutputFailed
from baike_spider.shards import ShardError
from extractors import canonical_url, entry_url

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Headers, Response

    from baike_spider.crawl.plan import Plan

__all__ = ["ArchiveTap"]


class ArchiveTap:
    """Downloader middleware, the one next to the network. What cannot be archived is not handed on: the crawl ends, the lease goes back."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if not crawler.settings.getbool("BAIKE_ARCHIVE"):
            raise NotConfigured
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        run = Run.of(self._crawler)
        if run is None or run.archive is None or not response.url.startswith(("http:", "https:")):
            return response
        date = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        try:
            run.archive.add(_exchange(request, response, run.plan, date))
        except ShardError as error:
            run.fail(OutputFailed(str(error)))
            raise IgnoreRequest("the archive cannot be written") from error
        request.meta["fetched_at"] = date
        return response


def _exchange(request: Request, response: Response, plan: Plan, date: str) -> Exchange:
    url = plan.real_url(response.url)
    parts = urlsplit(response.url)
    lease = request.meta.get("lease")
    ref = plan.site.locate(lease.locator) if lease is not None else None
    asked = entry_url(ref) if ref is not None else ""
    return Exchange(
        url,
        date,
        response.status,
        _pairs(response.headers),
        response.body,
        protocol=response.protocol or "HTTP/1.1",
        method=request.method,
        target=f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}",
        request_headers=((b"Host", parts.netloc.encode("latin-1", "replace")), *_pairs(request.headers)),
        source=response.url if url != response.url else "",
        asked=asked if asked and canonical_url(url) != asked else "",
        ip=str(response.ip_address or ""),
    )


def _pairs(headers: Headers) -> tuple[tuple[bytes, bytes], ...]:
    return tuple((name, value) for name, values in headers.items() for value in values)
