"""What a whole crawl costs: `python -m tests.bench.crawl_cost [--pages 1500] [--rounds 3] [--only NAME ...] [--delay-ms 0.8] [--entries 10000]`.

Fetch, extract, queue 60 links, write shards, acknowledge: one worker on generated pages of 80 KB with 30 rows and 60 links, against (a) Scrapy that only
fetches and (b) scrapy-redis with an equivalent spider, in turns, so that a busy machine is busy for all. Measured from outside over a window of `--pages`
pages after the first 300: pages a second, CPU seconds of the worker and of Redis (/proc), script calls or commands a page (INFO commandstats), memory.
Linux. CPU seconds hold on a busy machine, pages a second only as ratios.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.rig import RedisServer, Worker, bench_environment, cpu_seconds, delay_proxy, rss_bytes, wait_until
from tests.bench.site import Site, World

_WARM_UP = 300
_CONCURRENCY = 16
_PATIENCE = 600
_LEAN = ["-s", "DOWNLOAD_DELAY=0", "-s", f"CONCURRENT_REQUESTS={_CONCURRENCY}", "-s", f"CONCURRENT_REQUESTS_PER_DOMAIN={_CONCURRENCY}"]
_QUIET = ["-s", "ROBOTSTXT_OBEY=False", "-s", "LOG_LEVEL=INFO", "-s", "TELNETCONSOLE_ENABLED=False"]
_BASELINES = Path(__file__).parent / "baselines"


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who crawls: `workers` processes with a Redis that answers `delay` seconds late, or without one."""

    name: str
    kind: str
    workers: int = 1
    delay: float = 0.0
    options: tuple[str, ...] = ()

    def command(self, site: Site, folder: Path) -> list[str]:
        if self.kind == "ours":
            return ["scrapy", "crawl", "baike", "-a", f"seeds={site.world.title(0)}", "-a", "follow=page", *_LEAN, *self.options]
        spider = str(_BASELINES / f"{self.kind}.py")
        base = ["scrapy", "runspider", spider, "-a", f"base={site.url}", *_LEAN, *_QUIET]
        if self.kind == "fetch_only":
            return [*base, "-a", f"entries={site.world.entries}"]
        return [*base, "-a", f"seed={site.world.address(0)}", "-o", str(folder / "entries.jsonl")]


@dataclass(frozen=True, slots=True)
class Sample:
    """Counters at one moment."""

    at: float
    pages: int
    worker_cpu: float
    redis_cpu: float
    commands: int
    scripts: int


@dataclass(frozen=True, slots=True)
class Cost:
    """What a window of pages cost."""

    pages_per_second: float
    worker_cpu: float
    """Seconds per 1,000 pages, of all workers."""
    redis_cpu: float
    round_trips: float
    """Script calls a page where scripts are called, else commands a page. Calls that travel together count each."""
    rss: float
    """MB of the largest worker."""
    site_share: float
    """Cores that the site used meanwhile."""


def measure(contestant: Contestant, site: Site, pages: int) -> Cost:
    """Runs a contestant until it has fetched enough."""
    with tempfile.TemporaryDirectory(prefix="cost-", ignore_cleanup_errors=True) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        server = RedisServer(folder / "r")
        stack.callback(server.kill)
        url = stack.enter_context(delay_proxy(server.socket, seconds=contestant.delay)) if contestant.delay else server.url
        environment = bench_environment(BAIKE_OUTPUT=str(folder / "output"), BAIKE_MIRROR=site.url, REDIS_URL=url)
        command = contestant.command(site, folder)
        if contestant.kind == "with_scrapy_redis":
            command += ["-s", f"REDIS_URL={url}"]
        before = site.count()
        workers = [Worker(f"w{at}", command, environment, folder / f"w{at}.log") for at in range(contestant.workers)]
        stack.callback(lambda: [worker.kill() for worker in workers])

        def sample() -> Sample:
            with server.client() as client:
                stats = {key.removeprefix("cmdstat_"): row["calls"] for key, row in client.info("commandstats").items()}
            scripts = stats.get("evalsha", 0) + stats.get("eval", 0)
            asked = {"info", "ping", "client|setinfo", "client|setname", "hello", "command", "select"}
            return Sample(
                time.monotonic(), site.count() - before, sum(cpu_seconds(worker.process.pid) for worker in workers),
                cpu_seconds(server.process.pid), sum(calls for key, calls in stats.items() if key not in asked), scripts,
            )  # fmt: skip

        def reach(count: int) -> None:
            def is_there() -> bool:
                dead = [worker for worker in workers if worker.code is not None]
                if dead:
                    raise RuntimeError(f"{contestant.name} ended too early:\n{dead[0].log.read_text('utf-8')[-3000:]}")
                return site.count() - before >= count

            if not wait_until(is_there, patience=_PATIENCE, pause=0.02):
                raise RuntimeError(f"{contestant.name} hangs:\n{workers[0].log.read_text('utf-8')[-3000:]}")

        reach(_WARM_UP)
        first, site_before = sample(), cpu_seconds(site.process.pid)
        reach(_WARM_UP + pages)
        last, site_after = sample(), cpu_seconds(site.process.pid)
        rss = max(rss_bytes(worker.process.pid) for worker in workers)
    fetched, seconds = last.pages - first.pages, last.at - first.at
    calls = last.scripts - first.scripts or last.commands - first.commands
    return Cost(
        fetched / seconds, (last.worker_cpu - first.worker_cpu) * 1000 / fetched, (last.redis_cpu - first.redis_cpu) * 1000 / fetched,
        calls / fetched, rss / 1e6, (site_after - site_before) / seconds,
    )  # fmt: skip


