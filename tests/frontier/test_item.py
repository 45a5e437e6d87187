"""Keys and locators go to Redis and come back as they were."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from baike_spider.frontier.item import fingerprint, kid, pack_item, unpack_item

TEXTS = st.text(st.characters(), max_size=20)
KEYS = st.one_of(st.integers(min_value=-(2**70), max_value=2**70), TEXTS)


@given(KEYS, TEXTS, st.integers(min_value=0, max_value=10**6))
@example("a\\n", "a\\n", 0)
@example("a\n\\", "\n", 0)
@example(5, "\nx/5", 0)
@example(5, "/5", 0)
@example("=#", "#=", 3)
@example("\ud800", "\ud800", 1)
def test_item_comes_back(key: int | str, locator: str, depth: int) -> None:
    assert unpack_item(pack_item(key, locator, depth)) == (key, locator, depth)


@given(st.integers(min_value=0, max_value=2**62), TEXTS)
def test_usual_locator_comes_back(key: int, title: str) -> None:
    assert unpack_item(pack_item(key, f"{title}/{key}", 2)) == (key, f"{title}/{key}", 2)


@pytest.mark.parametrize(
    ("key", "locator", "size"),
    [
        (114923, "刘德华/114923", 1 + 7 + 1 + 9),
        ("刘德华", "刘德华", 1 + 1 + 9),
        ("/view/1758.htm", "/view/1758.htm", 1 + 1 + 14),
    ],
)
def test_item_says_nothing_twice(key: int | str, locator: str, size: int) -> None:
    assert len(pack_item(key, locator, 0)) == size


@given(KEYS, KEYS)
def test_different_keys_have_different_kids(one: int | str, other: int | str) -> None:
    assert (kid(one) == kid(other)) == (one == other and type(one) is type(other))
    assert b"\n" not in kid(one)


@given(st.integers(min_value=0, max_value=2**32 - 1))
def test_fingerprint_of_an_id_is_a_bijection(key: int) -> None:
    mixed = int.from_bytes(fingerprint(key), "little")
    mixed ^= mixed >> 16
    mixed = mixed * pow(0x45D9F3B, -1, 2**32) % 2**32
    assert mixed ^ mixed >> 16 == key


@pytest.mark.parametrize(("key", "size"), [(0, 4), (2**32 - 1, 4), (2**32, 8), (565618371557484884, 8), (-1, 8), ("1", 8), ("", 8)])
def test_fingerprint_size(key: int | str, size: int) -> None:
    assert len(fingerprint(key)) == size


def test_negative_depth_is_refused() -> None:
    with pytest.raises(ValueError, match="depth -1"):
        pack_item(1, "x", -1)
