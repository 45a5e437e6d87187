"""Decompressed pieces as a file: the same bytes whatever is asked for at a time, and no copy of the rest."""

from __future__ import annotations

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from baike_spider.archive.undone import UndoneFile

PIECES = st.lists(st.binary(min_size=1, max_size=50), max_size=10)
SIZES = st.lists(st.integers(0, 60), max_size=30)


@given(PIECES, SIZES)
def test_reads_of_any_size_are_full_and_miss_nothing(pieces: list[bytes], sizes: list[int]) -> None:
    whole = b"".join(pieces)
    file = UndoneFile(pieces)
    at = 0
    for size in sizes:
        assert file.read(size) == whole[at : at + size]
        at += size
    assert file.read() == whole[at:]
    assert file.read(1) == b""


def test_a_read_copies_what_it_hands_out_and_not_the_rest() -> None:
    file = UndoneFile([bytes(1 << 20)])
    file.read(1)
    tracemalloc.start()
    try:
        file.read(10_240)
        file.read(10_240)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 100_000
