"""The seen tables against a Python set, through many splits of their buckets."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from baike_spider.frontier import Candidate, Frontier, Key
from baike_spider.frontier.item import fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import redis

DRAW = random.Random(7)
DENSE = list(range(1, 30_001))
SPARSE = DRAW.sample(range(2**32), 30_000)
TITLES = [f"条目{number}" for number in range(10_000)]


def batches(keys: Iterable[Key], size: int = 2000) -> Iterator[list[Candidate]]:
    listed = list(keys)
    for at in range(0, len(listed), size):
        yield [Candidate(key, str(key)) for key in listed[at : at + size]]


@pytest.mark.parametrize("keys", [DENSE, SPARSE, TITLES], ids=["dense ids", "sparse ids", "titles"])
def test_exact_at_any_size(frontier: Frontier, keys: list[Key]) -> None:
    shuffled = [*keys]
    DRAW.shuffle(shuffled)
    for number, batch in enumerate(batches(shuffled)):
        assert frontier.add(batch) == len(batch)
        assert frontier.add(DRAW.choices(batch, k=10)) == 0
        assert frontier.add([Candidate(f"neu{number}-{at}", "x") for at in range(3)]) == 3
    assert sum(frontier.add(batch) for batch in batches(keys)) == 0
    assert frontier.mark_done(keys) == len(keys)
    assert frontier.mark_done(keys) == 0
    assert frontier.status().seen == len(keys) + 3 * ((len(keys) + 1999) // 2000)


def test_buckets_stay_small(frontier: Frontier, client: redis.Redis, crawl: str) -> None:
    for batch in batches(SPARSE):
        frontier.add(batch)
    sizes = [len(packed) // 4 for packed in client.hvals(f"baike:{{{crawl}}}:ids")]
    assert sum(sizes) == len(SPARSE)
    assert max(sizes) < 96 * 2.5


def id_of(mark: bytes) -> int:
    """The id of that fingerprint."""
    mixed = int.from_bytes(mark, "little")
    mixed = (mixed ^ mixed >> 16) * pow(0x45D9F3B, -1, 2**32) % 2**32
    return mixed ^ mixed >> 16


def test_bytes_of_two_neighbours_are_not_an_entry(frontier: Frontier) -> None:
    one, two = id_of(bytes([9, 1, 2, 3])), id_of(bytes([9, 4, 5, 6]))
    across = id_of(bytes([9, 3, 1, 4]))  # 1 2 [3 state=1 4] 5 6 1
    assert fingerprint(across) == bytes([9, 3, 1, 4])
    assert frontier.add([Candidate(one, "x"), Candidate(two, "x")]) == 2
    assert frontier.add([Candidate(across, "x")]) == 1
    assert frontier.add([Candidate(key, "x") for key in (one, two, across)]) == 0


def test_many_kinds_of_keys_in_one_batch(frontier: Frontier) -> None:
    keys: list[Key] = [5, "5", 2**32, str(2**32), "", "\n", "\\n", "/view/5.htm", "#5", "=5"]
    assert frontier.add([Candidate(key, str(key)) for key in keys]) == len(keys)
    assert [lease.key for lease in frontier.lease(99)] == keys
