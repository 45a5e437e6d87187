"""What this worker queued in the last seconds, to queue it again when the server may have lost it.

Comes in: the calls of `Frontier.add` that queued something. Goes out: the same calls, once more, on every new line to Redis. Adding is idempotent.

A Redis with an AOF that is synced every second loses its last second when its machine dies. A page that this worker was working on then is still leased: its
acknowledgement would be accepted, while its links are gone. What is lost of everything else (leases, claims, acknowledgements) only costs work.
"""

from __future__ import annotations

import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from baike_spider.frontier.connection import Call

__all__ = ["RecentAdds"]

#: seconds; an AOF is synced every second, and Redis waits for a slow disk for two at most before it stops answering
_KEPT = 10.0


class RecentAdds:
    """The adds of the last seconds, by the worker's own clock."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._calls: deque[tuple[float, Call]] = deque()

    def keep(self, call: Call) -> None:
        """It queued something."""
        now = self._clock()
        self._calls.append((now, call))
        while self._calls[0][0] < now - _KEPT:
            self._calls.popleft()

    def again(self) -> list[Call]:
        """All of them, oldest first."""
        return [call for _, call in self._calls]

    def forget(self) -> None:
        """The crawl that they were for is gone."""
        self._calls.clear()
