"""No request leaves this machine without a contact in its User-Agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from scrapy.exceptions import IgnoreRequest, NotConfigured

from baike_spider.crawl.plan import PLACEHOLDER, is_loopback

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler

__all__ = ["ContactMiddleware"]


class ContactMiddleware:
    """Drops requests to live sites, those of `scrapy shell` and `parse` too, while `BAIKE_CONTACT` is empty."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        if crawler.settings.get("BAIKE_CONTACT") not in (None, "", PLACEHOLDER):
            raise NotConfigured
        return cls()

    def process_request(self, request: Request) -> None:
        if request.url.startswith(("http:", "https:")) and not is_loopback(request.url):
            raise IgnoreRequest(f"{request.url}: a live site needs a contact; export BAIKE_CONTACT=you@example.org")
