"""The gate between workers and a host: many processes on one real Redis, and what one worker does while it waits."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from bisect import bisect_right
from pathlib import Path

import pytest

from baike_spider.crawl.gate import Gate, GateClosed, Manners
from baike_spider.frontier import EmbeddedServer, Frontier, FrontierError, FrontierUnreachable, Report, worker_name
from baike_spider.frontier.connection import Call
from tests.processes import go

WORKER = Path(__file__).with_name("gate_process.py")
HOST = "host.example"


def most_in(window: float, times: list[float]) -> int:
    """The most events in any window of so many seconds."""
    return max((bisect_right(times, at + window) - number for number, at in enumerate(times)), default=0)


def start(count: int, url: str, crawl: str, *, delay: float, seconds: float, comers: int = 8) -> list[subprocess.Popen[str]]:
    """So many workers, which begin together."""
    command = [sys.executable, str(WORKER), url, crawl, str(delay), str(seconds), str(comers)]
    workers = [subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(count)]
    go(*workers)
    return workers


def passages(process: subprocess.Popen[str]) -> tuple[list[float], int]:
    """Times of the passages, and calls to Redis."""
    lines = process.communicate(timeout=120)[0].split()
    assert process.returncode == 0
    return [float(line) for line in lines[:-1]], int(lines[-1])


@pytest.mark.parametrize("rate", [10, 200])
def test_processes_share_one_rate_fairly_and_cheaply(server: str, rate: int) -> None:
    workers = start(3, server, f"share-{rate}", delay=1 / rate, seconds=5)
    told = [passages(worker) for worker in workers]
    times = sorted(at for passed, _ in told for at in passed)
    for window in (0.5, 1.0, 2.0, 4.0):
        assert most_in(window, times) <= rate * (window + 0.25) + 1, window
    span = max(passed[0] for passed, _ in told), min(passed[-1] for passed, _ in told)
    together = [sum(span[0] <= at <= span[1] for at in passed) for passed, _ in told]
    assert min(together) >= 0.05 * sum(together), together  # a machine under load shares its processors out unevenly, but nobody starves
    if rate == 200:
        assert sum(calls for _, calls in told) < 0.5 * len(times)


def test_a_worker_that_was_stopped_for_a_while_does_not_catch_up(server: str) -> None:
    workers = start(2, server, "frozen", delay=0.02, seconds=5)
    time.sleep(2)
    os.kill(workers[0].pid, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(workers[0].pid, signal.SIGCONT)
    times = sorted(at for worker in workers for at in passages(worker)[0])
    assert most_in(1.0, times) <= 50 * 1.25 + 1


class Owner:
    """Whose gate it is in these tests."""

    def __init__(self) -> None:
        self.closing = False
        self.errors: list[FrontierError] = []
        self.refusing: list[str] = []

    def is_closing(self) -> bool:
        return self.closing

    def lost(self, error: FrontierError) -> None:
        self.errors.append(error)
        self.closing = True

    def refused(self, host: str) -> None:
        self.refusing.append(host)
        self.closing = True


def gate_of(frontier: Frontier, owner: Owner, *, delay: float = 0.0, **knobs: float) -> Gate:
    manners = Manners(delay, **{"longest_interval": 60, "longest_pause": 60, "refusals_to_stop": 2, **knobs})  # type: ignore[arg-type]
    return Gate(frontier.throttle, manners, owner)


@pytest.mark.parametrize("delay", [0.0, 0.05])
def test_those_who_wait_leave_in_order(frontier: Frontier, delay: float) -> None:
    gate, left = gate_of(frontier, Owner(), delay=delay), []

    async def come(number: int) -> None:
        await gate.enter(HOST)
        left.append(number)

    async def all_come() -> None:
        await asyncio.gather(*(come(number) for number in range(6)))

    asyncio.run(all_come())
    assert left == [0, 1, 2, 3, 4, 5]


def test_nobody_leaves_when_the_crawl_ends(frontier: Frontier) -> None:
    owner = Owner()
    gate = gate_of(frontier, owner, delay=30)

    async def scene() -> list[object]:
        await gate.enter(HOST)
        waiting = [asyncio.ensure_future(gate.enter(HOST)) for _ in range(3)]
        await asyncio.sleep(0.05)
        owner.closing = True
        began = time.monotonic()
        ends = await asyncio.gather(*waiting, gate.enter(HOST), return_exceptions=True)
        assert time.monotonic() - began < 15  # long before the next slot
        return list(ends)

    assert [type(end) for end in asyncio.run(scene())] == [GateClosed] * 4


def test_a_pause_of_one_worker_holds_the_other_back(server: str, frontier: Frontier) -> None:
    crawl = frontier.status().crawl
    with Frontier.connect(server, crawl=crawl, worker="other") as second:
        told, other = gate_of(frontier, Owner()), gate_of(second, Owner())

        async def scene() -> float:
            left_at = await told.enter(HOST)
            await other.enter(HOST)
            assert told.throttled(HOST, left_at=left_at, pause=1.5) == (1.5, False)
            began = time.monotonic()
            assert told.throttled(HOST, left_at=left_at, pause=1.5) == (1.5, True)
            other.look()
            await other.enter(HOST)
            return time.monotonic() - began

        assert asyncio.run(scene()) >= 1.45


def test_a_pause_is_capped(frontier: Frontier) -> None:
    gate = gate_of(frontier, Owner(), longest_pause=7)
    began = time.monotonic()
    assert gate.throttled(HOST, left_at=began, pause=86_400) == (7, False)
    paused = frontier.throttle.reserve(Report(HOST, 0), 0).state.paused
    assert 7 - (time.monotonic() - began) - 0.1 < paused <= 7


def test_refusals_of_two_workers_end_both(server: str, frontier: Frontier) -> None:
    crawl = frontier.status().crawl
    owners = Owner(), Owner()
    with Frontier.connect(server, crawl=crawl, worker="other") as second:
        gates = gate_of(frontier, owners[0]), gate_of(second, owners[1])
        for gate in gates:
            gate.watch(HOST)
            gate.refused(HOST, left_at=time.monotonic())
        time.sleep(2.05)
        for gate in gates:
            gate.look()
        assert [owner.refusing for owner in owners] == [[HOST], [HOST]]
        late = gate_of(second, Owner())
        late.watch(HOST)  # the next run begins with a clean slate
        late.look()
        assert late._owner.refusing == []  # type: ignore[attr-defined]


def test_a_refusal_whose_answer_was_lost_counts_once(frontier: Frontier, monkeypatch: pytest.MonkeyPatch) -> None:
    gate, call = gate_of(frontier, Owner(), delay=1), frontier._connection.call

    def deaf(asked: Call, **options: float) -> object:
        reply = call(asked, **options)
        if asked.name == "trouble":
            monkeypatch.undo()
            raise FrontierUnreachable("its answer was lost")
        return reply

    monkeypatch.setattr(frontier._connection, "call", deaf)
    gate.refused(HOST, left_at=time.monotonic())
    gate.throttled(HOST, left_at=time.monotonic(), pause=3)
    gate.look()
    state = frontier.throttle.reserve(Report(HOST, 1), 0).state
    assert (state.refused, state.in_row, state.throttled, state.stops) == (1, 1, 1, 0)
    assert state.interval == 2


def test_while_redis_is_away_nobody_passes_and_the_loop_goes_on(tmp_path: Path) -> None:
    with EmbeddedServer.start(tmp_path / "redis") as own:
        frontier = Frontier.connect(own.url, crawl="away", worker=worker_name(), patience=1)
        owner = Owner()
        gate = gate_of(frontier, owner, delay=0.01)

        async def scene() -> None:
            await gate.enter(HOST)
            frontier._connection.close()
            hidden = own.socket.rename(own.socket.with_name("hidden"))
            waiting = asyncio.ensure_future(gate.enter(HOST))
            began = time.monotonic()
            for _ in range(30):
                await asyncio.sleep(0.02)
            assert time.monotonic() - began < 15  # a loop that is held up would be so for a second each time
            assert not waiting.done()
            hidden.rename(own.socket)
            await asyncio.wait_for(waiting, 30)

        asyncio.run(scene())
        frontier.close()


def test_a_worker_leases_what_it_can_send_soon(frontier: Frontier) -> None:
    gate = gate_of(frontier, Owner(), delay=1)
    assert gate.room(HOST, 0) == 5
    gate.watch(HOST)
    assert (gate.room(HOST, 2), gate.room(HOST, 5)) == (3, 0)
    gate.keep_crawl_delay(HOST, 20)
    assert (gate.room(HOST, 0), gate.room(HOST, 1)) == (1, 0)
    free = gate_of(frontier, Owner())
    free.keep_crawl_delay(HOST, 0)
    assert free.room(HOST, 100) > 1000
    free.throttled(HOST, left_at=time.monotonic(), pause=30)
    assert (free.room(HOST, 0), free.room(HOST, 1)) == (1, 0)
