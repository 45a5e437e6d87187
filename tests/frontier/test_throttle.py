"""The pace that all workers share: slots, back-off, pauses, refusals, on a clock that only the test moves."""

from __future__ import annotations

import itertools
import os
import signal
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import redis
from hypothesis import given, settings
from hypothesis import strategies as st

from baike_spider.frontier import EmbeddedServer, Frontier, FrontierLost, FrontierUnreachable, Report, Trouble
from tests.processes import parent_of, runs, until

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.frontier import HostState
    from tests.frontier.conftest import Clock

Joining = Callable[..., Frontier]
HOST = "baike.example"
_serials = itertools.count(1)


def ask(frontier: Frontier, clock: Clock, wanted: int = 1, *, delay: float = 1.0, host: str = HOST, **said: float) -> list[float]:
    """Times of the slots."""
    grant = frontier.throttle.reserve(Report(host, delay, **said), wanted)
    return [clock.now + slot for slot in grant.slots]


def state(frontier: Frontier, delay: float = 1.0, **said: float) -> HostState:
    return frontier.throttle.reserve(Report(HOST, delay, **said), 0).state


def complain(
    frontier: Frontier, *, delay: float = 1.0, kind: str = "throttled", limit: float = 60, stop: int = 5, **what: float
) -> HostState:
    trouble = Trouble(kind, **{"serial": next(_serials), "left_age": 0.0, **what})  # type: ignore[arg-type]
    return frontier.throttle.trouble(Report(HOST, delay), trouble, longest_interval=limit, refusals_to_stop=stop)


@settings(max_examples=60, deadline=None)
@given(
    delay=st.sampled_from([0.01, 0.2, 1.0, 7.0]),
    steps=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 20), st.floats(0, 3)), min_size=1, max_size=60),
)
def test_no_two_slots_of_any_workers_are_closer_than_the_interval(
    server: EmbeddedServer, delay: float, steps: list[tuple[int, int, float]]
) -> None:
    now = [1_000_000.0]
    crawl = f"law-{time.monotonic_ns()}"
    workers = [Frontier.connect(server.url, crawl=crawl, worker=name, clock=lambda: now[0]) for name in "abc"]
    given_out: list[float] = []
    for worker, wanted, passes in steps:
        slots = workers[worker].throttle.reserve(Report(HOST, delay), wanted).slots
        assert all(0 <= slot <= 1.0001 for slot in slots)
        given_out += [now[0] + slot for slot in slots]
        now[0] += passes
    assert all(later - earlier >= delay - 0.0002 for earlier, later in itertools.pairwise(given_out))
    for worker in workers:
        worker._connection.close()


def test_the_rate_is_used_to_nine_tenths(frontier: Frontier, clock: Clock) -> None:
    slots: list[float] = []
    while clock.now < 1_000_000 + 100:
        slots += ask(frontier, clock, 8, delay=0.2)
        clock.advance(0.05)
    assert 450 <= len(slots) <= 505


def test_one_call_brings_many_slots_at_a_high_rate_and_one_at_a_low_one(frontier: Frontier, clock: Clock) -> None:
    assert len(ask(frontier, clock, 64, delay=0.005)) == 40
    clock.advance(10)
    assert len(ask(frontier, clock, 64, delay=1)) == 1


def test_no_limit_no_wait(frontier: Frontier, clock: Clock) -> None:
    assert ask(frontier, clock, 5, delay=0) == [clock.now] * 5


def test_hosts_do_not_share_a_pace(frontier: Frontier, clock: Clock) -> None:
    assert ask(frontier, clock) == ask(frontier, clock, host="other.example") == [clock.now]
    assert ask(frontier, clock, delay=5) == []


def test_a_worker_that_dies_with_its_slots_costs_a_second_at_most(join: Joining, clock: Clock) -> None:
    dead, alive = join("dead"), join("alive")
    while ask(dead, clock, 64, delay=0.01):
        pass
    assert ask(alive, clock, delay=0.01) == []
    clock.advance(1)
    (slot,) = ask(alive, clock, delay=0.01)
    assert slot <= clock.now + 0.02


