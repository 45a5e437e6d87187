"""One entry once: who owns which identity, and what comes of the others when the owner is done or dies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from baike_spider.frontier import Candidate, Frontier, Key, Lease

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from tests.frontier.conftest import Clock

    Joining = Callable[..., Frontier]

ID, TITLE, OTHER, OLD = 114923, "刘德华", "华仔", "/view/1758.htm"


@pytest.fixture
def two(join: Joining) -> tuple[Frontier, Frontier]:
    return join("w1"), join("w2")


def queue(frontier: Frontier, *keys: Key) -> None:
    frontier.add([Candidate(key, str(key)) for key in keys])


def lease_one(frontier: Frontier) -> Lease:
    (lease,) = frontier.lease(1)
    return lease


def nothing_left(client: redis.Redis, crawl: str) -> None:
    """A finished crawl keeps only the seen tables and its books."""
    names = {key.decode().rpartition("}:")[2] for key in client.scan_iter(f"baike:{{{crawl}}}:*")}
    assert names <= {"meta", "ids", "titles", "dead"}


def test_a_claimed_identity_is_seen(frontier: Frontier) -> None:
    queue(frontier, TITLE)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID, TITLE, OLD])
    queue(frontier, ID, OLD)
    assert frontier.lease(9) == []
    frontier.ack([lease])
    queue(frontier, ID, OLD)
    assert frontier.lease(9) == []
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)


def test_claim_again_is_true_again(frontier: Frontier, clock: Clock) -> None:
    queue(frontier, TITLE)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    assert frontier.claim(lease, [ID, OTHER])
    clock.advance(61)  # the worker died; the next one fetches the same page
    again = lease_one(frontier)
    assert not frontier.claim(lease, [ID])
    assert frontier.claim(again, [ID, OTHER])
    assert frontier.ack([again]) == 1


def test_claim_without_aliases_makes_the_key_untouchable(two: tuple[Frontier, Frontier]) -> None:
    one, other = two
    queue(one, ID, TITLE)
    by_id, by_title = lease_one(one), lease_one(other)
    assert one.claim(by_id, [])
    assert not other.claim(by_title, [ID])


def test_the_second_of_two_pages_in_flight_is_the_duplicate(two: tuple[Frontier, Frontier], client: redis.Redis, crawl: str) -> None:
    one, other = two
    queue(one, TITLE, OTHER)
    first, second = lease_one(one), lease_one(other)
    assert one.claim(first, [ID])
    assert not other.claim(second, [ID])
    assert other.ack([second]) == 1
    assert (other.counts.open, other.counts.done, other.counts.duplicates) == (2, 0, 0)  # parked until the first is done
    assert other.status().parked == 1
    assert one.ack([first]) == 1
    assert (one.counts.open, one.counts.done, one.counts.duplicates) == (0, 1, 1)
    nothing_left(client, crawl)


def test_the_claimed_key_itself_in_flight_is_the_duplicate(two: tuple[Frontier, Frontier], client: redis.Redis, crawl: str) -> None:
    one, other = two
    queue(one, TITLE, ID)
    by_title, by_id = lease_one(one), lease_one(other)
    assert one.claim(by_title, [ID])
    assert not other.claim(by_id, [ID])
    assert (one.ack([by_title]), other.ack([by_id])) == (1, 1)
    assert (other.counts.open, other.counts.done, other.counts.duplicates) == (0, 1, 1)
    nothing_left(client, crawl)


def test_a_duplicate_acked_after_the_owner_is_finished_too(two: tuple[Frontier, Frontier], client: redis.Redis, crawl: str) -> None:
    one, other = two
    queue(one, TITLE, OTHER)
    first, second = lease_one(one), lease_one(other)
    assert one.claim(first, [ID])
    assert not other.claim(second, [ID])
    assert (one.ack([first]), other.ack([second])) == (1, 1)
    assert (other.counts.open, other.counts.done, other.counts.duplicates) == (0, 1, 1)
    nothing_left(client, crawl)


def test_a_pending_identity_is_dropped_when_its_turn_comes(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    queue(frontier, TITLE, ID)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    frontier.ack([lease])
    assert frontier.lease(9) == []
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (0, 1, 1)
    nothing_left(client, crawl)


def test_a_pending_identity_waits_while_its_owner_works(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    queue(frontier, TITLE, ID)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    assert frontier.lease(9) == []
    assert frontier.status().parked == 1
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.duplicates) == (0, 1)
    nothing_left(client, crawl)


@pytest.mark.parametrize("turn_came", [False, True])
def test_a_pending_identity_comes_back_when_its_owner_dies(frontier: Frontier, turn_came: bool) -> None:
    queue(frontier, TITLE, ID)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID, OLD])
    if turn_came:
        assert frontier.lease(9) == []
    frontier.bury([lease], "disk full")
    by_id = lease_one(frontier)
    assert by_id.key == ID
    assert frontier.claim(by_id, [OLD, TITLE])
    frontier.ack([by_id])
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.dead) == (0, 1, 0)  # the dead one was the same entry


def test_an_identity_that_nobody_queued_can_be_found_again_when_its_owner_dies(frontier: Frontier) -> None:
    queue(frontier, TITLE)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    frontier.bury([lease], "x")
    queue(frontier, ID)
    assert lease_one(frontier).key == ID


@pytest.mark.parametrize("order", ["duplicate first", "owner first"])
def test_a_duplicate_comes_back_when_its_owner_dies(two: tuple[Frontier, Frontier], order: str) -> None:
    one, other = two
    queue(one, TITLE, OTHER)
    first, second = lease_one(one), lease_one(other)
    assert one.claim(first, [ID])
    assert not other.claim(second, [ID])
    if order == "duplicate first":
        other.ack([second])
        one.bury([first], "x")
    else:
        one.bury([first], "x")
        other.ack([second])
    again = lease_one(other)
    assert again.key == OTHER
    assert other.claim(again, [ID])
    other.ack([again])
    one.retry_dead()
    last = lease_one(one)
    assert not one.claim(last, [ID])
    one.ack([last])
    assert (one.counts.open, one.counts.done, one.counts.duplicates) == (0, 1, 1)


def test_a_retried_owner_owns_again(frontier: Frontier) -> None:
    queue(frontier, TITLE)
    lease = lease_one(frontier)
    frontier.claim(lease, [ID])
    frontier.bury([lease], "x")
    frontier.retry_dead()
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done) == (0, 1)


def test_a_dead_identity_is_healed_by_the_entry_that_claims_it(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    queue(frontier, ID, TITLE)
    frontier.bury([lease_one(frontier)], "404 under this address")
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.dead) == (0, 1, 0)
    nothing_left(client, crawl)


def test_a_dead_identity_retried_while_its_owner_works(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    queue(frontier, ID, TITLE)
    frontier.bury([lease_one(frontier)], "x")
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID])
    assert frontier.retry_dead() == 1
    assert frontier.lease(9) == []
    frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (0, 1, 1)
    nothing_left(client, crawl)


def test_a_claimed_lease_that_fails_for_good_waits_for_its_owner(two: tuple[Frontier, Frontier]) -> None:
    one, other = two
    queue(one, TITLE, ID)
    by_title, by_id = lease_one(one), lease_one(other)
    one.claim(by_title, [ID])
    other.bury([by_id], "x")
    assert other.counts.dead == 0
    one.bury([by_title], "y")
    assert lease_one(one).key == ID


def test_done_and_aliases_of_done_cannot_be_claimed(frontier: Frontier) -> None:
    queue(frontier, ID)
    lease = lease_one(frontier)
    frontier.claim(lease, [TITLE])
    frontier.ack([lease])
    for key, aliases in [("甲", [ID]), ("乙", [TITLE]), ("丙", ["新", TITLE])]:
        queue(frontier, key)
        lease = lease_one(frontier)
        assert not frontier.claim(lease, aliases)
        frontier.ack([lease])
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (0, 1, 3)
    queue(frontier, "新")  # all or nothing: it was not claimed
    assert lease_one(frontier).key == "新"


def test_two_entries_do_not_disturb_each_other(frontier: Frontier) -> None:
    queue(frontier, 1, 2)
    one, two = frontier.lease(2)
    assert frontier.claim(one, ["甲"])
    assert frontier.claim(two, ["乙"])
    frontier.bury([one], "x")
    frontier.ack([two])
    queue(frontier, "乙")
    queue(frontier, "甲")
    assert lease_one(frontier).key == "甲"


def test_an_owner_that_turns_out_to_be_a_duplicate_hands_over_what_it_had(two: tuple[Frontier, Frontier], clock: Clock) -> None:
    one, other = two
    queue(one, OTHER, TITLE, ID)
    first = lease_one(one)
    assert one.claim(first, [OLD])
    clock.advance(61)  # dies; meanwhile the title is fetched
    again, second = other.lease(2)
    assert other.claim(second, [ID])
    assert not other.claim(again, [OLD, ID])  # the site redirects it to the id now
    other.ack([again])
    assert other.status().parked == 1
    queue(one, "刘福荣")
    third = lease_one(one)  # the id, whose turn comes before, is parked
    assert not one.claim(third, [OLD])
    one.give_back([third])
    other.bury([second], "x")
    came_back = {lease.key for lease in one.lease(9)}
    assert came_back == {OTHER, ID, "刘福荣"}
    queue(one, OLD)
    assert lease_one(one).key == OLD


def test_links_come_with_the_claim(frontier: Frontier) -> None:
    queue(frontier, TITLE)
    lease = lease_one(frontier)
    assert frontier.claim(lease, [ID], links=[Candidate(7, "x/7", 1), Candidate(ID, "y", 1)])
    assert [lease.key for lease in frontier.lease(9)] == [7]


def test_mark_done_makes_claims_final(two: tuple[Frontier, Frontier], client: redis.Redis, crawl: str) -> None:
    one, other = two
    queue(one, TITLE, OTHER, ID)
    first, second = lease_one(one), lease_one(other)
    one.claim(first, [ID])
    other.claim(second, [ID])
    other.ack([second])
    assert other.mark_done([TITLE], aliases=[ID]) == 1
    assert one.ack([first]) == 0
    assert one.lease(9) == []
    assert (one.counts.open, one.counts.done, one.counts.duplicates) == (0, 1, 2)
    nothing_left(client, crawl)


def test_mark_done_of_a_pending_key_beats_a_later_claim(frontier: Frontier) -> None:
    queue(frontier, TITLE, ID)
    lease = lease_one(frontier)
    frontier.mark_done([ID])
    assert not frontier.claim(lease, [ID])
    frontier.ack([lease])
    assert frontier.lease(9) == []
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.duplicates) == (0, 1, 1)
