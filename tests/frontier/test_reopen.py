"""Finished entries are queued once more, and finished again; one exclusive run at a time; draining; clearing what is finished."""

from __future__ import annotations

import pytest
import redis

from baike_spider.frontier import Candidate, Frontier, FrontierLost, Revisit
from tests.frontier.conftest import Clock, Joining


def stored(frontier: Frontier, title: str, lemma_id: int) -> None:
    """An entry fetched under its title that turned out to have an id."""
    frontier.add([Candidate(title, title)])
    (lease,) = frontier.lease(1)
    assert frontier.claim(lease, [lemma_id, title])
    assert frontier.ack([lease]) == 1


def revisit(title: str, lemma_id: int, note: str = "n") -> Revisit:
    return Revisit((Candidate(lemma_id, f"{title}/{lemma_id}", 3), Candidate(title, title, 3)), note)


def test_a_finished_entry_is_fetched_again_under_its_own_name(frontier: Frontier) -> None:
    stored(frontier, "甲", 1)
    assert frontier.reopen([revisit("甲", 1, "etag")]) == (1, 1)
    assert (frontier.counts.open, frontier.counts.done) == (1, 0)
    assert frontier.reopen([revisit("甲", 1, "other")]) == (0, 1)
    (lease,) = frontier.lease(5)
    assert (lease.key, lease.note, lease.depth) == ("甲", "etag", 3)
    assert frontier.reopen([revisit("甲", 1)]) == (0, 0)
    assert frontier.claim(lease, [1, "甲", "新名"], links=[Candidate(1, "甲/1"), Candidate("乙", "乙", 4)])
    assert frontier.ack([lease]) == 1
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (1, 1, 0)
    (other,) = frontier.lease(5)
    assert (other.key, other.note) == ("乙", "")
    assert frontier.add([Candidate("新名", "新名")]) == 0


def test_in_the_given_order_and_before_what_is_new(frontier: Frontier) -> None:
    for number in range(1, 6):
        stored(frontier, f"t{number}", number)
    frontier.add([Candidate("new", "new", 1)])
    assert frontier.reopen([revisit(f"t{number}", number) for number in (4, 1, 5)]) == (3, 3)
    assert [lease.key for lease in frontier.lease(9)] == ["t4", "t1", "t5", "new"]


def test_an_entry_that_this_queue_does_not_know_is_queued_once(frontier: Frontier) -> None:
    assert frontier.reopen([revisit("甲", 1)]) == (1, 1)
    (lease,) = frontier.lease(2)
    assert (lease.key, lease.note) == (1, "n")
    assert frontier.claim(lease, [1, "甲"])
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)


def test_a_queue_that_was_told_of_the_shards(frontier: Frontier) -> None:
    frontier.mark_done([1], aliases=["甲"])
    assert frontier.reopen([revisit("甲", 1)]) == (1, 1)
    (lease,) = frontier.lease(2)
    assert frontier.claim(lease, [1, "甲"])
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)


def test_a_worker_that_dies_loses_no_note(frontier: Frontier, clock: Clock, client: redis.Redis, crawl: str) -> None:
    stored(frontier, "甲", 1)
    frontier.reopen([revisit("甲", 1)])
    frontier.lease(1)
    clock.advance(100)
    (lease,) = frontier.lease(1)
    assert lease.note == "n"
    assert frontier.claim(lease, [1, "甲"])
    assert frontier.salvage(["甲", 1]) == 1  # its records were on disk
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)
    assert client.exists(f"baike:{{{crawl}}}:revisits") == 0
    assert frontier.ack([lease]) == 0


def test_a_dead_letter_is_tried_again(frontier: Frontier) -> None:
    stored(frontier, "甲", 1)
    frontier.reopen([revisit("甲", 1)])
    frontier.bury(frontier.lease(1), "broken")
    assert frontier.reopen([revisit("甲", 1, "again")]) == (1, 1)
    (lease,) = frontier.lease(2)
    assert (lease.note, frontier.counts.dead, frontier.counts.open) == ("again", 0, 1)
    assert frontier.claim(lease, [1, "甲"])


def test_it_became_another_name_of_a_stored_entry(frontier: Frontier) -> None:
    stored(frontier, "甲", 1)
    stored(frontier, "乙", 2)
    frontier.reopen([revisit("甲", 1)])
    (lease,) = frontier.lease(1)
    assert not frontier.claim(lease, ["乙", 2])
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (0, 1, 1)
    assert frontier.lease(1) == []


def test_a_booked_entry_whose_item_is_still_queued(frontier: Frontier) -> None:
    frontier.add([Candidate(1, "甲/1")])
    frontier.mark_done([1])
    frontier.reopen([revisit("甲", 1)])
    (lease,) = frontier.lease(5)
    assert (lease.key, lease.note) == (1, "n")
    frontier.ack([lease])
    assert frontier.lease(1) == []
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)


def test_one_exclusive_run_at_a_time(join: Joining, clock: Clock) -> None:
    first, second = join("host:1:a:b"), join("host:2:a:b")
    assert first.be_alone(60) == ""
    assert second.be_alone(60) == "host:1:a:b"
    clock.advance(50)
    assert first.be_alone(60) == ""
    clock.advance(50)
    assert second.be_alone(60) == "host:1:a:b"
    second.be_alone_no_more()
    assert second.be_alone(60) == "host:1:a:b"
    clock.advance(20)  # the first one is gone
    assert second.be_alone(60) == ""
    assert first.be_alone(60) == "host:2:a:b"
    assert first.be_alone(60, alive=lambda _: False) == ""
    first.be_alone_no_more()
    assert second.be_alone(60) == ""


def test_a_drained_queue_hands_out_nothing_and_goes_on(join: Joining) -> None:
    worker, person = join("w1"), join("w2")
    worker.add([Candidate("甲", "甲"), Candidate("乙", "乙")])
    held = worker.lease(1)
    person.drain()
    assert worker.lease(5) == []
    assert worker.counts.draining
    assert worker.ack(held) == 1
    assert worker.counts.open == 1
    person.drain(stop=False)
    assert [lease.key for lease in worker.lease(5)] == ["乙"]
    assert not worker.counts.draining


def test_only_a_finished_queue_that_nobody_works_on_is_cleared(join: Joining, clock: Clock, client: redis.Redis, crawl: str) -> None:
    first, second = join("w1"), join("w2")
    first.add([Candidate("甲", "甲")])
    assert not first.clear_finished()
    first.ack(first.lease(1))
    second.heartbeat({})
    assert not first.clear_finished()
    clock.advance(100)  # the second worker is silent
    old = first.generation
    assert first.clear_finished()
    assert client.keys(f"baike:{{{crawl}}}:*") == [f"baike:{{{crawl}}}:meta".encode()]
    with pytest.raises(FrontierLost):
        second.count()
    assert join("w3", generation=old).generation == first.generation
    first.add([Candidate("乙", "乙")])
    first.bury(first.lease(1), "broken")
    assert not first.clear_finished()
