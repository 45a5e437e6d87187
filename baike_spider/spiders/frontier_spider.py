"""What every spider of ours shares: arguments become a plan, the plan opens a run, leases become requests."""

from __future__ import annotations

import logging
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from scrapy import Spider
from scrapy.exceptions import CloseSpider

from baike_spider.crawl.look import CONDITIONS, Look, short_digest
from baike_spider.crawl.plan import make_plan
from baike_spider.crawl.run import Run
from baike_spider.downloader.replay import replay_settings
from baike_spider.exits import RunError
from baike_spider.pipelines.verdicts import FetchFailed
from baike_spider.spiders.pages import page_of, utc_now, validators_of
from extractors import NotAnEntry, Refused, __version__

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from scrapy.http import Response
    from scrapy.settings import BaseSettings

    from baike_spider.crawl.plan import Plan
    from baike_spider.frontier import Lease
    from extractors import Page

__all__ = ["FrontierSpider"]

logger = logging.getLogger(__name__)

#: statuses of an overloaded or broken server: no page, asked for again later
_TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})


class FrontierSpider(Spider):
    """A spider whose requests come out of the frontier."""

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        super().update_settings(settings)
        replay_settings(settings)
        contact = settings.get("BAIKE_CONTACT")
        if contact:
            settings.set("USER_AGENT", f"baike-spider/{__version__} (+{contact})", priority="spider")

    def __init__(self, name: str | None = None, **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self._arguments = kwargs

    @cached_property
    def plan(self) -> Plan:
        """The plan of this crawl, made once. Raises RunError for arguments that make no sense."""
        return make_plan(self.name, self._arguments, self.settings)

    async def start(self) -> AsyncIterator[Any]:
        """Opens the run. Yields nothing: the scheduler hands out what the frontier leases."""
        try:
            Run.begin(self.crawler, self.plan)
        except RunError as error:
            logger.error("%s", error)
            raise CloseSpider(error.reason) from error
        nothing: tuple[Any, ...] = ()
        for request in nothing:
            yield request

    def is_unchanged(self, response: Response) -> bool:
        """Whether a page that was fetched again is the one that is stored, by the server's word or by its bytes; then its lease is settled.

        The word of a server that was not asked (a redirect led to another entry, see downloader/conditions.py) counts for nothing.
        """
        lease: Lease | None = response.meta.get("lease")
        look, run = Look.of(lease.note if lease else ""), Run.of(self.crawler)
        if lease is None or look is None or run is None or response.status not in (200, 304):
            return False
        if response.status == 304 and response.request is not None and not any(name in response.request.headers for name in CONDITIONS):
            return False
        digest = "" if response.status == 304 else f"sha256:{sha256(response.body).hexdigest()}"
        if digest and short_digest(digest) != look.digest:
            return False
        run.gate.good(run.host)
        run.ledger.unchanged(lease, at=utc_now(), validators=validators_of(response), digest=digest)
        return True

    def read(self, response: Response) -> Page:
        """The response as a page. Raises FetchFailed where the server could not answer, Refused where it sent us off the site,
        NotAnEntry where it has no such page."""
        page = page_of(response, self.plan)
        response.meta["page"] = page
        if response.status == 304:
            raise FetchFailed(f"HTTP 304 from {response.url}, which was not asked whether it changed")
        if response.status in _TEMPORARY:
            raise FetchFailed(f"HTTP {response.status} from {response.url}")
        if 300 <= response.status < 400:
            location = (response.headers.get("Location") or b"").decode("latin-1")
            if urlsplit(urljoin(response.url, location)).path.startswith(self.plan.site.missing_paths):
                raise NotAnEntry("the site has no such page", reason="missing")
            raise Refused(f"redirected off the site, to {location[:200]}", reason="redirect")
        return page
