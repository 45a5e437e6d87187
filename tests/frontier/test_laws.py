"""The law of the frontier under any order of events: every entry is finished exactly once, whoever dies when.

A small encyclopedia: entries with an id and two titles each. Workers lease, fetch (which tells all identities), claim, write a record, acknowledge;
in between they crash, are too slow, fail, give back; salvage books what is on disk; the dead are retried. In the end the crawl is driven to its end.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, Key, Lease
from tests.frontier.conftest import Clock

if TYPE_CHECKING:
    from collections.abc import Iterable

ENTRIES = [(1, "甲", "甲又名"), (2, "乙", "乙又名"), (70_000, "丙", "丙又名"), (2**33, "丁", "丁又名")]
ENTRY_OF: dict[Key, int] = {key: number for number, keys in enumerate(ENTRIES) for key in keys}
WORKERS = ("w1", "w2", "w3")
_numbers = itertools.count()


class Crawl(RuleBasedStateMachine):
    """The real frontier beside a model that knows only what was promised."""

    url = ""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        name = f"law-{next(_numbers)}"
        self.workers = {
            worker: Frontier.connect(self.url, crawl=name, worker=worker, lease_seconds=60, max_attempts=3, max_lapses=4, clock=self.clock)
            for worker in WORKERS
        }
        self.any = self.workers["w1"]
        self.asked: set[int] = set()
        self.held: list[tuple[str, Lease]] = []  # what a worker believes to hold; may be late
        self.durable: list[tuple[str, Lease]] = []  # claimed and written, not acknowledged
        self.duplicates: list[tuple[str, Lease]] = []  # claimed in vain
        self.finished: list[int] = []

    def teardown(self) -> None:
        try:
            self.drive_to_the_end()
            assert sorted(self.finished) == sorted(self.asked)
        finally:
            self.any.purge()
            for frontier in self.workers.values():
                frontier._connection.close()

    @rule(keys=st.lists(st.sampled_from(sorted(ENTRY_OF, key=str)), min_size=1, max_size=5), depth=st.integers(0, 40))
    def add(self, keys: list[Key], depth: int) -> None:
        known = self.any.status().seen
        new = self.any.add([Candidate(key, str(key), depth) for key in keys])
        assert self.any.status().seen == known + new
        self.asked.update(ENTRY_OF[key] for key in keys)

    @rule(worker=st.sampled_from(WORKERS), n=st.integers(1, 4))
    def lease(self, worker: str, n: int) -> None:
        leases = self.workers[worker].lease(n)
        assert len({lease.key for lease in leases}) == len(leases)
        for lease in leases:
            others = [old.token for _, old in self.held + self.durable + self.duplicates if old.key == lease.key]
            assert all(lease.token > token for token in others)
        self.held += [(worker, lease) for lease in leases]

    @rule(data=st.data(), fraction=st.booleans())
    def fetch(self, data: st.DataObject, fraction: bool) -> None:
        for at in self.some(data, self.held):
            worker, lease = at
            self.held.remove(at)
            self.fetched(worker, lease, some_aliases=fraction)

    def fetched(self, worker: str, lease: Lease, *, some_aliases: bool = False) -> None:
        lemma_id, *titles = ENTRIES[ENTRY_OF[lease.key]]
        aliases = [lemma_id] if some_aliases else [lemma_id, *titles]
        (self.durable if self.workers[worker].claim(lease, aliases) else self.duplicates).append((worker, lease))

    @rule(data=st.data())
    def ack(self, data: st.DataObject) -> None:
        for at in self.some(data, self.durable):
            self.durable.remove(at)
            self.acked(*at)
        for at in self.some(data, self.duplicates):
            self.duplicates.remove(at)
            self.workers[at[0]].ack([at[1]])

    def acked(self, worker: str, lease: Lease) -> None:
        if self.workers[worker].ack([lease]):
            self.finished.append(ENTRY_OF[lease.key])

    @rule(data=st.data(), delay=st.sampled_from([0, 5, 90]), failed=st.booleans())
    def give_back(self, data: st.DataObject, delay: float, failed: bool) -> None:
        for at in self.some(data, self.held):
            self.held.remove(at)
            self.workers[at[0]].give_back([at[1]], delay=delay, failed=failed, error="x")

    @rule(data=st.data())
    def bury(self, data: st.DataObject) -> None:
        for pool in (self.held, self.durable, self.duplicates):
            for at in self.some(data, pool):
                pool.remove(at)
                self.workers[at[0]].bury([at[1]], "x")

    @rule(data=st.data())
    def renew(self, data: st.DataObject) -> None:
        for worker, lease in self.some(data, self.held):
            self.workers[worker].renew([lease])

    @rule(seconds=st.sampled_from([1, 30, 61, 200]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule(worker=st.sampled_from(WORKERS))
    def die(self, worker: str) -> None:
        for pool in (self.held, self.durable, self.duplicates):
            pool[:] = [at for at in pool if at[0] != worker]

    @rule(worker=st.sampled_from(WORKERS))
    def die_and_be_noticed(self, worker: str) -> None:
        self.die(worker)
        survivor = self.workers["w2" if worker == "w1" else "w1"]
        survivor.release_dead_workers(lambda name: name != worker)

    @rule(data=st.data())
    def salvage(self, data: st.DataObject) -> None:
        """A worker died between the disk and the acknowledgement; the next one reads the shard, maybe after others have taken over."""
        for at in self.some(data, self.durable):
            worker, lease = at
            self.durable.remove(at)
            held = bool(self.workers[worker].renew([lease]))
            booked = self.any.salvage(ENTRIES[ENTRY_OF[lease.key]])
            assert booked in ((1,) if held else (0, 1))
            self.finished += [ENTRY_OF[lease.key]] * booked

    @rule(data=st.data(), with_aliases=st.booleans())
    def mark_done(self, data: st.DataObject, with_aliases: bool) -> None:
        for at in self.some(data, self.durable):
            worker, lease = at
            self.durable.remove(at)
            if self.workers[worker].renew([lease]):
                assert self.any.mark_done([lease.key], aliases=ENTRIES[ENTRY_OF[lease.key]] if with_aliases else ()) >= 1
                self.finished.append(ENTRY_OF[lease.key])

    @rule()
    def retry(self) -> None:
        dead = self.any.count().dead
        assert self.any.retry_dead() == dead

    @invariant()
    def the_books_are_right(self) -> None:
        status = self.any.status()
        assert status.counts.open == status.pending + status.delayed + status.leased + status.parked
        assert sum(row.leased for row in status.workers) == status.leased
        assert len(set(self.finished)) == len(self.finished)
        assert status.done == len(self.finished)

    def drive_to_the_end(self) -> None:
        for _ in range(60):
            self.clock.advance(300)
            self.any.retry_dead()
            for lease in self.any.lease(50):
                self.fetched("w1", lease)
            for pool in (self.durable, self.duplicates):
                while pool:
                    worker, lease = pool.pop()
                    if pool is self.durable:
                        self.acked(worker, lease)
                    else:
                        self.workers[worker].ack([lease])
            counts = self.any.count()
            if counts.open == 0 and counts.dead == 0:
                return
        raise AssertionError(f"the crawl does not end: {self.any.status()}")

    @staticmethod
    def some(data: st.DataObject, pool: list[tuple[str, Lease]]) -> Iterable[tuple[str, Lease]]:
        return list(data.draw(st.lists(st.sampled_from(pool), unique=True, max_size=3))) if pool else []


@pytest.mark.parametrize("steps", [15, 50])
def test_every_entry_is_finished_exactly_once(server: EmbeddedServer, steps: int) -> None:
    machine = type("Crawl", (Crawl,), {"url": server.url})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=25, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
        ),
    )
