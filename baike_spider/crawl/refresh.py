"""A refresh: the entries of the folder that nobody has looked at for too long go back to the queue, longest ago first.

Comes in: the book of visits and a time. Goes out: revisits, as many as the queue needs to be busy and no more, so that neither Redis nor memory grows with the
corpus. Interrupted at any place and started again it goes on: who was looked at is not due any more, who is queued already is not queued twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from baike_spider.frontier import Candidate, Revisit

if TYPE_CHECKING:
    from baike_spider.crawl.visits import Visit, Visits
    from baike_spider.frontier import Frontier
    from extractors import Site

__all__ = ["Refresh"]

#: entries that wait in Redis, and entries a call
_AHEAD, _CALL = 1000, 250


class Refresh:
    """One refresh. `before`: who was looked at since (seconds since 1970) is left alone; `most`: entries at most, None: all that are due."""

    def __init__(self, frontier: Frontier, visits: Visits, site: Site, *, before: int, most: int | None = None) -> None:
        self._frontier = frontier
        self._visits = visits
        self._site = site
        self._before = before
        self._left = most
        self._place = (-1, -1)
        self.exhausted = False
        """Whether all that are due were queued."""

    def feed(self) -> None:
        """Fills the queue up. One round trip when it is full. Raises FrontierError, after which it may be repeated."""
        while not self.exhausted and self._frontier.reopen([])[1] < _AHEAD:
            due = self._visits.due(self._before, after=self._place, n=_CALL if self._left is None else min(_CALL, self._left))
            if not due:
                self.exhausted = True
                return
            queued, _ = self._frontier.reopen([revisit for visit in due if (revisit := self._revisit(visit)) is not None])
            self._place = due[-1].place
            if self._left is not None:
                self._left -= queued
                self.exhausted = self._left <= 0

    def _revisit(self, visit: Visit) -> Revisit | None:
        refs = [self._site.locate(locator) for locator in (visit.source, visit.url) if locator]
        names = {ref.key: Candidate(ref.key, ref.locator, visit.depth) for ref in refs if ref is not None}
        return Revisit(tuple(names.values()), visit.look.note()) if names else None
