"""robots.txt obeyed by every request, and a crawl that ends at once where it forbids every entry."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from twisted.internet.defer import Deferred

from baike_spider.crawl.run import Run

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

__all__ = ["RobotsMiddleware"]

logger = logging.getLogger(__name__)


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, with one fault mended and one question added."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        middleware = cls(crawler)
        crawler.signals.connect(middleware.robots_parsed, signal=signals.robots_parsed)
        return middleware

    async def robot_parser(self, request: Request) -> RobotParser | None:
        """The site's rules. Scrapy 2.19 gives them to the first request that waits for robots.txt and None, which allows
        everything, to those that wait beside it: these read them once more."""
        parser = await super().robot_parser(request)
        known = self._parsers.get(urlsplit(request.url).netloc)
        return parser if known is None or isinstance(known, Deferred) else known

    def robots_parsed(self, robotparser: RobotParser, request: Request, **_: Any) -> None:
        """Ends the crawl where no entry may be fetched, and says what remains lawful."""
        run = Run.of(self.crawler)
        if run is None or request.meta.get("lease") is None:
            return
        agent = self.crawler.settings["USER_AGENT"]
        root = f"{run.plan.mirror or run.plan.site.fetch_base or run.plan.site.base}{run.plan.site.prefix}"
        if robotparser.allowed(root, agent) or robotparser.allowed(request.url, agent):
            return
        logger.error(
            "robots.txt of %s forbids every entry; the crawl ends, nothing was fetched. Lawful inputs that remain: saved pages "
            "(baike extract FOLDER), WARC archives, the site's own API. robots.txt 禁止抓取全部词条，抓取结束；"
            "可用的合法来源：已保存的网页（baike extract 目录）、WARC 存档、官方 API。",
            run.plan.site.title,
        )
        run.stop("robots_forbidden")
