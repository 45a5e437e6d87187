"""What a page costs in the frontier: `python tests/bench/frontier_speed.py [PAGES]` (default 5,000).

A page is one `claim` with 60 links (a tenth of them new) and its share of a `lease` of 16 and an `ack` of 16. Printed are calls a second, and CPU a call
of this process and of Redis. The seen tables are filled with `--seen` keys before. "Even" links go to any known entry alike, the worst case for what a
worker remembers; "popular" ones as in an encyclopedia: the first percent of the entries gets a fifth of the links. `--server PATH` takes another server program.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import redis

from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, Lease, worker_name

_LINKS, _NEW = 60, 6
_BATCH = 16


class Meter:
    """Wall time, own CPU and Redis' CPU of the calls of one kind."""

    def __init__(self, name: str, client: redis.Redis) -> None:
        self.name, self.calls, self._client = name, 0, client
        self._began = self._now()

    def report(self) -> None:
        wall, own, server = (now - then for now, then in zip(self._now(), self._began, strict=True))
        per = 1e6 / self.calls
        print(f"  {self.name:28} {self.calls / wall:8,.0f} a second   {own * per:7.0f} us CPU here   {server * per:7.0f} us CPU in Redis")

    def _now(self) -> tuple[float, float, float]:
        own, cpu = resource.getrusage(resource.RUSAGE_SELF), self._client.info("cpu")
        return time.perf_counter(), own.ru_utime + own.ru_stime, cpu["used_cpu_user"] + cpu["used_cpu_sys"]


def links(draw: random.Random, known: int, new: int, *, popular: bool = False) -> list[Candidate]:
    """60 links: `new` unknown ids from `known` on, the others known already."""
    numbers = [known + at for at in range(new)] + [int(known * draw.random() ** (3 if popular else 1)) for _ in range(_LINKS - new)]
    return [Candidate(spread(number), f"维基百科条目{number % 97}/{spread(number)}", 3) for number in numbers]


def spread(number: int) -> int:
    """A lemma id somewhere in the encyclopedia's id space; another one for another number."""
    return number * 48_271 % 66_000_049


def timed(name: str, client: redis.Redis, times: int, action: Callable[[int], object]) -> None:
    meter = Meter(name, client)
    for at in range(times):
        action(at)
    meter.calls = times
    meter.report()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pages", nargs="?", type=int, default=5_000)
    parser.add_argument("--seen", type=int, default=200_000)
    parser.add_argument("--server", default="")
    options = parser.parse_args()
    draw = random.Random(1)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if options.server:
            (Path(folder) / "server.json").write_text(json.dumps({"program": options.server}), "utf-8")
        with EmbeddedServer.start(Path(folder)) as server, redis.Redis.from_url(server.url) as client:
            frontier = Frontier.connect(server.url, crawl="speed", worker=worker_name())
            for first in range(0, options.seen, 2_000):
                frontier.add([Candidate(spread(n), f"条目{n % 97}/{spread(n)}", 2) for n in range(first, min(first + 2_000, options.seen))])
            pages, known = options.pages, options.seen
            print(f"{pages:,} calls each, {known:,} keys seen, embedded server with AOF everysec")
            batches = [links(draw, known + at * _NEW, _NEW) for at in range(pages)]
            timed("add 60 links, 6 new", client, pages, lambda at: frontier.add(batches[at]))
            leases: list[list[Lease]] = []
            timed("lease 16", client, pages // _BATCH, lambda _: leases.append(frontier.lease(_BATCH)))
            flat = [lease for batch in leases for lease in batch]
            timed("claim 2 aliases", client, len(flat), lambda at: frontier.claim(flat[at], [flat[at].key, f"标题{at}"]))
            timed("renew 16", client, len(leases), lambda at: frontier.renew(leases[at]))
            timed("ack 16", client, len(leases), lambda at: frontier.ack(leases[at]))
            timed("count", client, pages, lambda _: frontier.count())
            known += pages * _NEW
            for name in ("even", "popular"):
                fresh = [links(draw, known + at * _NEW, _NEW, popular=name == "popular") for at in range(pages)]
                known += pages * _NEW
                meter = Meter(f"whole page, {name} links", client)
                for at in range(0, pages, _BATCH):
                    held = frontier.lease(_BATCH)
                    for offset, lease in enumerate(held[: pages - at]):
                        frontier.claim(lease, [f"{name}{at + offset}"], links=fresh[at + offset])
                    frontier.ack(held)
                meter.calls = pages
                meter.report()
            frontier.close()


if __name__ == "__main__":
    main()
