"""What the frontier keeps in Redis, in bytes a key: `python tests/bench/frontier_memory.py [N]` (default 1,000,000).

Measures `used_memory` of a fresh embedded server: N lemma ids spread over the encyclopedia's id space, then N titles in the seen tables, then N queued
entries of the usual length (title of 2-9 characters, lemma id). `--server PATH` takes another server program.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import redis

from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, worker_name
from baike_spider.frontier.keys import CrawlKeys

#: lemma ids of today's encyclopedia
_IDS = 66_000_000
_BATCH = 20_000
_CHARACTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]


def ids(n: int) -> Iterator[Candidate]:
    draw = random.Random(1)
    for lemma_id in draw.sample(range(1, _IDS), n):
        yield Candidate(lemma_id, f"{title(draw)}/{lemma_id}", draw.randrange(6))


def titles(n: int) -> Iterator[Candidate]:
    draw = random.Random(2)
    for number in range(n):
        text = f"{title(draw)}{number}"
        yield Candidate(text, text, draw.randrange(6))


def title(draw: random.Random) -> str:
    return "".join(draw.choices(_CHARACTERS, k=draw.choice((2, 3, 3, 4, 4, 5, 6, 7, 9))))


def fill(frontier: Frontier, client: redis.Redis, candidates: Iterator[Candidate], drop: tuple[bytes, ...]) -> float:
    """Adds them and drops the keys that are not measured. Result: seconds."""
    began = time.perf_counter()
    while batch := list(islice(candidates, _BATCH)):
        assert frontier.add(batch) == len(batch), "two keys were taken for one"
        if drop:
            client.unlink(*drop)
    return time.perf_counter() - began


def used(client: redis.Redis) -> int:
    client.execute_command("MEMORY", "PURGE")
    time.sleep(1.5)  # incremental rehashing ends in the background
    return int(client.info("memory")["used_memory"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("n", nargs="?", type=int, default=1_000_000)
    parser.add_argument("--server", default="", help="a redis-server or valkey-server program")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if options.server:
            (Path(folder) / "server.json").write_text(json.dumps({"program": options.server}), "utf-8")
        with EmbeddedServer.start(Path(folder)) as server, redis.Redis.from_url(server.url) as client:
            client.config_set("appendonly", "no")
            info = client.info("server")
            print(f"{info.get('valkey_version') or info['redis_version']}, {client.info('memory')['mem_allocator']}, {options.n:,} of each")
            for name, make, queued in (("seen, lemma id", ids, False), ("seen, title", titles, False), ("queued", ids, True)):
                keys = CrawlKeys(name)
                frontier = Frontier.connect(server.url, crawl=name, worker=worker_name())
                before = used(client)
                seconds = fill(frontier, client, make(options.n), () if queued else keys.pending)
                if queued:  # what is left is the queue
                    client.unlink(*keys.seen)
                print(f"  {name:15} {(used(client) - before) / options.n:6.2f} bytes a key   ({options.n / seconds:,.0f} added a second)")
                frontier.purge()


if __name__ == "__main__":
    main()
