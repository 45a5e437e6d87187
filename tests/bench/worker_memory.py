"""Whether a worker's memory stays flat: `python -m tests.bench.worker_memory [--pages 50000] [--entries 200000]`. Linux.

One worker crawls a generated site by all 60 links of a page while the frontier grows; its resident memory is read every 1,000 pages. Prints a line each, then
the most, and how much the last fifth holds more than the second.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

from tests.bench.rig import RedisServer, Worker, bench_environment, rss_bytes, wait_until
from tests.bench.site import Site, World

_STEP = 1_000
_PATIENCE = 300


def samples(pages: int, entries: int) -> list[float]:
    """MB after every 1,000 pages."""
    found: list[float] = []
    with tempfile.TemporaryDirectory(prefix="memory-", ignore_cleanup_errors=True) as name, Site(World(entries, spread=True)) as site:
        folder = Path(name)
        server = RedisServer(folder / "r")
        environment = bench_environment(
            BAIKE_OUTPUT=str(folder / "output"), BAIKE_MIRROR=site.url, BAIKE_DELAY="0", BAIKE_CONCURRENCY="16", REDIS_URL=server.url
        )
        worker = Worker(
            "w", ["scrapy", "crawl", "baike", "-a", f"seeds={site.world.title(0)}", "-a", "follow=page"], environment, folder / "log"
        )
        began = time.monotonic()
        try:
            for mark in range(_STEP, pages + 1, _STEP):

                def is_there(mark: int = mark) -> bool:
                    if worker.code is not None:
                        raise RuntimeError(worker.log.read_text("utf-8")[-2000:])
                    return site.count() >= mark

                if not wait_until(is_there, patience=_PATIENCE, pause=0.2):
                    raise RuntimeError(f"it stands still after {site.count()} pages")
                found.append(rss_bytes(worker.process.pid) / 1e6)
                print(f"{mark:8,} pages {found[-1]:7.1f} MB {time.monotonic() - began:7.0f} s", flush=True)
        finally:
            worker.kill()
            server.kill()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=50_000)
    parser.add_argument("--entries", type=int, default=200_000)
    options = parser.parse_args()
    found = samples(options.pages, options.entries)
    fifth = max(len(found) // 5, 1)
    grown = statistics.median(found[-fifth:]) - statistics.median(found[fifth : 2 * fifth] or found)
    print(f"most {max(found):.1f} MB; the last fifth holds {grown:+.1f} MB more than the second")


if __name__ == "__main__":
    main()
