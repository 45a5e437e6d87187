"""robots.txt obeyed by every request, and a crawl that ends at once where it forbids every entry.

Comes in: requests. Goes out: those that the rules allow, once the rules are known: while robots.txt cannot be had (5xx, 408, 425, 429, no answer) every request
to its host waits (RFC 9309, 2.3.1.4); an answer 4xx, or redirects without end, forbid nothing (2.3.1.3). Its Crawl-delay goes to the gate.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy import Request, signals
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http.request import NO_CALLBACK
from scrapy.utils.misc import build_from_crawler

from baike_spider.crawl.gate import GateClosed
from baike_spider.crawl.run import Run

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

__all__ = ["RobotsMiddleware"]

logger = logging.getLogger(__name__)

#: statuses that say "not now" rather than "there is none", besides 5xx
_NOT_NOW = frozenset({408, 425, 429})
#: seconds until robots.txt is asked for again where it cannot be had; doubled each time
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 300.0
#: seconds for which the rules hold: a day, as RFC 9309 has it
_LIFETIME = 86_400.0
#: bytes that are read of it, as RFC 9309 has it
_LONGEST = 500 << 10


class _NotNow(Exception):
    """robots.txt cannot be had for now."""


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, with its own way to the rules."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._rules: dict[str, tuple[float, asyncio.Future[RobotParser]]] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def robot_parser(self, request: Request) -> RobotParser:
        """The rules of the request's host; whoever asks first fetches them for all. Raises IgnoreRequest when the crawl ends before."""
        host = urlsplit(request.url).netloc
        expires, rules = self._rules.get(host, (0.0, None))
        if rules is None or time.monotonic() > expires or (rules.done() and rules.exception()):
            rules = asyncio.ensure_future(self._fetch_rules(request))
            self._rules[host] = (time.monotonic() + _LIFETIME, rules)
        return rules.result() if rules.done() else await asyncio.shield(rules)

    async def _fetch_rules(self, request: Request) -> RobotParser:
        wait = _FIRST_WAIT
        while True:
            try:
                body = await self._fetch(request)
            except _NotNow as error:
                await self._rest(request, wait, error)
                wait = min(wait * 2, _LONGEST_WAIT)
            else:
                break
        rules: RobotParser = build_from_crawler(self._parserimpl, self.crawler, body[:_LONGEST])
        self._judge(rules, request)
        await self.crawler.signals.send_catch_log_async(signal=signals.robots_parsed, robotparser=rules, request=request)
        return rules

    async def _fetch(self, request: Request) -> bytes:
        """The text of robots.txt, empty where there is none. Raises _NotNow; IgnoreRequest when nothing may be sent."""
        parts = urlsplit(request.url)
        meta = {"dont_obey_robotstxt": True}
        asking = Request(f"{parts.scheme}://{parts.netloc}/robots.txt", priority=self.DOWNLOAD_PRIORITY, meta=meta, callback=NO_CALLBACK)
        assert self.crawler.engine is not None
        self._stats.inc_value("robotstxt/request_count")
        try:
            response: Response = await self.crawler.engine.download_async(asking)
        except IgnoreRequest as error:
            if "max redirections" in str(error):
                return b""
            raise
        except Exception as error:
            self._stats.inc_value(f"robotstxt/exception_count/{type(error)}")
            raise _NotNow(f"{type(error).__name__}: {error}") from error
        self._stats.inc_value("robotstxt/response_count")
        self._stats.inc_value(f"robotstxt/response_status_count/{response.status}")
        if response.status >= 500 or response.status in _NOT_NOW:
            raise _NotNow(f"HTTP {response.status}")
        return response.body if 200 <= response.status < 300 else b""

    async def _rest(self, request: Request, seconds: float, error: _NotNow) -> None:
        host, run = urlsplit(request.url).netloc, Run.of(self.crawler)
        if run is None:
            raise IgnoreRequest(f"robots.txt of {host} cannot be read for now ({error}), so nothing may be fetched") from error
        logger.warning(
            "robots.txt of %s cannot be read (%s): nothing is fetched until it can; next attempt in %.0f s", host, error, seconds
        )
        try:
            await run.gate.rest(seconds)
        except GateClosed as closed:
            raise IgnoreRequest(f"robots.txt of {host} was not read: {closed}") from closed

    def _judge(self, rules: RobotParser, request: Request) -> None:
        """Keeps the Crawl-delay. Ends the crawl where no entry may be fetched, and says what remains lawful."""
        run = Run.of(self.crawler)
        if run is None:
            return
        agent: Any = self._robotstxt_useragent or self.crawler.settings["USER_AGENT"]
        run.gate.keep_crawl_delay(urlsplit(request.url).netloc, rules.crawl_delay(agent) or 0.0)
        site = run.plan.site
        root = f"{run.plan.mirror or site.fetch_base or site.base}{site.prefix}"
        if request.meta.get("lease") is None or rules.allowed(root, agent) or rules.allowed(request.url, agent):
            return
        logger.error(
            "robots.txt of %s forbids every entry; the crawl ends, no entry is fetched any more. Lawful inputs that remain: saved pages "
            "(baike extract FOLDER), WARC archives, the site's own API. robots.txt 禁止抓取全部词条，抓取结束；"
            "可用的合法来源：已保存的网页（baike extract 目录）、WARC 存档、官方 API。",
            run.plan.site.title,
        )
        run.stop("robots_forbidden")
