"""The one pace of all workers towards a host: slots to send requests in, kept in Redis.

Comes in: how many requests wait, and how the host answered. Goes out: times. Waiting for them is the worker's (crawl/gate.py); what an answer means is
the downloader's and the spider's. The server's clock rules: calls carry and bring durations, so workers' clocks are never compared.

A host's interval is the longest of what the worker was asked to keep, the Crawl-delay of robots.txt, and the back-off: that one doubles when the host
throttles or refuses, falls by a fifth with every good page, and halves with every minute of rest. Gaps are up to a tenth longer than the interval, by chance,
and never shorter.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from baike_spider.frontier.calls import CrawlCalls

__all__ = ["Grant", "HostState", "Report", "Throttle", "Trouble"]

#: slots asked for at once; a script gives fewer
MOST_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker says of a host with every call."""

    host: str
    delay: float
    """Seconds between two requests that it was asked to keep."""
    crawl_delay: float | None = None
    """Seconds, of robots.txt; None when it was not read yet, 0 when it asks for none."""
    good: int = 0
    """Good pages since the last report."""
    good_age: float = 0
    """Seconds since the latest of them."""
    slot_age: float | None = None
    """Seconds since the latest slot that it was given, negative when that one is still to come."""


@dataclass(frozen=True, slots=True)
class HostState:
    """How a host is treated, as of one moment."""

    interval: float
    """Seconds between two requests; 0: no limit."""
    paused: float
    """Seconds for which nothing leaves."""
    in_row: int
    """Refusals since the latest good page."""
    stops: int
    """How many runs refusals have ended."""
    refused: int
    throttled: int
    """Answers 429 and 503."""

    @classmethod
    def read(cls, told: Sequence[Any]) -> HostState:
        return cls(float(told[0]), float(told[1]), *(int(number) for number in told[2:]))


@dataclass(frozen=True, slots=True)
class Grant:
    """The answer to a wish for slots."""

    state: HostState
    slots: tuple[float, ...]
    """Seconds from now to each slot, rising."""
    again: float
    """Without slots: seconds until there may be one."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """An answer by which the host asks us to go slower."""

    kind: Literal["refused", "throttled"]
    serial: int
    """Rises with every trouble of a worker: one that is told again, because the answer was lost, counts once."""
    left_age: float
    """Seconds since the request left."""
    age: float = 0
    """Seconds since the answer came."""
    pause: float = 0
    """Seconds that the host asked to be left alone; 0: it did not say."""


class Throttle:
    """The pace of one crawl. Every call is one round trip, and raises FrontierError."""

    def __init__(self, calls: CrawlCalls, random: Callable[[], float]) -> None:
        """`random`: numbers of [0, 1)."""
        self._calls = calls
        self._random = random
        self._teller = secrets.token_hex(4)
        self._keys = (calls.keys.meta, calls.keys.manners)

    def reserve(self, report: Report, wanted: int) -> Grant:
        """Up to `wanted` slots; 0 only looks. Slots that are not used are lost. Does not wait for a Redis that is away."""
        wishes = [self._random() for _ in range(min(wanted, MOST_SLOTS))]
        told, again, slots = self._run("reserve", report, len(wishes), *wishes)
        return Grant(HostState.read(told), tuple(float(slot) for slot in slots), float(again))

    def trouble(self, report: Report, trouble: Trouble, *, longest_interval: float, refusals_to_stop: int) -> HostState:
        """Tells all workers; may be repeated. `longest_interval`: seconds beyond which the back-off does not go."""
        what = (trouble.kind, trouble.left_age, trouble.age, trouble.pause)
        told = self._run("trouble", report, *what, longest_interval, refusals_to_stop, self._teller, trouble.serial)
        return HostState.read(told)

    def _run(self, script: str, report: Report, *args: Any) -> Any:
        said = ("" if value is None else value for value in (report.crawl_delay, report.good, report.good_age, report.slot_age))
        call = self._calls.call(script, self._keys, report.host, report.delay, *said, *args)
        return self._calls.connection.call(call, patience=0)
