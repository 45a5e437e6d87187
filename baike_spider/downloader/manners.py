"""Every request, whoever sent it, leaves at the pace that all workers share; a host that asks for less gets less.

Comes in: requests on their last step before the network (pages, redirects, retries, robots.txt), and answers. Goes out: the same, later; 429 and 503
are told to the gate. The pace is `crawl/gate.py`'s, refusals are `pipelines/verdicts.py`'s.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from baike_spider.crawl.gate import GateClosed
from baike_spider.crawl.run import Run
from baike_spider.downloader.retry_after import retry_after

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["MannersMiddleware"]

#: the downloader's slot without a delay of its own, see DOWNLOAD_SLOTS
_SLOT = "gate"
_THROTTLING = frozenset({429, 503})


class MannersMiddleware:
    """Stands next to the network. Without a run (`scrapy shell`, `parse`) Scrapy's own delay holds."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_request(self, request: Request) -> None:
        run = Run.of(self._crawler)
        if run is None or not request.url.startswith(("http:", "https:")):
            return
        try:
            request.meta["left_at"] = await run.gate.enter(urlparse_cached(request).netloc)
        except GateClosed as error:
            raise IgnoreRequest(f"{request.url} was not sent: {error}") from error
        request.meta["download_slot"] = _SLOT
        run.left(request.meta.get("lease"))

    def process_response(self, request: Request, response: Response) -> Response:
        """Marks the request as `throttled`, with the seconds to wait, where the answer says more of the host than of the page."""
        request.meta.pop("throttled", None)
        run = Run.of(self._crawler)
        if run is None or response.status not in _THROTTLING or "left_at" not in request.meta:
            return response
        asked = retry_after(_header(response, "Retry-After"), date=_header(response, "Date"), now=datetime.now(UTC))
        pause, everywhere = run.gate.throttled(urlparse_cached(request).netloc, left_at=request.meta["left_at"], pause=asked)
        if pause or everywhere or response.status == 429:
            request.meta["throttled"] = pause
        return response


def _header(response: Response, name: str) -> str:
    return (response.headers.get(name) or b"").decode("latin-1")
