"""Tells a person that the crawl waits for Redis, for as long as it waits.

Comes in: what every part of a run learns of Redis. Goes out: a warning at once and every minute, and a line when it is over.
Waiting itself is done by whoever asked.
"""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from baike_spider.frontier import FrontierUnreachable

__all__ = ["Outage", "Part"]

logger = logging.getLogger(__name__)

#: what a Redis Cluster may keep on nodes of their own, so that one is away while the other answers
Part = Literal["queue", "start_urls"]
#: seconds between two warnings
_REPEATED = 60.0


class Outage:
    """Whether Redis is away, and since when."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._away: set[Part] = set()
        self._began: float | None = None
        self._said = 0.0

    @property
    def seconds(self) -> float:
        """How long Redis has been away; 0 when it is there."""
        return 0.0 if self._began is None else self._clock() - self._began

    @property
    def lasts(self) -> bool:
        """Whether the last that was heard of Redis is that it is away."""
        return self._began is not None

    def goes_on(self, error: FrontierUnreachable, *, of: Part) -> None:
        """Redis does not answer for this part, or refuses for now."""
        now = self._clock()
        self._away.add(of)
        if self._began is None:
            self._began = now
            logger.warning("%s; waiting, nothing is lost", error)
        elif now - self._said < _REPEATED:
            return
        else:
            logger.warning("%s; waiting since %.0f s, nothing is lost", error, now - self._began)
        self._said = now

    def is_over(self, *, of: Part) -> None:
        """Redis answered for this part; the outage ends with the last one."""
        self._away.discard(of)
        if self._began is not None and not self._away:
            logger.info("Redis answers again after %.0f s; going on", self._clock() - self._began)
            self._began = None
