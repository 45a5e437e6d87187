"""Every state of an item and every way from one to the next, one test each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from baike_spider.frontier import Candidate, Frontier, FrontierLost, Key, Lease

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from tests.frontier.conftest import Clock

    Joining = Callable[..., Frontier]


def named(*keys: Key, depth: int = 0) -> list[Candidate]:
    return [Candidate(key, f"题/{key}", depth) for key in keys]


def keys(leases: list[Lease]) -> list[Key]:
    return [lease.key for lease in leases]


# add


def test_add_counts_only_what_is_new(frontier: Frontier) -> None:
    assert frontier.add(named(1, 2, "刘德华")) == 3
    assert frontier.add(named(2, "刘德华", "周星驰")) == 1
    assert frontier.add(named(3, 3)) == 1
    assert frontier.add([]) == 0
    assert frontier.count().open == 5


def test_an_id_and_a_title_of_the_same_digits_are_two(frontier: Frontier) -> None:
    assert frontier.add(named(1984, "1984", 2**40, str(2**40))) == 4


def test_a_large_batch_is_one_round_trip(frontier: Frontier, client: redis.Redis) -> None:
    frontier.add(named("warm"))
    before = client.info("stats")["total_reads_processed"]
    assert frontier.add([Candidate(number, f"题{number}/{number}", number % 40) for number in range(5000)]) == 5000
    client_reads = client.info("stats")["total_reads_processed"] - before
    assert client_reads < 60  # a socket's buffers, not 5,000
    assert frontier.add([Candidate(number, f"题{number}/{number}") for number in range(5000)]) == 0


def test_what_is_done_is_not_queued_again(frontier: Frontier) -> None:
    frontier.add(named(1))
    frontier.ack(frontier.lease(1))
    assert frontier.add(named(1)) == 0
    assert frontier.lease(1) == []


# lease


def test_lower_depth_first_then_first_seen(frontier: Frontier) -> None:
    for depth, key in [(2, 20), (0, 1), (1, 10), (0, 2), (1, 11), (40, 401), (31, 310), (35, 351)]:
        frontier.add(named(key, depth=depth))
    assert keys(frontier.lease(100)) == [1, 2, 10, 11, 20, 401, 310, 351]  # from depth 31 on one level


def test_what_came_back_goes_before_the_never_leased_of_its_depth(frontier: Frontier) -> None:
    frontier.add(named(1, 2, 3, depth=1))
    first = frontier.lease(2)
    frontier.add(named(9, depth=0))
    frontier.give_back(first)
    assert keys(frontier.lease(9)) == [9, 1, 2, 3]


def test_a_lease_carries_all_that_is_needed(frontier: Frontier, clock: Clock) -> None:
    frontier.add([Candidate(114923, "刘德华/114923", 3), Candidate("AC/DC 乐队", "AC%2FDC%20乐队", 4)])
    first, second = frontier.lease(2)
    assert (first.key, first.locator, first.depth, first.attempts, first.deadline) == (114923, "刘德华/114923", 3, 0, clock.now + 60)
    assert (second.key, second.locator, second.depth) == ("AC/DC 乐队", "AC%2FDC%20乐队", 4)
    assert second.token > first.token
    assert frontier.counts.leased == 2


def test_a_leased_item_is_leased_to_nobody_else(join: Joining) -> None:
    one, other = join("w1"), join("w2")
    one.add(named(1, 2, 3))
    assert keys(one.lease(2)) == [1, 2]
    assert keys(other.lease(9)) == [3]
    assert other.lease(9) == []


def test_lease_of_nothing_only_sweeps(frontier: Frontier, clock: Clock) -> None:
    frontier.add(named(1))
    frontier.lease(1)
    clock.advance(61)
    assert frontier.lease(0) == []
    assert frontier.counts.leased == 0


# ack


def test_ack_finishes(frontier: Frontier) -> None:
    frontier.add(named(1, 2))
    assert frontier.ack(frontier.lease(2)) == 2
    assert (frontier.counts.open, frontier.counts.done, frontier.counts.leased) == (0, 2, 0)
    assert frontier.status().finished


def test_ack_twice_counts_once(frontier: Frontier) -> None:
    frontier.add(named(1))
    leases = frontier.lease(1)
    assert (frontier.ack(leases), frontier.ack(leases), frontier.count().done) == (1, 0, 1)


def test_a_late_ack_changes_nothing(join: Joining, clock: Clock) -> None:
    slow, fast = join("slow"), join("fast")
    slow.add(named(1))
    late = slow.lease(1)
    clock.advance(61)
    held = fast.lease(1)
    assert held[0].token > late[0].token
    assert slow.ack(late) == 0
    assert (fast.count().leased, fast.counts.done) == (1, 0)
    assert fast.ack(held) == 1


def test_an_expired_lease_that_nobody_took_can_still_be_acked(frontier: Frontier, clock: Clock) -> None:
    frontier.add(named(1))
    leases = frontier.lease(1)
    clock.advance(1000)
    assert frontier.ack(leases) == 1


# leases that run out


def test_an_expired_lease_comes_back(join: Joining, clock: Clock) -> None:
    one, other = join("w1"), join("w2")
    one.add(named(1, 2))
    one.lease(1)
    clock.advance(59)
    assert keys(other.lease(1)) == [2]
    clock.advance(2)
    assert keys(other.lease(1)) == [1]


def test_renewed_leases_do_not_run_out(join: Joining, clock: Clock) -> None:
    one, other = join("w1"), join("w2")
    one.add(named(1, 2))
    leases = one.lease(2)
    clock.advance(50)
    kept = one.renew(leases[:1])
    assert [lease.deadline for lease in kept] == [clock.now + 60]
    clock.advance(50)
    assert keys(other.lease(9)) == [2]
    assert keys(one.renew(leases)) == [1]


def test_a_lease_that_always_runs_out_is_dead(join: Joining, clock: Clock) -> None:
    frontier = join(max_lapses=3)
    frontier.add(named(1))
    for _ in range(3):
        assert len(frontier.lease(1)) == 1
        clock.advance(61)
    assert frontier.lease(1) == []
    assert [(letter.key, letter.worker) for letter in frontier.dead_letters()] == [(1, "w1")]
    assert "ran out 3 times" in next(frontier.dead_letters()).error


# give back, fail, bury, retry


def test_give_back_holds_nothing_against_the_item(frontier: Frontier) -> None:
    frontier.add(named(1))
    for _ in range(10):
        (lease,) = frontier.lease(1)
        assert lease.attempts == 0
        assert frontier.give_back([lease]) == 1


def test_a_delayed_item_waits(frontier: Frontier, clock: Clock) -> None:
    frontier.add(named(1))
    frontier.give_back(frontier.lease(1), delay=30)
    assert frontier.lease(1) == []
    assert (frontier.counts.open, frontier.counts.delayed, frontier.counts.wake) == (1, 1, 30)
    clock.advance(31)
    assert keys(frontier.lease(1)) == [1]


def test_failures_are_counted_and_the_last_one_buries(join: Joining, clock: Clock) -> None:
    frontier = join(max_attempts=3)
    frontier.add(named("坏", depth=2))
    for attempt in range(3):
        (lease,) = frontier.lease(1)
        assert lease.attempts == attempt
        frontier.give_back([lease], failed=True, error=f"503 ({attempt})")
    assert frontier.lease(1) == []
    assert (frontier.counts.open, frontier.counts.dead) == (0, 1)
    (letter,) = frontier.dead_letters()
    assert (letter.key, letter.depth, letter.attempts, letter.error, letter.buried_at) == ("坏", 2, 3, "503 (2)", clock.now)


def test_a_success_forgets_the_failures_before(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    frontier.add(named(1))
    frontier.give_back(frontier.lease(1), failed=True)
    frontier.ack(frontier.lease(1))
    assert client.exists(f"baike:{{{crawl}}}:tries") == 0


def test_bury_and_retry(frontier: Frontier) -> None:
    frontier.add(named(1, 2, 3))
    assert frontier.bury(frontier.lease(3), "unknown layout") == 3
    assert frontier.lease(1) == []
    assert frontier.retry_dead([2, 77]) == 1
    assert [(lease.key, lease.attempts) for lease in frontier.lease(9)] == [(2, 0)]
    assert frontier.retry_dead() == 2
    assert sorted(keys(frontier.lease(9)), key=str) == [1, 3]
    assert (frontier.retry_dead(), frontier.retry_dead([])) == (0, 0)


def test_retry_of_very_many(frontier: Frontier) -> None:
    frontier.add([Candidate(number, f"题/{number}") for number in range(4500)])
    leases = [lease for _ in range(3) for lease in frontier.lease(2000)]
    assert frontier.bury(leases, "x") == 4500
    assert len(list(frontier.dead_letters())) == 4500
    assert frontier.retry_dead() == 4500
    assert frontier.count().open == 4500


@pytest.mark.parametrize("act", ["give_back", "bury", "renew"])
def test_a_lease_given_away_cannot_be_used(join: Joining, clock: Clock, act: str) -> None:
    slow, fast = join("slow"), join("fast")
    slow.add(named(1))
    late = slow.lease(1)
    clock.advance(61)
    fast.lease(1)
    before = fast.status()
    done = {
        "give_back": lambda: slow.give_back(late, failed=True),
        "bury": lambda: slow.bury(late, "x"),
        "renew": lambda: len(slow.renew(late)),
    }[act]()
    assert done == 0
    after = fast.status()
    assert (after.counts, after.workers) == (before.counts, before.workers)


def test_tokens_grow_also_when_the_server_forgot_the_last_one(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    frontier.add(named(1))
    (lease,) = frontier.lease(1)
    frontier.give_back([lease])
    client.hdel(f"baike:{{{crawl}}}:meta", "token")  # as after a crash that cost the last second
    assert frontier.lease(1)[0].token > lease.token


# mark_done


def test_mark_done_of_every_state(frontier: Frontier, clock: Clock) -> None:
    frontier.add(named("leased", "delayed", "dead", "pending", "done"))
    by_key = {lease.key: lease for lease in frontier.lease(5)}
    frontier.give_back([by_key["delayed"]], delay=10)
    frontier.bury([by_key["dead"]], "x")
    frontier.give_back([by_key["pending"]])
    frontier.ack([by_key["done"]])
    assert frontier.mark_done(["leased", "delayed", "dead", "pending", "done", "never seen"]) == 5
    assert frontier.mark_done(["leased", "never seen"]) == 0
    assert frontier.ack([by_key["leased"]]) == 0
    clock.advance(100)
    assert frontier.lease(9) == []
    counts = frontier.count()
    assert (counts.open, counts.done, counts.dead, counts.leased, counts.delayed) == (0, 6, 0, 0, 0)
    assert frontier.add(named("never seen", "leased")) == 0


def test_mark_done_of_aliases_counts_the_entry_once(frontier: Frontier) -> None:
    frontier.add(named("华仔", 114923))
    assert frontier.mark_done([114923], aliases=["刘德华", "华仔"]) == 3
    assert frontier.lease(9) == []
    assert (frontier.count().open, frontier.counts.done) == (0, 1)


def test_salvage_books_only_what_had_claimed(join: Joining) -> None:
    dead, new = join("dead"), join("new")
    dead.add(named("t", "claimed", "not yet", "pending"))
    by_key = {lease.key: lease for lease in dead.lease(3)}
    dead.claim(by_key["claimed"], [114923])
    assert new.salvage(["claimed", 114923, "not yet", "pending", "unseen"]) == 1
    assert new.salvage(["claimed"]) == 0
    assert dead.ack(list(by_key.values())) == 2
    assert keys(new.lease(9)) == ["pending"]
    assert new.add(named("unseen", 114923)) == 1


# what a worker knows


def test_known_links_cost_no_round_trip(frontier: Frontier, client: redis.Redis) -> None:
    frontier.add(named(1, 2, 3))
    before = client.info("stats")["total_commands_processed"]
    assert frontier.add(named(3, 2, 1)) == 0
    assert client.info("stats")["total_commands_processed"] - before <= 1
    assert frontier.add(named(3, 4)) == 1


def test_a_new_connection_takes_nothing_for_known(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    frontier.add(named(1, 2))
    (lease, _) = frontier.lease(2)
    frontier.claim(lease, [], links=named(3))
    client.delete(f"baike:{{{crawl}}}:ids")  # the server forgot them
    frontier._recent.forget()
    frontier._connection._lines[None].disconnect()
    assert frontier.claim(lease, [], links=named(3, 4, 5))
    client.hset(f"baike:{{{crawl}}}:meta", "open", 5)
    assert sorted(keys(frontier.lease(9))) == [3, 3, 4, 5]


def test_what_a_dead_entry_had_claimed_is_not_known_to_anybody(join: Joining) -> None:
    one, other = join("w1"), join("w2")
    one.add(named("题"))
    (lease,) = one.lease(1)
    one.claim(lease, [5])
    assert other.add(named(5)) == 0
    one.bury([lease], "x")
    other.count()
    assert other.add(named(5)) == 1


# workers


def test_leases_of_dead_workers_come_back_at_once(join: Joining) -> None:
    dead, alive, new = join("host:1"), join("host:2"), join("host:3")
    dead.add(named(1, 2, 3))
    dead.lease(1)
    alive.lease(1)
    dead.heartbeat({"pages": 7})
    asked: list[str] = []
    assert new.release_dead_workers(lambda worker: asked.append(worker) or worker != "host:1") == 1  # type: ignore[func-returns-value]
    assert asked == ["host:1", "host:2"]
    assert keys(new.lease(9)) == [1, 3]
    assert [row.worker for row in new.status().workers] == ["host:2", "host:3"]


def test_heartbeats(join: Joining, clock: Clock) -> None:
    one, other = join("w1"), join("w2")
    one.heartbeat({"rate": 1.5, "page": "刘德华"})
    clock.advance(5)
    other.heartbeat({})
    rows = other.status().workers
    assert [(row.worker, row.age, dict(row.info)) for row in rows] == [("w1", 5, {"rate": 1.5, "page": "刘德华"}), ("w2", 0, {})]
    one.close()
    assert [row.worker for row in other.status().workers] == ["w2"]


# status, purge, data gone


def test_status(frontier: Frontier, crawl: str, clock: Clock) -> None:
    frontier.add(named(1, 2, 3, 4, 5, "六"))
    one, two, three, *_ = frontier.lease(4)
    frontier.ack([one])
    frontier.bury([two], "x")
    frontier.give_back([three], delay=9)
    status = frontier.status()
    assert (status.crawl, status.pending, status.delayed, status.leased, status.done, status.dead, status.seen) == (crawl, 2, 1, 1, 1, 1, 6)
    assert not status.finished
    assert status.redis_memory
    assert status.now == clock.now


def test_purge_begins_anew(join: Joining, client: redis.Redis, crawl: str) -> None:
    one, other = join("w1"), join("w2")
    one.add(named(1, 2))
    one.lease(1)
    one.purge()
    assert list(client.scan_iter(f"baike:{{{crawl}}}:*")) == [f"baike:{{{crawl}}}:meta".encode()]
    assert one.add(named(1)) == 1
    with pytest.raises(FrontierLost, match="gone"):
        other.add(named(3))


@pytest.mark.parametrize("gone", ["meta", "ids", "titles", "back", "delayed", "leases", "deadlines", "pending:0", "parked"])
def test_data_that_is_gone_is_never_the_end_of_the_crawl(frontier: Frontier, client: redis.Redis, crawl: str, gone: str) -> None:
    frontier.add(named("t", *range(9)))
    leases = frontier.lease(5)
    frontier.claim(leases[4], [8])
    frontier.give_back(leases[:1])
    frontier.give_back(leases[1:2], delay=100)
    back = frontier.lease(5)
    frontier.give_back(back[:1])
    if gone == "parked":
        frontier.lease(9)
    assert client.delete(f"baike:{{{crawl}}}:{gone}") == 1
    with pytest.raises(FrontierLost, match="not finished"):
        frontier.lease(100)


def test_items_whose_owner_is_gone_are_not_the_end_of_the_crawl(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    frontier.add(named(1, 2))
    (lease,) = frontier.lease(1)
    frontier.claim(lease, [2])
    assert frontier.lease(9) == []
    client.delete(f"baike:{{{crawl}}}:claims")
    frontier.ack([lease])
    with pytest.raises(FrontierLost, match="1 of them parked"):
        frontier.lease(1)


def test_a_crawl_that_must_be_there(join: Joining) -> None:
    generation = join("w1").generation
    again = join("w2", generation=generation)
    assert (again.generation, again.begun_here) == (generation, False)
    again.purge()
    with pytest.raises(FrontierLost):
        join("w3", generation=generation)


def test_leftovers_without_their_books_are_not_a_new_crawl(frontier: Frontier, join: Joining, client: redis.Redis, crawl: str) -> None:
    frontier.add(named(1))
    client.delete(f"baike:{{{crawl}}}:meta")
    with pytest.raises(FrontierLost):
        join("w2")
    frontier.purge()
    assert join("w3").count().open == 0


@pytest.mark.parametrize("name", ["", "a{b", "a}b", "a\nb"])
def test_bad_crawl_names(join: Joining, name: str) -> None:
    with pytest.raises(ValueError, match="crawl name"):
        join(crawl=name)
