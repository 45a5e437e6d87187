"""The Redis schema of a crawl, written down once.

Comes in: the crawl's name. Goes out: key names. Every key of a crawl has the hash tag `{crawl}`, so that a Redis Cluster keeps them in one slot
and every script may touch them in one step. There is no other key, so a purge needs no scan.

| key             | type | content                                                                                                         |
|-----------------|------|-----------------------------------------------------------------------------------------------------------------|
| `meta`          | hash | generation, format, begun; open, done, duplicates; token (last one handed out); ids, titles (table sizes); alone, draining, after (see their lua files) |
| `ids`, `titles` | hash | the seen tables: bucket number -> packed entries of 4 (lemma ids) or 8 bytes (all other keys), see lua/seen.lua  |
| `pending:N`     | list | items of depth N that were never leased, first seen first; the last list holds every greater depth too           |
| `back`          | zset | items that came back, by depth; they go before the never leased ones of their depth                              |
| `delayed`       | zset | items that wait, by the time they are due                                                                        |
| `leases`        | hash | kid -> lease (cmsgpack, see lua/queue.lua)                                                                       |
| `deadlines`     | zset | kid of every lease, by deadline                                                                                  |
| `tries`         | hash | kid -> "failed attempts" "lapsed leases" of unfinished items that have any                                       |
| `dead`          | hash | kid -> dead letter: item, attempts, time, worker, last failure                                                   |
| `claims`        | hash | kid -> the identities it claimed, while it is not finished                                                       |
| `owners`        | hash | claimed kid -> who claimed it, or why its queued item is to be dropped                                           |
| `parked`        | hash | kid -> item that waits for the fate of its owner                                                                 |
| `revisits`      | hash | kid -> what to compare with, of finished items that are queued once more (see lua/reopen.lua), until they are finished again |
| `workers`       | hash | worker -> time of the last heartbeat and what it said                                                            |
| `manners`       | hash | host -> how all workers treat it: latest slot, intervals, pause, refusals (cmsgpack, see lua/manners.lua)        |

A server shared with others needs `appendonly yes` and `maxmemory-policy noeviction` (or volatile-*, no key of ours expires); no encoding limit matters: the seen
tables are plain hashes of a few hundred bytes a field, the queue is lists. It may be Redis 6.2 to 8 or Valkey, and needs no module.

A kid is a key as text: `#114923` for an int, `=刘德华` for a str. An item is its depth, its kid, and what the locator adds to the kid (see item.py).
Times are seconds since 1970 by the Redis server's clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["FORMAT", "LEVELS", "CrawlKeys", "taken_key"]

#: rises when the meaning of a key changes; a crawl of another format is refused
FORMAT = 1
#: pending lists; the last one holds this depth - 1 and all greater ones in the order they were seen
LEVELS = 32

_CORE = ("meta", "ids", "titles", "back", "delayed", "leases", "deadlines", "tries", "dead", "claims", "owners", "parked", "revisits")


@dataclass(frozen=True, slots=True)
class CrawlKeys:
    """The key names of one crawl."""

    crawl: str
    meta: bytes = field(init=False)
    workers: bytes = field(init=False)
    manners: bytes = field(init=False)
    core: tuple[bytes, ...] = field(init=False)
    """What scripts over the queue take as KEYS 1-13."""
    seen: tuple[bytes, ...] = field(init=False)
    """The first three of them: meta, ids, titles."""
    pending: tuple[bytes, ...] = field(init=False)
    """By level."""

    def __post_init__(self) -> None:
        if not self.crawl or any(char in "{}" or not char.isprintable() for char in self.crawl):
            raise ValueError(f"crawl name {self.crawl!r}: it must be printable, not empty and without braces")
        prefix = f"baike:{{{self.crawl}}}:"
        core = tuple(f"{prefix}{name}".encode() for name in _CORE)
        object.__setattr__(self, "core", core)
        object.__setattr__(self, "meta", core[0])
        object.__setattr__(self, "seen", core[:3])
        object.__setattr__(self, "workers", f"{prefix}workers".encode())
        object.__setattr__(self, "manners", f"{prefix}manners".encode())
        object.__setattr__(self, "pending", tuple(f"{prefix}pending:{level}".encode() for level in range(LEVELS)))

    @property
    def all(self) -> tuple[bytes, ...]:
        """Every key of the crawl; meta is the first."""
        return (*self.core, self.workers, self.manners, *self.pending)


def taken_key(start_urls: str, crawl: str) -> str:
    """Where taken start URLs wait until they are queued: in the slot of the list that they came from.

    >>> taken_key("baike:start_urls", "c1"), taken_key("{b}:start_urls", "c1")
    ('{baike:start_urls}:taken:c1', '{b}:start_urls:taken:c1')
    """
    opening, closing = start_urls.find("{"), start_urls.find("}")
    if 0 <= opening < closing - 1:
        return f"{start_urls}:taken:{crawl}"
    if opening >= 0 or closing >= 0 or not start_urls:
        raise ValueError(f"start URLs key {start_urls!r}: braces must enclose a hash tag")
    return f"{{{start_urls}}}:taken:{crawl}"
