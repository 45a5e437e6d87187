"""The Scrapy wrapper around the ledger: every entry item goes to the shards, the run closes with the spider."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Self

from scrapy.exceptions import DropItem

from baike_spider.crawl.items import EntryItem
from baike_spider.crawl.run import Run
from baike_spider.exits import FrontierGone, OutputFailed
from baike_spider.frontier import FrontierError, FrontierUnreachable
from baike_spider.shards import ShardError

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

__all__ = ["ShardPipeline"]

#: seconds between two attempts while Redis is away
_PATIENCE_SECONDS = 1.0


class ShardPipeline:
    """Passes on what the ledger took; drops what another name brought already."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        run = Run.of(self._crawler)
        if run is None or not isinstance(item, EntryItem):
            return item
        run.refusals_in_row = 0
        while True:
            try:
                fresh = run.ledger.entry(item)
            except FrontierUnreachable:
                await asyncio.sleep(_PATIENCE_SECONDS)
                continue
            except FrontierError as error:
                run.fail(FrontierGone(str(error)))
                raise DropItem("Redis lost the crawl", log_level="ERROR") from error
            except ShardError as error:
                run.fail(OutputFailed(str(error)))
                raise DropItem("the output folder cannot be written", log_level="ERROR") from error
            if fresh:
                return item
            raise DropItem(f"{item.entry.subject} is stored already under another name", log_level="DEBUG")

    def close_spider(self) -> None:
        run = Run.of(self._crawler)
        if run is not None:
            run.close()
