"""Sorts what is no entry: verdicts of the extractors, failed fetches, errors of ours.

Comes in: exceptions out of the spider's callbacks and of the downloader. Goes out: a counted reject and a settled
lease. A refusal is asked for again later and stops the crawl when it repeats; an unknown layout is kept with its bytes.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self

from baike_spider.crawl.ledger import Outcome, reject_record
from baike_spider.crawl.run import Run
from baike_spider.exits import OutputFailed
from baike_spider.shards import ShardError
from extractors import Malformed, Page, QuestionList, Refused, SenseList, UnknownLayout, Verdict, entry_ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from baike_spider.frontier import Lease

__all__ = ["FetchFailed", "VerdictMiddleware"]

logger = logging.getLogger(__name__)


class FetchFailed(Exception):
    """An answer that is no page: the server is overloaded or broken. To be asked again later."""


class VerdictMiddleware:
    """Spider middleware: nothing that a callback raises gets lost."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._refusals_to_stop = crawler.settings.getint("BAIKE_REFUSALS_TO_STOP")
        self._refusal_seconds = crawler.settings.getfloat("BAIKE_REFUSAL_SECONDS")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_spider_exception(self, response: Response, exception: Exception) -> Iterable[Any] | None:
        lease: Lease | None = response.meta.get("lease")
        run = Run.of(self._crawler)
        if isinstance(exception, Verdict):
            page = response.meta.get("page") or Page(response.body, response.url, status=response.status)
            self._count(f"extract/verdict/{exception.kind}")
            if run is None:
                logger.warning("%s: %s", exception.kind, exception)
            else:
                self._settle(run, page, exception, lease)
            return ()
        if run is None or lease is None:
            return None
        if isinstance(exception, FetchFailed):
            run.ledger.failed(lease, str(exception))
            return ()
        self._count("extract/error")
        logger.exception("error of ours on %s; the page goes to the dead letters", response.url, exc_info=exception)
        error = UnknownLayout(f"{type(exception).__name__}: {exception}", reason="error")
        self._settle(run, response.meta["page"], error, lease)
        return ()

    def _settle(self, run: Run, page: Page, verdict: Verdict, lease: Lease | None) -> None:
        outcome: Outcome = "done"
        if isinstance(verdict, SenseList):
            refs = [ref for sense in verdict.senses if (ref := entry_ref(sense.url)) is not None]
            run.ledger.follow(refs, depth=lease.depth + 1 if lease else 0)
        elif isinstance(verdict, QuestionList):
            # lists that were asked for give their questions even where nothing else is followed
            wanted = [ref for ref in verdict.refs if run.plan.follow != "none" or ref.lemma_id is not None]
            run.ledger.follow(wanted, depth=lease.depth + 1 if lease else 0)
        elif isinstance(verdict, Refused):
            outcome = "again"
        elif isinstance(verdict, UnknownLayout | Malformed):
            outcome = "dead"
            logger.warning("%s: %s (%s)", verdict.kind, verdict, page.url)
        try:
            run.ledger.reject(reject_record(page, verdict), lease, outcome=outcome, delay=self._refusal_seconds)
        except ShardError as error:
            run.fail(OutputFailed(str(error)))
        self._watch_refusals(run, verdict)

    def _watch_refusals(self, run: Run, verdict: Verdict) -> None:
        if not isinstance(verdict, Refused):
            run.refusals_in_row = 0
            return
        run.refusals_in_row += 1
        if run.refusals_in_row == self._refusals_to_stop:
            logger.error(
                "the site refused %d times in a row (%s); stopping. Nothing is lost: the same command asks again. "
                "Lawful inputs meanwhile: saved pages (baike extract), WARC archives, the site's own API. "
                "站点连续拒绝，抓取停止；可改用已保存的页面、WARC 或官方 API。",
                run.refusals_in_row,
                verdict,
            )
            run.stop("refused")

    def _count(self, name: str) -> None:
        assert self._crawler.stats is not None
        self._crawler.stats.inc_value(name)
