"""A question whether a page has changed is asked of that page alone: Scrapy carries it over redirects, also to other entries.

Comes in: requests. Goes out: the same, those that a redirect leads to another entry without `If-None-Match` and `If-Modified-Since`. Without this an entry
that is merged into another would count as unchanged, because the other page is old enough.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from baike_spider.crawl.look import CONDITIONS, Look, entry_name
from baike_spider.crawl.run import Run
from extractors import entry_ref

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

    from baike_spider.frontier import Lease

__all__ = ["ConditionsMiddleware"]


class ConditionsMiddleware:
    """Stands between the redirects and the network."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        lease: Lease | None = request.meta.get("lease")
        if lease is None or "redirect_urls" not in request.meta or self._leads_to(lease, request.url):
            return
        for name in CONDITIONS:
            request.headers.pop(name, None)

    def _leads_to(self, lease: Lease, url: str) -> bool:
        """Whether the address is one of the entry that was looked at."""
        look, run = Look.of(lease.note), Run.of(self._crawler)
        real = run.plan.real_url(url) if run is not None else url
        ref = entry_ref(real)
        if look is None or ref is None:
            return False
        return ref.locator == lease.locator or entry_name(ref.lemma_id, real) == look.entry
