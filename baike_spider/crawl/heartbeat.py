"""What a worker says of itself every few seconds: that it lives, what it did, and how fast it goes.

Comes in: the ledger's counts. Goes out: one row in Redis, which `baike status` shows.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from baike_spider.crawl.pace import Pace

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable

    from baike_spider.frontier.intake import Intake

__all__ = ["Heartbeat"]


class Heartbeat:
    """The heartbeat of one worker. `counts`: the ledger's."""

    def __init__(self, intake: Intake, counts: Counter[str], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._intake = intake
        self._counts = counts
        self._clock = clock
        self._pace = Pace(clock())

    def beat(self) -> None:
        """Tells it. Raises FrontierError; the pace is sampled all the same."""
        counts = self._counts
        pages = counts["entries"] + counts["duplicates"] + sum(count for name, count in counts.items() if name.startswith("verdict/"))
        self._pace.sample(self._clock(), pages)
        self._intake.frontier.heartbeat(
            {
                "entries": counts["entries"],
                "pages": pages,
                "refused": counts["verdict/refused"],
                "failed": counts["failed"],
                "held": self._intake.held,
                "rates": {str(window): round(rate, 3) for window, rate in self._pace.rates().items()},
            }
        )