def test_the_longest_wish_of_the_moment_holds(join: Joining, clock: Clock) -> None:
    quick, careful = join("quick"), join("careful")
    (first,) = ask(careful, clock, delay=1, crawl_delay=4)
    clock.advance(2)
    assert ask(quick, clock, delay=1) == []  # it has not read robots.txt yet
    clock.advance(1.5)
    (second,) = ask(quick, clock, delay=1)
    assert 4 <= second - first <= 4.4
    assert state(quick, crawl_delay=0).interval == 1


def test_a_pause_is_for_all_and_then_the_pace_is_the_old_one(join: Joining, clock: Clock) -> None:
    told, other = join("told"), join("other")
    assert complain(told, pause=30).paused == 30
    assert complain(told, pause=10).paused == 30
    assert state(other).interval == 1
    grant = other.throttle.reserve(Report(HOST, 1), 1)
    assert (grant.slots, grant.again) == ((), 29)
    clock.advance(29.5)
    (slot,) = ask(other, clock)
    assert slot == pytest.approx(1_000_030)
    clock.advance(5)
    assert state(other).paused == 0


def test_the_interval_doubles_and_comes_back_step_by_step(frontier: Frontier, clock: Clock) -> None:
    seen = []
    for _ in range(8):
        clock.advance(1)
        seen.append(complain(frontier, delay=0.5).interval)
    assert seen == [1, 2, 4, 8, 16, 32, 60, 60]
    seen = []
    for _ in range(8):
        clock.advance(1)
        seen.append(round(state(frontier, 0.5, good=1).interval, 1))
    assert seen == [48, 38.4, 30.7, 24.6, 19.7, 15.7, 12.6, 10.1]
    assert state(frontier, 0.5, good=50).interval == 0.5


def test_a_host_without_limit_gets_one_and_loses_it_again(frontier: Frontier, clock: Clock) -> None:
    assert complain(frontier, delay=0).interval == 0.5
    clock.advance(1)
    assert state(frontier, 0, good=30).interval == 0


def test_requests_that_were_under_way_together_slow_down_once(frontier: Frontier, clock: Clock) -> None:
    assert complain(frontier, left_age=0.5).interval == 2
    assert complain(frontier, left_age=0.4).interval == 2
    clock.advance(3)
    assert complain(frontier, left_age=3.4).interval == 2
    assert state(frontier, good=1, good_age=3.2).interval == 2  # it came before
    assert complain(frontier, left_age=0.5).interval == 4


def test_rest_heals(frontier: Frontier, clock: Clock) -> None:
    for _ in range(6):
        clock.advance(1)
        complain(frontier)
    assert state(frontier).interval == 60
    clock.advance(125)
    assert state(frontier).interval == 15
    clock.advance(600)
    assert state(frontier).interval == 1


def test_the_interval_asked_for_may_be_beyond_the_limit_of_the_back_off(frontier: Frontier) -> None:
    assert complain(frontier, delay=90, limit=60).interval == 90


def test_refusals_in_a_row_over_all_workers_end_the_run_once(join: Joining, clock: Clock) -> None:
    one, other = join("one"), join("other")
    for number in range(4):
        clock.advance(1)
        assert complain((one, other)[number % 2], kind="refused").in_row == number + 1
    ending = complain(other, kind="refused")
    assert (ending.in_row, ending.stops) == (5, 0)
    assert ending.paused == 2  # nothing leaves while the others tell of their good pages
    clock.advance(2)
    assert (state(one).stops, state(one).in_row) == (1, 0)
    assert state(other).stops == 1
    assert state(other).refused == 5


def test_a_trouble_that_is_told_again_counts_once(join: Joining, clock: Clock) -> None:
    one, other = join("one"), join("other")
    assert complain(one, kind="refused", serial=7).in_row == 1
    clock.advance(1)
    repeated = complain(one, kind="refused", serial=7)
    assert (repeated.in_row, repeated.refused, repeated.interval) == (1, 1, 2)
    assert complain(other, kind="refused", serial=7).in_row == 2  # another worker counts for itself
    assert complain(one, kind="refused", serial=8).in_row == 3


def test_a_good_page_of_any_worker_ends_the_row(join: Joining, clock: Clock) -> None:
    one, other = join("one"), join("other")
    for _ in range(4):
        clock.advance(1)
        complain(one, kind="refused")
    assert state(other, good=1, good_age=1.5).in_row == 2  # those that came after it
    clock.advance(1)
    complain(one, kind="refused")
    complain(one, kind="refused")
    assert complain(one, kind="refused").in_row == 5
    clock.advance(1)
    assert state(other, good=1, good_age=1.5).in_row == 3  # told late, but in time
    clock.advance(10)
    assert state(one).stops == 0


