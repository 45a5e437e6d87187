"""Settles the lease of a request that never became a response.

Comes in: the error of the downloader or of a middleware. Goes out: a failed attempt, or a dead letter with its reject where asking again would change nothing.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy.exceptions import DownloadCancelledError, IgnoreRequest

from baike_spider.shards import reject_record
from extractors import NotAnEntry, Page

if TYPE_CHECKING:
    from scrapy import Request
    from twisted.python.failure import Failure

    from baike_spider.crawl.ledger import Ledger
    from baike_spider.crawl.plan import Plan
    from baike_spider.frontier import Lease

__all__ = ["settle_failed_fetch"]

logger = logging.getLogger(__name__)


def settle_failed_fetch(failure: Failure, request: Request, *, ledger: Ledger, plan: Plan) -> None:
    """Robots.txt, or a page beyond DOWNLOAD_MAXSIZE, is final; anything else is tried again later. Raises ShardError."""
    lease: Lease = request.meta["lease"]
    error = f"{failure.type.__name__ if failure.type else 'error'}: {failure.getErrorMessage()}"
    logger.info("%s failed: %s", request.url, error)
    if isinstance(failure.value, IgnoreRequest | DownloadCancelledError):
        page = Page(b"", plan.real_url(request.url), source=request.url)
        verdict = NotAnEntry(str(failure.value), reason="robots" if "robots.txt" in str(failure.value) else "ignored")
        ledger.reject(reject_record(page, verdict), lease, outcome="dead")
    else:
        ledger.failed(lease, error)
