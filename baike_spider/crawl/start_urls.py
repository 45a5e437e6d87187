"""Start URLs that somebody pushes to a running crawl (`redis-cli lpush baike:start_urls URL`) become entries of its queue.

Comes in: what the list in Redis holds. Goes out: candidates, through the ledger. What is no entry of the site is said and forgotten.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from baike_spider.crawl.plan import read_seed
from baike_spider.exits import BadInput
from baike_spider.frontier.start_urls import address_of

if TYPE_CHECKING:
    from baike_spider.crawl.ledger import Ledger
    from baike_spider.frontier import Frontier
    from extractors import EntryRef, Site

__all__ = ["take_start_urls"]

logger = logging.getLogger(__name__)

#: start URLs that are taken at once
_BATCH = 500


def take_start_urls(frontier: Frontier, ledger: Ledger, site: Site) -> None:
    """Queues a batch of them. A URL that is taken and not queued comes back. Raises FrontierError, ShardError."""
    urls = frontier.pop_start_urls(_BATCH)
    if not urls:
        return
    refs: list[EntryRef] = []
    for url in urls:
        try:
            refs.append(read_seed(address_of(url), where="start_urls", site=site))
        except BadInput as error:
            ledger.counts["start_urls/refused"] += 1
            logger.warning("start URL left out: %s", error)
    ledger.follow(refs, depth=0)
    ledger.commit()
    frontier.start_urls_queued(urls)
