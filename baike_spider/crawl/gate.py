"""The gate that every request passes on its way out: it opens at the times that all workers share.

Comes in: requests' hosts, and how the hosts answered. Goes out: nothing but time. One task a host hands the slots of `Throttle` to whoever waits, in order;
waiting for them does not block the event loop. Calls to Redis do, for one round trip: one that gets no answer holds up the whole worker until it times out,
and `frontier/connection.py` sees to it that not every call does. While Redis is away nobody passes, except towards a host without any limit, where there is nothing to share.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Literal, Protocol

from baike_spider.frontier import FrontierError, FrontierUnreachable, Grant, HostState, Report, Throttle, Trouble

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Gate", "GateClosed", "Manners"]

logger = logging.getLogger(__name__)

#: seconds between two looks at whether the crawl ends, while a request waits
_LOOK = 0.2
#: seconds between two attempts while Redis is away
_PATIENCE = 1.0
#: seconds by which a slot may be used late; later it is given up, or a worker that was stopped for a while would send all it has at once
_LATE = 0.25
#: seconds of travel to Redis that must not make a slot seem later than it is
_TRAVEL = 0.05
#: a pause shorter than this, in seconds, is rounding
_MOMENT = 0.01
#: a worker leases what it can send within so many seconds
_SOON = 5.0
#: more than any worker leases
_PLENTY = 1 << 30


class GateClosed(Exception):
    """The crawl ends: this request may not leave any more."""


class Owner(Protocol):
    """Whose gate it is."""

    def is_closing(self) -> bool:
        """Whether nothing may leave any more."""

    def lost(self, error: FrontierError) -> None:
        """Waiting for Redis does not help."""

    def refused(self, host: str) -> None:
        """All workers together met too many refusals in a row."""


@dataclass(frozen=True, slots=True)
class Manners:
    """The knobs."""

    delay: float
    """Seconds between two requests of all workers to one host."""
    longest_interval: float
    """Seconds between two requests beyond which the back-off does not go."""
    longest_pause: float
    """Seconds for which a Retry-After is obeyed at most."""
    refusals_to_stop: int


@dataclass(frozen=True, slots=True)
class _Untold:
    """A trouble that Redis does not know of yet. Times are the worker's own clock's."""

    kind: Literal["refused", "throttled"]
    serial: int
    left_at: float
    came_at: float
    pause: float = 0

    def told_at(self, now: float) -> Trouble:
        return Trouble(self.kind, self.serial, left_age=now - self.left_at, age=now - self.came_at, pause=self.pause)


@dataclass(slots=True)
class _Host:
    """What this worker knows of a host. Times are the worker's own clock's."""

    name: str
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)
    usher: asyncio.Task[None] | None = None
    state: HostState | None = None
    heard_at: float = 0.0
    stops_before: int = 0
    crawl_delay: float | None = None
    good: int = 0
    good_at: float = 0.0
    well: bool = True
    """Whether a good page came since it last throttled."""
    last_slot: float | None = None
    untold: deque[_Untold] = field(default_factory=deque)

    def pause_left(self, now: float) -> float:
        return max(self.state.paused - (now - self.heard_at), 0.0) if self.state else 0.0

    def is_free(self, now: float) -> bool:
        """Whether there is no limit now."""
        return self.state is not None and self.state.interval == 0 and not self.untold and self.pause_left(now) == 0


class Gate:
    """The gate of one worker."""

    def __init__(self, throttle: Throttle, manners: Manners, owner: Owner, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._throttle = throttle
        self._manners = manners
        self._owner = owner
        self._clock = clock
        self._hosts: dict[str, _Host] = {}
        self._serials = count(1)

    async def enter(self, name: str) -> float:
        """Waits until a request to this host may leave; the time at which it left, which `throttled` and `refused` want. Raises GateClosed."""
        host = self._host(name)
        if host.state is None:
            self._ask(host, 0)
        if not host.waiting and host.is_free(self._clock()) and not self._owner.is_closing():
            return self._clock()
        waiter = asyncio.get_running_loop().create_future()
        host.waiting.append(waiter)
        if host.usher is None:
            host.usher = asyncio.ensure_future(self._usher(host))
        await waiter
        if self._owner.is_closing():
            raise GateClosed("the crawl ends")
        return self._clock()

    async def rest(self, seconds: float) -> None:
        """Waits. Raises GateClosed as soon as the crawl ends."""
        until = self._clock() + seconds
        while not self._owner.is_closing():
            left = until - self._clock()
            if left <= 0:
                return
            await asyncio.sleep(min(left, _LOOK))
        raise GateClosed("the crawl ends")

    def watch(self, name: str) -> None:
        """Looks after a host from now on, though nobody waits for it yet."""
        self._ask(self._host(name), 0)

    def look(self) -> None:
        """To be called every second: tells what there is to tell, and hears what other workers met."""
        for host in self._hosts.values():
            self._ask(host, 0)

    def room(self, name: str, unsent: int) -> int:
        """How many more leases could be sent soon, when `unsent` wait already."""
        host = self._host(name)
        interval = host.state.interval if host.state else max(self._manners.delay, host.crawl_delay or 0)
        pause = host.pause_left(self._clock())
        if interval == 0 and pause == 0:
            return _PLENTY
        soon = int((_SOON - pause) / interval) if interval and pause < _SOON else 0
        return max(soon, 1) - unsent

    def good(self, name: str) -> None:
        """A page came, and no refusal. Told with the next call."""
        host = self._host(name)
        host.good, host.good_at, host.well = host.good + 1, self._clock(), True

    def throttled(self, name: str, *, left_at: float, pause: float = 0) -> tuple[float, bool]:
        """The host answered 429 or 503; `pause`: seconds of its Retry-After, 0 without one.

        The seconds of it that are granted, and whether the host does so to other requests too.
        """
        host = self._host(name)
        was_well, host.well = host.well, False
        pause = min(pause, self._manners.longest_pause)
        if pause > 0:
            logger.warning("%s asks for a pause: no worker asks it for anything for %.0f s", name, pause)
        self._tell(host, _Untold("throttled", next(self._serials), left_at, self._clock(), pause))
        return pause, not was_well

    def refused(self, name: str, *, left_at: float) -> None:
        """The host refused."""
        self._tell(self._host(name), _Untold("refused", next(self._serials), left_at, self._clock()))

    def keep_crawl_delay(self, name: str, seconds: float) -> None:
        """What robots.txt of the host asks for; 0: nothing."""
        host = self._host(name)
        if host.crawl_delay != seconds:
            host.crawl_delay = seconds
            self._ask(host, 0)

    def _host(self, name: str) -> _Host:
        return self._hosts.setdefault(name, _Host(name))

    def _tell(self, host: _Host, untold: _Untold) -> None:
        host.untold.append(untold)
        self._ask(host, 0)

    def _ask(self, host: _Host, wanted: int) -> Grant | None:
        """Tells Redis everything, and asks for slots; None while it is away."""
        manners = self._manners
        try:
            while host.untold:
                now = self._clock()
                self._throttle.trouble(
                    self._report(host, now),
                    host.untold[0].told_at(now),
                    longest_interval=manners.longest_interval,
                    refusals_to_stop=manners.refusals_to_stop,
                )
                host.good = 0
                host.untold.popleft()
            asked_at = self._clock()
            grant = self._throttle.reserve(self._report(host, asked_at), wanted)
        except FrontierUnreachable as error:
            logger.debug("waiting for Redis: %s", error)
            return None
        except FrontierError as error:
            self._owner.lost(error)
            return None
        host.good = 0
        self._hear(host, grant.state)
        return grant

    def _report(self, host: _Host, now: float) -> Report:
        return Report(
            host.name,
            self._manners.delay,
            crawl_delay=host.crawl_delay,
            good=host.good,
            good_age=now - host.good_at if host.good else 0,
            slot_age=None if host.last_slot is None else now - host.last_slot + _TRAVEL,
        )

    def _hear(self, host: _Host, state: HostState) -> None:
        before, host.state, host.heard_at = host.state, state, self._clock()
        if before is None:
            host.stops_before = state.stops
        elif state.stops > host.stops_before:
            host.stops_before = state.stops
            self._owner.refused(host.name)
        elif state.interval >= 1.5 * before.interval and state.interval > 0:
            logger.warning("%s throttles or refuses, or asks for a crawl delay: one request every %.3g s now", host.name, state.interval)
        elif state.interval < before.interval and state.interval <= max(self._manners.delay, host.crawl_delay or 0):
            logger.info("%s serves us well again: back to the usual pace", host.name)

    async def _usher(self, host: _Host) -> None:
        """Lets out who waits, one a slot."""
        try:
            while host.waiting:
                await self._let_out(host)
        except GateClosed as error:
            _turn_away(host, error)
        except Exception as error:
            logger.exception("error of ours at the gate to %s", host.name)
            _turn_away(host, error)
        finally:
            host.usher = None

    async def _let_out(self, host: _Host) -> None:
        """Those who wait for the slots of one call."""
        if self._owner.is_closing():
            raise GateClosed("the crawl ends")
        if host.is_free(self._clock()):
            while host.waiting:
                _open(host)
            return
        grant = self._ask(host, len(host.waiting))
        heard_at = self._clock()
        if grant is None:
            await self.rest(_PATIENCE)
        elif not grant.slots:
            # workers that were told the same time do not all come back at it
            await self.rest(min(grant.again * (1 + random.random() / 10), _PATIENCE) + random.random() / 50)  # noqa: S311 - not for secrets
        slots = [heard_at + slot for slot in grant.slots] if grant else []
        if slots:
            host.last_slot = slots[-1]
        for slot in slots:
            await self.rest(slot - self._clock())
            now = self._clock()
            if now - slot > _LATE or host.pause_left(now) > _MOMENT:
                return  # too late, or the host asked for a pause meanwhile
            _open(host)


def _open(host: _Host) -> None:
    """To the first who still waits."""
    while host.waiting:
        waiter = host.waiting.popleft()
        if not waiter.done():
            waiter.set_result(None)
            return


def _turn_away(host: _Host, error: Exception) -> None:
    while host.waiting:
        waiter = host.waiting.popleft()
        if not waiter.done():
            waiter.set_exception(error)