def test_a_clock_that_is_set_back_does_not_stop_the_crawl(frontier: Frontier, clock: Clock) -> None:
    ask(frontier, clock)
    clock.advance(-3600)
    clock.advance(0.2)
    assert ask(frontier, clock, delay=0.2) == []
    clock.advance(1.1)
    assert len(ask(frontier, clock, delay=0.2)) == 1


def test_a_pause_that_a_clock_was_set_back_in_is_as_long_as_it_was_granted(frontier: Frontier, clock: Clock) -> None:
    complain(frontier, pause=30)
    clock.advance(10)
    complain(frontier, pause=5)
    clock.advance(-3600)
    assert state(frontier).paused == 30
    clock.advance(29)
    assert state(frontier).paused == 1
    clock.advance(1.5)
    assert len(ask(frontier, clock)) == 1
    complain(frontier, pause=5)
    clock.advance(-3600)
    assert state(frontier).paused == 5  # the longer one is over


def test_a_back_off_heals_though_the_clock_was_set_back(frontier: Frontier, clock: Clock) -> None:
    complain(frontier)
    clock.advance(61)
    assert state(frontier).interval == 1
    assert [complain(frontier).interval, clock.advance(1), complain(frontier).interval] == [2, None, 4]
    clock.advance(-3600)
    assert state(frontier).interval == 4
    clock.advance(1)
    assert state(frontier, good=1, good_age=0.5).interval == pytest.approx(3.2)
    assert complain(frontier).interval == pytest.approx(6.4)
    clock.advance(61)
    assert state(frontier).interval == pytest.approx(3.2)


def test_refusals_are_counted_and_forgiven_though_the_clock_was_set_back(frontier: Frontier, clock: Clock) -> None:
    for _ in range(4):
        complain(frontier, kind="refused")
    clock.advance(-3600)
    assert state(frontier).in_row == 4
    clock.advance(1)
    assert state(frontier, good=1, good_age=0.5).in_row == 0
    for _ in range(5):
        complain(frontier, kind="refused")
    clock.advance(-3600)
    assert (state(frontier).paused, state(frontier).stops) == (2, 0)
    clock.advance(2)
    assert (state(frontier).stops, state(frontier).paused) == (1, 0)


def test_what_a_server_forgot_the_worker_knows(frontier: Frontier, clock: Clock, client: redis.Redis) -> None:
    (slot,) = ask(frontier, clock, delay=3)
    client.delete(frontier._keys.manners)
    clock.advance(1)
    assert ask(frontier, clock, delay=3, slot_age=clock.now - slot) == []
    clock.advance(1.5)
    assert len(ask(frontier, clock, delay=3, slot_age=clock.now - slot)) == 1


def test_status_shows_the_hosts(frontier: Frontier) -> None:
    complain(frontier, pause=20)
    complain(frontier, kind="refused")
    (host,) = frontier.status().hosts
    assert (host.host, host.delay, host.interval, host.paused) == (HOST, 1, 2, 20)
    assert (host.refused, host.throttled, host.in_row, host.stops) == (1, 1, 1, 0)


def test_a_purged_crawl_is_lost_to_the_throttle_too(join: Joining) -> None:
    one, other = join("one"), join("other")
    one.purge()
    with pytest.raises(FrontierLost):
        state(other)
    assert state(one).throttled == 0


def test_a_server_that_is_away_is_told_at_once(tmp_path: Path) -> None:
    with EmbeddedServer.start(tmp_path / "redis") as server:
        frontier = Frontier.connect(server.url, crawl="away", worker="w", patience=30)
        with redis.Redis.from_url(server.url) as client:
            pid = client.info("server")["process_id"]
        warden = parent_of(pid)
        os.kill(warden, signal.SIGSTOP)  # or it would start the server again
        try:
            os.kill(pid, signal.SIGKILL)
            assert until(lambda: not runs(pid))
            began = time.monotonic()
            with pytest.raises(FrontierUnreachable):
                state(frontier)
            assert time.monotonic() - began < 15  # half the patience that other calls have
        finally:
            os.kill(warden, signal.SIGCONT)
        frontier._connection.close()
