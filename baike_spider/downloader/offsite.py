"""Redirects that are not followed: off the site (a refusal: the captcha lives on another host), and to the page that says that there is no such entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self
from urllib.parse import urljoin, urlsplit

from baike_spider.crawl.run import Run
from extractors import entry_ref

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

__all__ = ["OffsiteRedirectMiddleware"]


class OffsiteRedirectMiddleware:
    """Marks the request so that Scrapy hands the redirect to the spider, which says what it means."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        location = response.headers.get("Location")
        if location and 300 <= response.status < 400 and request.meta.get("lease") is not None:
            target = urljoin(request.url, location.decode("latin-1"))
            run = Run.of(self._crawler)
            # from a mirror nothing leads to the live site
            elsewhere = entry_ref(target) is None or (run is not None and run.plan.mirror)
            away = urlsplit(target).netloc != urlsplit(request.url).netloc and elsewhere
            if away or (run is not None and urlsplit(target).path.startswith(run.plan.site.missing_paths)):
                request.meta["dont_redirect"] = True
        return response
