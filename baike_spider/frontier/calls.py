"""Script calls of one crawl: the arguments that every call has, and rows too many for one call.

Comes in: what the frontier wants done. Goes out: `Call`s and replies. Which call means what is frontier.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baike_spider.frontier.connection import Call, Connection
from baike_spider.frontier.item import fingerprint, kid, pack_item
from baike_spider.frontier.keys import LEVELS, CrawlKeys

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from baike_spider.frontier.item import Key
    from baike_spider.frontier.lease import Candidate, Lease, Revisit

__all__ = ["BATCH", "CrawlCalls", "identified", "named"]

#: candidates, leases or keys a script call: above it one round trip carries several calls, so that no call blocks the server for long
BATCH = 2000


class CrawlCalls:
    """The calls of one worker. `generation` is set when it has joined."""

    def __init__(self, connection: Connection, keys: CrawlKeys, clock: Callable[[], float] | None) -> None:
        self.connection = connection
        self.keys = keys
        self.generation = ""
        self._clock = clock

    def time(self) -> str:
        """The tests' time, or "" for the server's."""
        return "" if self._clock is None else repr(float(self._clock()))

    def call(self, name: str, keys: Sequence[bytes], *args: Any) -> Call:
        """A call of a script that opens with head.lua."""
        return Call(name, keys, (self.generation, self.time(), *args))

    def run(self, name: str, keys: Sequence[bytes], *args: Any) -> Any:
        """The reply of such a call."""
        return self.connection.call(self.call(name, keys, *args))

    def run_batches(self, name: str, rows: Sequence[tuple[Any, ...]], *args: Any) -> list[Any]:
        """The replies over all rows, at least one, in one round trip; every call has `args` and then its rows."""
        starts = range(0, max(len(rows), 1), BATCH)
        calls = [self.call(name, self.keys.core, *args, *(part for row in rows[at : at + BATCH] for part in row)) for at in starts]
        return self.connection.call_many(calls)

    def adding(self, candidates: Sequence[Candidate]) -> list[Call]:
        """The calls that add them."""
        return [self._adding(candidates[at : at + BATCH]) for at in range(0, len(candidates), BATCH)]

    def reopening(self, revisit: Revisit) -> list[bytes | int | str]:
        """The arguments of one entry for reopen.lua."""
        names = [(*identified(name.key), pack_item(name.key, name.locator, name.depth)) for name in revisit.names]
        return [len(names), *(part for name in names for part in name), revisit.note]

    def _adding(self, candidates: Sequence[Candidate]) -> Call:
        lists: dict[int, int] = {}
        args = []
        for candidate in candidates:
            number = lists.setdefault(min(candidate.depth, LEVELS - 1), len(lists) + 1)
            mark = fingerprint(candidate.key)
            args.append(bytes((number, len(mark))) + mark + pack_item(candidate.key, candidate.locator, candidate.depth))
        return self.call("add", (*self.keys.seen, *(self.keys.pending[level] for level in lists)), *args)


def identified(key: Key) -> tuple[bytes, bytes]:
    """How scripts name an identity: kid, fingerprint."""
    return kid(key), fingerprint(key)


def named(lease: Lease) -> tuple[bytes, int]:
    """How scripts name a lease: kid, token."""
    return kid(lease.key), lease.token
