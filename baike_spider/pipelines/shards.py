"""The Scrapy wrapper around the ledger: every entry item goes to the shards, the run closes with the spider."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy import signals
from scrapy.exceptions import DropItem

from baike_spider.crawl.items import EntryItem
from baike_spider.crawl.run import Run
from baike_spider.exits import FrontierGone, OutputFailed
from baike_spider.frontier import FrontierError, FrontierUnreachable
from baike_spider.shards import ShardError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from baike_spider.crawl.ledger import Outcome

__all__ = ["ShardPipeline"]

#: seconds between two attempts while Redis is away
_PATIENCE_SECONDS = 1.0


class ShardPipeline:
    """Passes on what the ledger took; drops what another name brought already."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        pipeline = cls(crawler)
        crawler.signals.connect(pipeline.item_dropped, signal=signals.item_dropped)
        crawler.signals.connect(pipeline.item_error, signal=signals.item_error)
        return pipeline

    async def process_item(self, item: Any) -> Any:
        run = Run.of(self._crawler)
        if run is None or not isinstance(item, EntryItem):
            return item
        run.gate.good(run.host)
        if run.is_closing() and (run.failure is not None or run.outage.lasts):
            raise DropItem("the crawl closes: the entry is fetched again", log_level="INFO")
        while True:
            try:
                fresh = run.ledger.entry(item)
            except FrontierUnreachable as error:
                run.away(error)
                if not run.is_closing():
                    await asyncio.sleep(_PATIENCE_SECONDS)
                if run.is_closing():
                    raise DropItem("Redis is away and the crawl closes: the entry is fetched again", log_level="INFO") from error
                continue
            except FrontierError as error:
                run.fail(FrontierGone(str(error)))
                raise DropItem("Redis lost the crawl", log_level="ERROR") from error
            except ShardError as error:
                run.fail(OutputFailed(str(error)))
                raise DropItem("the output folder cannot be written", log_level="ERROR") from error
            if fresh:
                return item
            raise DropItem(f"{item.entry.url} is stored already: under another name, or with the same content", log_level="DEBUG")

    def item_dropped(self, item: Any) -> None:
        """Another pipeline wants no such entry: its lease is done."""
        self._settle(item, "done")

    def item_error(self, item: Any, failure: Failure) -> None:
        """A pipeline failed: the entry waits among the dead letters."""
        self._settle(item, "dead", failure.getErrorMessage())

    def _settle(self, item: Any, outcome: Outcome, error: str = "") -> None:
        run = Run.of(self._crawler)
        if run is not None and not run.is_closing() and isinstance(item, EntryItem) and item.lease is not None:
            run.ledger.unless_settled(item.lease, outcome, error=error)

    def close_spider(self) -> None:
        run = Run.of(self._crawler)
        if run is not None:
            run.close()
