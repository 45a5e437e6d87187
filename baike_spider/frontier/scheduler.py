"""The Scrapy adapter: hands the engine requests for leased entries.

Comes in: leases of an `Intake`, and plain requests (retries, redirects, `scrapy parse`). Goes out: requests.
Until a run attaches its intake the scheduler is a plain queue in memory, so that `scrapy shell`, `parse` and `check`
need no Redis. Links never come here: a page's links go to the frontier in one call.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING, Self

from scrapy.core.scheduler import BaseScheduler

from baike_spider.frontier.errors import FrontierError, FrontierUnreachable

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy import Request
    from scrapy.crawler import Crawler

    from baike_spider.frontier.frontier import Lease
    from baike_spider.frontier.intake import Intake

__all__ = ["FrontierScheduler"]


class FrontierScheduler(BaseScheduler):
    """Requests in memory first, then leases."""

    def __init__(self) -> None:
        self._requests: deque[Request] = deque()
        self._intake: Intake | None = None
        self._request_for: Callable[[Lease], Request | None] | None = None
        self._before_idle: Callable[[], None] = lambda: None
        self._on_lost: Callable[[FrontierError], None] = lambda _error: None
        self._on_away: Callable[[FrontierUnreachable], None] = lambda _error: None
        #: whether the engine asked and got nothing: it will not ask again by itself
        self.starving = False
        self._idle_seconds = 0.0
        self._idle_since: float | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:  # noqa: ARG003 - Scrapy's signature
        return cls()

    def attach(
        self,
        intake: Intake,
        *,
        request_for: Callable[[Lease], Request | None],
        before_idle: Callable[[], None],
        on_lost: Callable[[FrontierError], None],
        on_away: Callable[[FrontierUnreachable], None],
        idle_seconds: float = 0,
    ) -> None:
        """From now on requests are made of leases; `request_for` answers None for one that it settled itself.

        `before_idle` makes finished work durable and acknowledges it; `on_lost` is told when waiting for Redis does not help, `on_away` when it
        may; `idle_seconds`: how long a drained queue is watched for more before the crawl ends.
        """
        self._intake = intake
        self._request_for = request_for
        self._before_idle = before_idle
        self._on_lost = on_lost
        self._on_away = on_away
        self._idle_seconds = idle_seconds

    def detach(self) -> None:
        """No more leases: the run is closing."""
        self._intake = None

    def enqueue_request(self, request: Request) -> bool:
        self._requests.append(request)
        return True

    def next_request(self) -> Request | None:
        if self._requests:
            return self._requests.popleft()
        lease = self._leased()
        self.starving = lease is None
        return self._request_for(lease) if lease is not None and self._request_for is not None else None

    def has_pending_requests(self) -> bool:
        if self._requests:
            return True
        if self._intake is None:
            return False
        self._before_idle()
        if self._intake is None:
            return False  # that was the end of the run: a drained crawl
        try:
            return self._intake.refill() or not self._intake.drained() or self._is_watching()
        except FrontierUnreachable as error:
            self._on_away(error)
        except FrontierError as error:
            self._on_lost(error)
        return True

    def _is_watching(self) -> bool:
        """Whether the queue ran dry so lately that more may come."""
        self._idle_since = self._idle_since or time.monotonic()
        return time.monotonic() - self._idle_since < self._idle_seconds

    def _leased(self) -> Lease | None:
        if self._intake is None:
            return None
        try:
            lease = self._intake.next()
        except FrontierUnreachable as error:
            self._on_away(error)
            return None
        except FrontierError as error:
            self._on_lost(error)
            return None
        if lease is not None:
            self._idle_since = None
        return lease
