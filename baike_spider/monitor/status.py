"""The state of a crawl at one moment, as plain data.

Comes in: a frontier and the crawl's folder. Goes out: `CrawlStatus`. Printing it is the reader's business.
"""

from __future__ import annotations

import shutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.frontier import Frontier, HostStatus, WorkerStatus

__all__ = ["CrawlStatus", "crawl_status"]

#: seconds of silence after which a worker's pace is not counted any more
_SILENCE = 30.0


@dataclass(frozen=True, slots=True)
class CrawlStatus:
    """What `baike status` tells."""

    crawl: str
    pending: int
    delayed: int
    leased: int
    parked: int
    """Other names of entries that are being worked on."""
    done: int
    duplicates: int
    dead: int
    seen: int
    rates: dict[str, float]
    """Pages a second of all workers over the last 60, 600 and 3600 seconds."""
    eta_seconds: float | None
    """Until what is known now is done at the pace of ten minutes; None when nothing moves. Links not yet found are not in it."""
    refused: int
    """Refusals that all workers met since the crawl began."""
    failed: int
    hosts: list[dict[str, Any]]
    """How all workers treat each host: host, interval (seconds between two requests; the longest of delay, crawl_delay, backoff), paused (seconds
    still to go), paused_until (seconds since 1970, null when it is not paused), in_row (refusals since the latest good page), stops (runs that
    refusals ended), refused, throttled (answers 429 and 503)."""
    workers: list[dict[str, Any]]
    """Each: worker, seconds since its heartbeat (null: it never said anything), leases, what it said."""
    redis: str
    redis_bytes: int | None
    disk_free_bytes: int
    draining: bool
    """Whether nothing is handed out any more (`baike frontier drain`)."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def crawl_status(frontier: Frontier, folder: Path) -> CrawlStatus:
    """One look, in one round trip. Raises FrontierError."""
    state = frontier.status()
    counts = state.counts
    talking = [one for one in state.workers if one.worker != frontier.worker]
    fresh = [one for one in talking if one.age is not None and one.age <= _SILENCE]
    rates = {window: sum(_said(one, "rates", {}).get(window, 0.0) for one in fresh) for window in ("60", "600", "3600")}
    waiting = state.pending + counts.delayed + counts.leased
    return CrawlStatus(
        crawl=state.crawl,
        pending=state.pending,
        delayed=counts.delayed,
        leased=counts.leased,
        parked=state.parked,
        done=counts.done,
        duplicates=counts.duplicates,
        dead=counts.dead,
        seen=state.seen,
        rates=rates,
        eta_seconds=waiting / rates["600"] if rates["600"] > 0 else None,
        refused=sum(host.refused for host in state.hosts),
        failed=sum(_said(one, "failed", 0) for one in fresh),
        hosts=[_manners(host, state.now) for host in state.hosts],
        workers=[{"worker": one.worker, "age": one.age, "leased": one.leased, **one.info} for one in talking],
        redis=state.redis,
        redis_bytes=state.redis_memory,
        disk_free_bytes=shutil.disk_usage(folder).free,
        draining=counts.draining,
    )


def _said(worker: WorkerStatus, what: str, otherwise: Any) -> Any:
    return worker.info.get(what, otherwise)


def _manners(host: HostStatus, now: float) -> dict[str, Any]:
    return {**asdict(host), "interval": host.interval, "paused_until": now + host.paused if host.paused else None}
