"""One worker's side of the frontier: leases in batches, holds them, renews them, settles them.

Comes in: a `Frontier`. Goes out: one lease at a time. What is held here and not settled goes back when the worker
closes, and by itself when the worker dies. Knows no Scrapy and no disk.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from baike_spider.frontier.frontier import Frontier, Lease
    from baike_spider.frontier.item import Key

__all__ = ["Intake"]


class Intake:
    """Leases of one worker. `batch`: leases asked for at once; `max_entries`: entries this crawl may still gain, None: no limit;
    `room`: how many more can be fetched soon."""

    def __init__(
        self, frontier: Frontier, *, batch: int = 16, max_entries: int | None = None, room: Callable[[], int] | None = None
    ) -> None:
        self.frontier = frontier
        self._batch = batch
        self._room = room or (lambda: batch)
        self._left = max_entries
        self._ready: deque[Lease] = deque()
        self._held: dict[Key, Lease] = {}

    @property
    def held(self) -> int:
        """Leases that are not settled yet, those waiting here included."""
        return len(self._held)

    def holds(self, lease: Lease) -> bool:
        """Whether this very lease is not settled yet."""
        return self._held.get(lease.key) == lease

    @property
    def exhausted(self) -> bool:
        """Whether `max_entries` is reached."""
        return self._left is not None and self._left <= 0

    def next(self) -> Lease | None:
        """The next entry to fetch, or None when there is none now (or none is allowed now, or soon)."""
        return self._ready.popleft() if self._room() > 0 and (self._ready or self.refill()) else None

    def refill(self) -> bool:
        """Leases another batch, in one round trip; whether anything is ready."""
        if not self._ready:
            room = min(self._batch, self._room())
            room = room if self._left is None else min(room, self._left - len(self._held))
            if room > 0:
                for lease in self.frontier.lease(room):
                    self._held[lease.key] = lease
                    self._ready.append(lease)
        return bool(self._ready)

    def drained(self) -> bool:
        """Whether nothing is left for anybody: not pending, not delayed, not held by any worker (one round trip)."""
        if self._held:
            return False
        return self.exhausted or self.frontier.count().open == 0

    def ack(self, leases: Sequence[Lease], *, entries: int = 0) -> None:
        """Done for good; `entries` of them count against `max_entries`."""
        if leases:
            self.frontier.ack(leases)
            self._forget(leases)
        if self._left is not None:
            self._left -= entries

    def bury(self, lease: Lease, error: str) -> None:
        """To the dead letters: no further attempt would help."""
        self.frontier.bury([lease], error)
        self._forget([lease])

    def give_back(self, lease: Lease, *, delay: float = 0, error: str = "", failed: bool = False) -> None:
        """To the queue again after `delay` seconds; `failed` counts an attempt."""
        self.frontier.give_back([lease], delay=delay, failed=failed, error=error)
        self._forget([lease])

    def renew(self) -> int:
        """Keeps every held lease alive; those that were given away meanwhile are dropped. Returns how many were lost."""
        if not self._held:
            return 0
        kept = {lease.key: lease for lease in self.frontier.renew(list(self._held.values()))}
        lost = len(self._held) - len(kept)
        self._held = kept
        self._ready = deque(lease for lease in self._ready if lease.key in kept)
        return lost

    def close(self, *, besides: Collection[Lease] = ()) -> int:
        """Gives back whatever is still held, `besides` these; how many."""
        left = [lease for lease in self._held.values() if lease not in besides]
        if left:
            self.frontier.give_back(left)
            self._forget(left)
        return len(left)

    def _forget(self, leases: Sequence[Lease]) -> None:
        for lease in leases:
            self._held.pop(lease.key, None)
        if self._ready:
            self._ready = deque(lease for lease in self._ready if lease.key in self._held)
