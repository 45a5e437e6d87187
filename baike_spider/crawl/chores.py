"""What a worker does beside fetching, each at its own pace: commits, renews leases, beats, takes start URLs, queues what a refresh is due, wakes the engine.

Comes in: the parts of an opened run. Goes out: what stands in the way, to the run, which decides whether that is its end. What Redis cannot do now is done at
the next tick.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Protocol

from scrapy.utils.asyncio import create_looping_call

from baike_spider.crawl.heartbeat import Heartbeat
from baike_spider.crawl.start_urls import take_start_urls
from baike_spider.exits import OutputFailed, RunError
from baike_spider.frontier import FrontierError, FrontierUnreachable
from baike_spider.shards import ShardError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.settings import BaseSettings
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall

    from baike_spider.crawl.ledger import Ledger
    from baike_spider.crawl.opening import Opened
    from baike_spider.crawl.outage import Outage, Part
    from baike_spider.crawl.plan import Plan
    from baike_spider.crawl.refresh import Refresh
    from baike_spider.frontier.intake import Intake

__all__ = ["Chores"]

logger = logging.getLogger(__name__)

#: seconds between two looks of a starving worker at the frontier
_POLL_SECONDS = 0.25
#: seconds between two heartbeats
_HEARTBEAT_SECONDS = 5.0
#: seconds between two looks at what other workers met; lua/manners.lua counts on it
_LOOK_SECONDS = 1.0
#: seconds between two looks at the list of start URLs
_START_URLS_SECONDS = 1.0
#: seconds between two looks whether a refresh has to queue more
_FEED_SECONDS = 1.0


class Boss(Protocol):
    """Whose chores they are."""

    plan: Plan
    intake: Intake
    ledger: Ledger
    outage: Outage
    stopping: bool

    def fail(self, error: RunError) -> None:
        """The run ends with this error."""

    def away(self, error: FrontierUnreachable, *, part: Part = "queue") -> None:
        """Redis is away."""

    def lost(self, error: FrontierError) -> None:
        """Waiting for Redis does not help."""

    def stop(self, reason: str) -> None:
        """The run ends."""


class Chores:
    """The chores of one worker. `refresh`: None in a crawl that is none."""

    def __init__(self, boss: Boss, opened: Opened, refresh: Refresh | None) -> None:
        self._boss = boss
        self._opened = opened
        self._refresh = refresh
        self._heartbeat = Heartbeat(boss.intake, boss.ledger.counts)
        self._timers: list[AsyncioLoopingCall | LoopingCall] = []

    def begin(self, settings: BaseSettings, *, poll: Callable[[], None], look: Callable[[], None]) -> None:
        """Starts the timers, and those of the engine's poll and the gate's look; the first heartbeat at once."""
        for tick, seconds in (
            (poll, _POLL_SECONDS),
            (self._commit, settings.getfloat("BAIKE_COMMIT_SECONDS")),
            (self._renew, settings.getfloat("BAIKE_LEASE_SECONDS") / 3),
            (self._beat, _HEARTBEAT_SECONDS),
            (look, _LOOK_SECONDS),
            (self._take_start_urls, _START_URLS_SECONDS),
            (self._feed, _FEED_SECONDS),
        ):
            timer = create_looping_call(tick)
            timer.start(seconds, now=False)
            self._timers.append(timer)
        self._beat()

    def end(self) -> None:
        """Stops the timers."""
        for timer in self._timers:
            timer.stop()

    def before_idle(self) -> None:
        """All that may bring more work, before the engine takes the crawl for finished."""
        self._take_start_urls()
        self._commit()
        self._feed()

    def _commit(self) -> None:
        self._try(self._boss.ledger.commit)

    def _renew(self) -> None:
        def renew() -> None:
            lost = self._boss.intake.renew()
            if lost:
                logger.warning("%d leases ran out and were given away", lost)
            self._opened.keep_alone()

        self._try(renew)

    def _beat(self) -> None:
        def beat() -> None:
            self._heartbeat.beat()
            self._boss.outage.is_over(of="queue")

        self._try(beat)

    def _take_start_urls(self) -> None:
        boss = self._boss

        def take() -> None:
            take_start_urls(boss.intake.frontier, boss.ledger, boss.plan.site)
            boss.outage.is_over(of="start_urls")

        self._try(take, part="start_urls")

    def _feed(self) -> None:
        boss = self._boss
        if self._refresh is not None and not boss.stopping:
            self._try(self._refresh.feed)
        if boss.intake.frontier.counts.draining and not boss.intake.held and not boss.stopping:
            logger.warning("the crawl is drained; `baike frontier resume %s` lets it go on", boss.plan.folder)
            boss.stop("drained")

    def _try(self, chore: Callable[[], None], *, part: Part = "queue") -> None:
        """A full disk ends the run, a Redis that is away does not."""
        try:
            chore()
        except RunError as error:
            self._boss.fail(error)
        except ShardError as error:
            self._boss.fail(OutputFailed(str(error)))
        except FrontierUnreachable as error:
            self._boss.away(error, part=part)
        except FrontierError as error:
            self._boss.lost(error)
