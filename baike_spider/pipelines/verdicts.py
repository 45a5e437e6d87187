"""Sorts what is no entry: verdicts of the extractors, failed fetches, errors of ours.

Comes in: exceptions out of the spider's callbacks and of the downloader. Goes out: a counted reject and a settled
lease. A refusal is asked for again later, and told to the gate, which stops the crawl when it repeats; an unknown layout is kept with its bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from baike_spider.crawl.lists import listed
from baike_spider.crawl.run import Run
from baike_spider.exits import OutputFailed
from baike_spider.shards import ShardError, reject_record
from extractors import Malformed, NotAnEntry, Page, QuestionList, Refused, SenseList, UnknownLayout, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from baike_spider.crawl.ledger import Outcome
    from baike_spider.frontier import Lease

__all__ = ["FetchFailed", "VerdictMiddleware"]

logger = logging.getLogger(__name__)


class FetchFailed(Exception):
    """An answer that is no page: the server is overloaded or broken. To be asked again later."""


class VerdictMiddleware:
    """Spider middleware: nothing that a callback raises gets lost."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._refusal_seconds = crawler.settings.getfloat("BAIKE_REFUSAL_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_spider_input(self, response: Response) -> None:
        """A response that never passed the gate, because a cache or another middleware gave it, is no longer under way either."""
        run = Run.of(self._crawler)
        if run is not None:
            run.left(response.meta.get("lease"))

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[Any] | None:
        lease: Lease | None = response.meta.get("lease")
        run = Run.of(self._crawler)
        if isinstance(exception, Verdict):
            page = response.meta.get("page") or Page(response.body, response.url, status=response.status)
            self._count(f"extract/verdict/{exception.kind}")
            if run is None:
                logger.warning("%s: %s", exception.kind, exception)
            else:
                self._watch(run, response, exception)
                self._settle(run, page, exception, lease)
            return ()
        if run is None or lease is None:
            return None
        if isinstance(exception, FetchFailed):
            self._put_off(run, response, lease, str(exception))
            return ()
        self._count("extract/error")
        logger.exception("error of ours on %s; the page goes to the dead letters", response.url, exc_info=exception)
        error = UnknownLayout(f"{type(exception).__name__}: {exception}", reason="error")
        self._settle(run, response.meta["page"], error, lease)
        return ()

    def _watch(self, run: Run, response: Response, verdict: Verdict) -> None:
        """Refusals slow all workers down and end the run in the end; a page that is served, be it no entry, is a good sign."""
        if isinstance(verdict, Refused):
            run.gate.refused(run.host, left_at=response.meta.get("left_at", 0.0))
        elif isinstance(verdict, SenseList | QuestionList | NotAnEntry):
            run.gate.good(run.host)

    def _put_off(self, run: Run, response: Response, lease: Lease, error: str) -> None:
        """A host that throttles is no fault of the page: no attempt is held against it."""
        if "throttled" in response.meta:
            run.ledger.throttled(lease, delay=response.meta["throttled"])
        else:
            run.ledger.failed(lease, error)

    def _settle(self, run: Run, page: Page, verdict: Verdict, lease: Lease | None) -> None:
        outcome: Outcome = "done"
        if refs := listed(verdict, follow=run.plan.follow):
            run.ledger.follow(refs, depth=lease.depth + 1 if lease else 0)
        if isinstance(verdict, Refused):
            outcome = "again"
        elif isinstance(verdict, UnknownLayout | Malformed):
            outcome = "dead"
            logger.warning("%s: %s (%s)", verdict.kind, verdict, page.url)
        try:
            run.ledger.reject(reject_record(page, verdict), lease, outcome=outcome, delay=self._refusal_seconds)
        except ShardError as error:
            run.fail(OutputFailed(str(error)))

    def _count(self, name: str) -> None:
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value(name)
