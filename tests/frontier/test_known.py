"""What a worker takes for known: never more than it was told in this epoch, never without end."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from baike_spider.frontier import Candidate
from baike_spider.frontier.known import KnownKeys


def some(*keys: int) -> list[Candidate]:
    return [Candidate(key, "") for key in keys]


@given(st.lists(st.tuples(st.lists(st.integers(0, 30), max_size=8), st.integers(1, 3), st.booleans())))
def test_only_what_was_learnt_in_this_epoch(calls: list[tuple[list[int], int, bool]]) -> None:
    known, told, epoch = KnownKeys(most=12), set[int](), 0
    for keys, now, forget in calls:
        if now != epoch:
            told, epoch = set(), now
        unknown = known.unknown(some(*keys), epoch=epoch)
        assert {candidate.key for candidate in unknown} >= set(keys) - told
        known.learn(unknown, epoch=epoch)
        told |= set(keys)
        if forget:
            known.forget()
            told = set()
        assert len(known._young) + len(known._old) <= 12 + 8


def test_the_latest_met_are_kept() -> None:
    known = KnownKeys(most=4)
    for key in range(100):
        known.learn(some(key), epoch=1)
        assert known.unknown(some(0, key), epoch=1) == []
