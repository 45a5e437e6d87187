"""Whether several workers keep one pace: `python -m tests.bench.politeness [--workers 3] [--rate 5] [--seconds 60] [--kill]`.

Real workers crawl a generated encyclopedia without an end on loopback; the figures are the server's log. `--kill` ends a worker with -9 at a third of the
time and starts another at two thirds. Printed are the requests a second, the most in any window, the shortest gap, each worker's share, and the script
calls to Redis a request (leases, acknowledgements, heartbeats and looks of every second included).
"""

from __future__ import annotations

import argparse
import itertools
import os
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path

import redis

from baike_spider.frontier import EmbeddedServer
from tests.e2e.conftest import Workplace
from tests.e2e.moody import Asked, endless, most_in, serving

CRAWL = ("scrapy", "crawl", "baike", "-a", "seeds=https://baike.baidu.com/item/条目1/1")
_WINDOWS = (1, 10, 30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--rate", type=float, default=5, help="requests a second of all workers")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--kill", action="store_true")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
        EmbeddedServer.start(Path(folder) / "redis") as server,
        redis.Redis.from_url(server.url) as client,
    ):
        client.config_resetstat()
        asked = crawl(Path(folder) / "output", server.url, options)
        calls = client.info("commandstats")["cmdstat_evalsha"]["calls"]
    report(asked, options.rate, calls)


def crawl(output: Path, url: str, options: argparse.Namespace) -> list[Asked]:
    """What the site was asked while the workers ran."""
    with serving(endless) as site:
        workplace = Workplace(output, site.base_url)

        def start(name: str) -> subprocess.Popen[str]:
            knobs = {"BAIKE_DELAY": str(1 / options.rate), "BAIKE_CONTACT": f"{name}@example.org", "BAIKE_LOG_LEVEL": "ERROR"}
            return workplace.start(*CRAWL, REDIS_URL=url, **knobs)

        workers = [start(f"worker-{number}") for number in range(options.workers)]
        third = options.seconds / 3
        time.sleep(third)
        if options.kill:
            os.killpg(workers[0].pid, signal.SIGKILL)
        time.sleep(third)
        if options.kill:
            workers.append(start("worker-new"))
        time.sleep(third)
        for worker in workers:
            worker.send_signal(signal.SIGINT)
        for worker in workers:
            worker.communicate(timeout=60)
        return list(site.moods.asked)


def report(asked: list[Asked], rate: float, calls: int) -> None:
    times = [one.at for one in asked]
    span = times[-1] - times[0]
    print(f"limit {rate:g} a second: {len(times):,} requests in {span:.1f} s, {len(times) / span:.2f} a second")
    for window in _WINDOWS:
        if window < span:
            most = most_in(window, times)
            print(f"  most in any {window:2} s: {most} ({most / window:.2f} a second)")
    gap = min(later - earlier for earlier, later in itertools.pairwise(times))
    print(f"  shortest gap: {gap * 1000:.0f} ms of {1000 / rate:.0f}")
    shares = Counter(one.agent.partition("+")[2].partition("@")[0] for one in asked)
    print("  shares:", ", ".join(f"{name} {count}" for name, count in sorted(shares.items())))
    print(f"  script calls to Redis a request: {calls / len(times):.1f}")


if __name__ == "__main__":
    main()
