"""What the frontier says of itself, as plain values.

Comes in: replies of the scripts. Goes out: `Counts`, `FrontierStatus`, `WorkerStatus`, `HostStatus`, `DeadLetter`. Formatting them is the reader's business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from baike_spider.frontier.item import Key, unpack_item

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Counts", "DeadLetter", "FrontierStatus", "HostStatus", "WorkerStatus", "read_hosts", "read_workers"]


@dataclass(frozen=True, slots=True)
class Counts:
    """How far the crawl is. `done + leased` is what counts against a limit of entries."""

    open: int = 0
    """Items that are not finished: pending, delayed, leased, parked. 0 means that the crawl is finished."""
    leased: int = 0
    """Of these, the ones in the hands of any worker."""
    delayed: int = 0
    done: int = 0
    """Finished under their own key."""
    duplicates: int = 0
    """Finished as another name of an entry."""
    dead: int = 0
    wake: float | None = None
    """Seconds until the next delayed item is due or the next lease runs out; None when there is neither."""

    draining: bool = False
    """Whether nothing is handed out any more, see `Frontier.drain`."""

    @classmethod
    def read(cls, tally: Sequence[Any]) -> Counts:
        wanted, leased, delayed, done, duplicates, dead, wake, draining = tally
        return cls(wanted, leased, delayed, done, duplicates, dead, float(wake) if wake else None, bool(draining))


@dataclass(frozen=True, slots=True)
class WorkerStatus:
    """One worker, as of its last heartbeat."""

    worker: str
    leased: int
    age: float | None
    """Seconds since the heartbeat; None when it holds leases and never said anything."""
    info: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class HostStatus:
    """How all workers treat a host, as of the last request to it. Intervals are seconds between two requests; the longest holds."""

    host: str
    delay: float
    """As asked for (`DOWNLOAD_DELAY`)."""
    crawl_delay: float
    """As robots.txt asks; 0: it does not."""
    backoff: float
    """While the host throttles or refuses; 0: it does not."""
    paused: float
    """Seconds for which nothing is sent to it (Retry-After)."""
    in_row: int
    """Refusals since the latest good page."""
    stops: int
    """How many runs refusals in a row have ended."""
    refused: int
    throttled: int
    """Answers 429 and 503."""

    @property
    def interval(self) -> float:
        """Seconds between two requests."""
        return max(self.delay, self.crawl_delay, self.backoff)


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An entry that was given up."""

    key: Key
    locator: str
    depth: int
    attempts: int
    buried_at: float
    worker: str
    error: str

    @classmethod
    def read(cls, parts: Sequence[bytes]) -> DeadLetter:
        item, attempts, buried_at, worker, error = parts
        return cls(*unpack_item(item), int(attempts), float(buried_at), worker.decode(), error.decode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class FrontierStatus:
    """The whole state of a crawl at one moment."""

    crawl: str
    generation: str
    counts: Counts
    pending: int
    """Waiting to be leased now, those that came back included."""
    parked: int
    """Other names of entries that some worker still works on."""
    seen: int
    workers: tuple[WorkerStatus, ...]
    hosts: tuple[HostStatus, ...]
    begun: float
    now: float
    """Seconds since 1970 by the Redis server's clock."""
    redis_memory: int | None
    """`used_memory` in bytes, of everything in that Redis; None when the account may not read it."""
    redis: str
    """Where it is, without account and password."""

    @property
    def delayed(self) -> int:
        return self.counts.delayed

    @property
    def leased(self) -> int:
        return self.counts.leased

    @property
    def done(self) -> int:
        return self.counts.done

    @property
    def dead(self) -> int:
        return self.counts.dead

    @property
    def finished(self) -> bool:
        """Nothing is left to do, the dead aside."""
        return self.counts.open == 0


def read_workers(rows: Sequence[bytes], holders: Sequence[Any], *, now: float) -> tuple[WorkerStatus, ...]:
    """Heartbeats (`worker, "time json", ...`) and leases (`worker, n, ...`) joined, by name."""
    beats = {worker: row.split(b" ", 1) for worker, row in zip(rows[::2], rows[1::2], strict=True)}
    leased = {worker: int(n) for worker, n in zip(holders[::2], holders[1::2], strict=True)}
    workers = []
    for worker in sorted({*beats, *leased}):
        time, said = beats.get(worker, (b"", b"{}"))
        workers.append(
            WorkerStatus(worker.decode(), leased.get(worker, 0), max(now - float(time), 0.0) if time else None, json.loads(said))
        )
    return tuple(workers)


def read_hosts(rows: Sequence[Any]) -> tuple[HostStatus, ...]:
    """Nine values a host, by name."""
    hosts = []
    for at in range(0, len(rows), 9):
        host, delay, crawl_delay, backoff, paused, *counts = rows[at : at + 9]
        hosts.append(HostStatus(host.decode(), float(delay), float(crawl_delay), float(backoff), float(paused), *counts))
    return tuple(sorted(hosts, key=lambda one: one.host))
