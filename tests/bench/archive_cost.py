"""What the archive costs a crawl: CPU seconds of the worker per page with and without it, in turn, on pages of real size from loopback.

    python -m tests.bench.archive_cost [--pages 1000] [--rounds 3]

The time of starting and ending is measured with a crawl of one page and taken off. The pages are served uncompressed, which is the dearest case:
all of their bytes are hashed and compressed here. The best round of each counts: others share the machine.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from baike_spider.mirror import Mirror
from tests.bench.pages import site
from tests.conftest import ROOT


def crawl(folder: Path, mirror: str, seeds: Path, *, archive: bool) -> tuple[float, int]:
    """CPU seconds of a crawl, and bytes of its archive."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BAIKE_", "REDIS_"))}
    env |= {
        "BAIKE_MIRROR": mirror,
        "BAIKE_DELAY": "0",
        "BAIKE_OUTPUT": str(folder),
        "BAIKE_ARCHIVE": str(int(archive)),
        "BAIKE_LOG_LEVEL": "WARNING",
    }
    command = [Path(sys.executable).with_name("scrapy"), "crawl", "baike", "-a", f"seeds=@{seeds}", "-a", "max_depth=0"]
    process = subprocess.Popen(command, env=env, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the crawl failed: {status}")
    size = sum(path.stat().st_size for path in folder.rglob("*.warc.gz"))
    return usage.ru_utime + usage.ru_stime, size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        addresses = site(root / "site", arguments.pages)
        many, one = root / "many.txt", root / "one.txt"
        many.write_text("\n".join(addresses), encoding="utf-8")
        one.write_text(addresses[0], encoding="utf-8")
        costs: dict[bool, list[float]] = {True: [], False: []}
        with Mirror([root / "site"]) as mirror:
            for number in range(arguments.rounds):
                for archive in (False, True):
                    name = f"{number}-{archive}"
                    began, _ = crawl(root / f"one-{name}", mirror.base_url, one, archive=archive)
                    spent, size = crawl(root / f"many-{name}", mirror.base_url, many, archive=archive)
                    costs[archive].append((spent - began) / (arguments.pages - 1))
                    if archive:
                        print(f"archive: {size / arguments.pages / 1000:.1f} KB a page")
    plain, kept = min(costs[False]), min(costs[True])
    rounds = ", ".join(f"{(with_it / without - 1) * 100:+.1f} %" for with_it, without in zip(costs[True], costs[False], strict=True))
    print(f"without  {plain * 1e6:6.0f} us CPU a page")
    print(f"with     {kept * 1e6:6.0f} us CPU a page   {(kept / plain - 1) * 100:+.1f} % (rounds: {rounds})")


if __name__ == "__main__":
    main()
