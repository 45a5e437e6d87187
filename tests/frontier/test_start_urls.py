"""scrapy-redis' door: what is pushed to the start URLs comes out, and comes again until it is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from baike_spider.frontier import Frontier, FrontierError
from baike_spider.frontier.keys import taken_key

if TYPE_CHECKING:
    from collections.abc import Callable

    import redis

    from tests.frontier.conftest import Clock

    Joining = Callable[..., Frontier]

URLS = [f"https://baike.baidu.com/item/{title}" for title in ("刘德华", "周星驰", "清华大学")]


@pytest.fixture
def key(crawl: str) -> str:
    return f"{crawl}:start_urls"


@pytest.mark.parametrize(
    ("push", "order"),
    [("lpush", URLS[::-1]), ("rpush", URLS), ("sadd", None), ("zadd", URLS[::-1])],
    ids=["lpush", "rpush", "set", "sorted set"],
)
def test_pushed_urls_come_out_once(join: Joining, client: redis.Redis, key: str, push: str, order: list[str] | None) -> None:
    frontier = join(start_urls=key)
    if push == "zadd":
        client.zadd(key, {url: number for number, url in enumerate(URLS)})
    else:
        getattr(client, push)(key, *URLS)
    urls = frontier.pop_start_urls(2) + frontier.pop_start_urls(9)
    assert urls == order if order else sorted(urls) == sorted(URLS)
    assert frontier.pop_start_urls(9) == []
    assert frontier.start_urls_queued(urls) == 3
    assert frontier.start_urls_queued([]) == 0


def test_a_taker_that_dies_loses_nothing(join: Joining, client: redis.Redis, key: str, clock: Clock) -> None:
    one, other = join("w1", start_urls=key), join("w2", start_urls=key)
    client.rpush(key, *URLS)
    assert one.pop_start_urls(2) == URLS[:2]
    one.start_urls_queued(URLS[:1])
    assert other.pop_start_urls(9) == URLS[2:]
    clock.advance(61)
    assert sorted(other.pop_start_urls(9)) == sorted(URLS[1:])


def test_the_same_url_may_be_pushed_again(join: Joining, client: redis.Redis, key: str) -> None:
    frontier = join(start_urls=key)
    for _ in range(2):
        client.lpush(key, URLS[0])
        assert frontier.pop_start_urls(1) == URLS[:1]
        frontier.start_urls_queued(URLS[:1])


def test_a_key_of_another_kind_is_said(join: Joining, client: redis.Redis, key: str) -> None:
    client.set(key, URLS[0])
    with pytest.raises(FrontierError, match="TYPE string"):
        join(start_urls=key).pop_start_urls(1)


def test_bytes_that_are_no_text_come_back(join: Joining, client: redis.Redis, key: str) -> None:
    frontier = join(start_urls=key)
    client.lpush(key, b"\xff\xfe")
    assert frontier.start_urls_queued(frontier.pop_start_urls(1)) == 1


@pytest.mark.parametrize("name", ["", "a{", "a}b", "{}x"])
def test_bad_names(name: str) -> None:
    with pytest.raises(ValueError, match="start URLs key"):
        taken_key(name, "c")
