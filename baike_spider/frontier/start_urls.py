"""scrapy-redis' door: `redis-cli lpush baike:start_urls URL` feeds a running crawl.

Comes in: what anybody pushed to the key (a list; a set or a sorted set too). Goes out: URLs, each of them again and again until somebody says that it is
queued. What a URL means is the spider's business. The key has no hash tag of a crawl, so this is not one step with `Frontier.add`: instead a
taken URL waits in a second key of the same slot, and comes back when its taker dies before it was queued.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from baike_spider.frontier.connection import Call, Connection
from baike_spider.frontier.keys import taken_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["StartUrls", "address_of"]


def address_of(pushed: str) -> str:
    """The address in what was pushed: the thing itself, or the `url` of a JSON object, which scrapy-redis takes too; other fields are left alone.

    >>> address_of('{"url": "https://baike.baidu.com/item/X", "meta": {}}'), address_of("X")
    ('https://baike.baidu.com/item/X', 'X')
    """
    if not pushed.startswith("{"):
        return pushed
    try:
        url = json.loads(pushed)["url"]
    except (ValueError, KeyError, RecursionError):
        return pushed
    return url if isinstance(url, str) else pushed


class StartUrls:
    """The start URLs of one crawl."""

    def __init__(self, connection: Connection, *, key: str, crawl: str, hold_seconds: float, time: Callable[[], str]) -> None:
        """`hold_seconds`: after these a taken URL is handed out again. `time`: the tests' time, or "" for the server's."""
        self._connection = connection
        self._keys = (key.encode(), taken_key(key, crawl).encode())
        self._hold_seconds = hold_seconds
        self._time = time

    def pop(self, n: int) -> list[str]:
        """Up to n URLs; first those that a dead taker left. Raises FrontierError when the key is of no type that holds URLs."""
        urls = self._connection.call(Call("take_urls", self._keys, (n, self._hold_seconds, self._time())))
        return [url.decode("utf-8", "surrogateescape") for url in urls]

    def queued(self, urls: Iterable[str]) -> int:
        """These are in the frontier, or are none of ours: forget them. How many were waiting for this."""
        names = [url.encode("utf-8", "surrogateescape") for url in urls]
        return int(self._connection.call(Call("done_urls", self._keys[1:], names))) if names else 0