def contestants(delay: float) -> Iterator[Contestant]:
    yield Contestant("fetch only", "fetch_only")
    yield Contestant("ours", "ours")
    yield Contestant("ours, no archive", "ours", options=("-s", "BAIKE_ARCHIVE=0"))
    yield Contestant("scrapy-redis", "with_scrapy_redis")
    yield Contestant("ours, far Redis", "ours", delay=delay)
    yield Contestant("scrapy-redis, far Redis", "with_scrapy_redis", delay=delay)
    yield Contestant("ours, two workers", "ours", workers=2)


def middle(costs: list[Cost]) -> Cost:
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in Cost.__slots__))


def show(name: str, cost: Cost) -> None:
    print(
        f"{name:26} {cost.pages_per_second:7.1f} pages/s  {cost.worker_cpu:6.2f} CPU s/1000  Redis {cost.redis_cpu:5.2f}  "
        f"{cost.round_trips:6.2f} calls/page  {cost.rss:5.0f} MB  site {cost.site_share:.2f} cores",
        flush=True,
    )


def ratios(costs: dict[str, list[Cost]]) -> Iterator[tuple[str, float]]:
    """What the goals are about: medians of the ratios of each round."""

    def between(mine: str, other: str, what: str) -> float:
        pairs = zip(costs[mine], costs[other], strict=True)
        return statistics.median(getattr(a, what) / getattr(b, what) for a, b in pairs)

    for title, mine, other, what in (
        ("CPU, ours / fetch only", "ours", "fetch only", "worker_cpu"),
        ("CPU, ours without archive / fetch only", "ours, no archive", "fetch only", "worker_cpu"),
        ("pages a second, ours / scrapy-redis", "ours", "scrapy-redis", "pages_per_second"),
        ("CPU, ours / scrapy-redis", "ours", "scrapy-redis", "worker_cpu"),
        ("Redis' CPU, ours / scrapy-redis", "ours", "scrapy-redis", "redis_cpu"),
        ("pages a second with a far Redis, ours / scrapy-redis", "ours, far Redis", "scrapy-redis, far Redis", "pages_per_second"),
        ("pages a second, two workers / one", "ours, two workers", "ours", "pages_per_second"),
    ):
        if mine in costs and other in costs:
            yield title, between(mine, other, what)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1_500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--delay-ms", type=float, default=0.8)
    parser.add_argument("--only", nargs="*", help="names of contestants")
    options = parser.parse_args()
    chosen = [one for one in contestants(options.delay_ms / 1000) if not options.only or one.name in options.only]
    costs: dict[str, list[Cost]] = {one.name: [] for one in chosen}
    with Site(World(options.entries, spread=True)) as site:
        for number in range(options.rounds):
            print(f"round {number + 1}")
            for one in chosen:
                pages = options.pages // 3 if "scrapy-redis, far" in one.name else options.pages
                cost = measure(one, site, pages)
                costs[one.name].append(cost)
                show(one.name, cost)
    print("medians")
    for name, found in costs.items():
        show(name, middle(found))
    for title, ratio in ratios(costs):
        print(f"{title:56} {ratio:6.2f}")
    print(json.dumps({title: round(ratio, 3) for title, ratio in ratios(costs)}, ensure_ascii=False))


if __name__ == "__main__":
    main()
