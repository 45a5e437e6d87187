"""A crawling worker is killed with -9 at random moments: every entry that it had acknowledged is in a readable archive.

    python -m tests.bench.archive_kills [--kills 20] [--pages 4000] [--seed 0]

Only kills of a worker that still has pages to fetch count. After each: the entries that any reader would believe, and those that the next run recovers,
are looked up in the archive by their pages' digests; what is damaged there must be the torn end of a file.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

from baike_spider.archive import Damage, decoded, read_records
from baike_spider.mirror import Mirror
from baike_spider.shards import read_entries
from tests.bench.pages import site
from tests.conftest import ROOT


def start(folder: Path, mirror: str, seeds: Path) -> subprocess.Popen[bytes]:
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BAIKE_", "REDIS_"))}
    env |= {"BAIKE_MIRROR": mirror, "BAIKE_DELAY": "0.005", "BAIKE_OUTPUT": str(folder), "BAIKE_LOG_LEVEL": "ERROR"}
    env |= {"BAIKE_COMMIT_SECONDS": "0.1", "BAIKE_SHARD_BYTES": "20000"}
    command = [Path(sys.executable).with_name("scrapy"), "crawl", "baike", "-a", f"seeds=@{seeds}", "-a", "max_depth=0"]
    return subprocess.Popen(command, env=env, cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL)


def archived(folder: Path) -> tuple[set[str], int]:
    """Digests of the pages in the archive, and how many torn ends there are."""
    digests, torn = set(), 0
    for path in folder.glob("warc/*.warc.gz"):
        for record in read_records(path, types=frozenset({"response"})):
            if isinstance(record, Damage):
                assert record.reason.startswith("the file ends inside"), record
                torn += 1
            else:
                digests.add(f"sha256:{sha256(decoded(record)).hexdigest()}")
    return digests, torn


def missing(folder: Path) -> tuple[int, int, int]:
    """Entries listed, those of them without a page in the archive, torn ends."""
    digests, torn = archived(folder)
    entries = list(read_entries(folder)) if (folder / "manifest.json").is_file() else []
    return len(entries), sum(entry["digest"] not in digests for entry in entries), torn


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    dice = random.Random(arguments.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        seeds = root / "seeds.txt"
        seeds.write_text("\n".join(site(root / "site", arguments.pages)), encoding="utf-8")
        folder = root / "output" / "baike"
        with Mirror([root / "site"]) as mirror:
            for number in range(arguments.kills):
                process = start(root / "output", mirror.base_url, seeds)
                known = len(list(folder.glob("warc/*.gz")))
                deadline = time.monotonic() + 60
                while process.poll() is None and len(list(folder.glob("warc/*.gz"))) == known and time.monotonic() < deadline:
                    time.sleep(0.02)
                time.sleep(dice.uniform(0, 1.5))
                if process.poll() is not None:
                    sys.exit(f"the crawl was over before kill {number + 1}: give it more --pages")
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                listed, lost, torn = missing(folder)
                failed += lost
                if listed >= arguments.pages:
                    sys.exit(f"all pages were fetched before kill {number + 1}: give it more --pages")
                print(f"kill {number + 1}: {listed} entries listed, {lost} not in the archive, {torn} torn ends", flush=True)
            last = start(root / "output", mirror.base_url, seeds)
            last.wait()
        listed, lost, torn = missing(folder)
        print(f"finished: {listed} of {arguments.pages} entries, {lost} not in the archive, {torn} torn ends")
    sys.exit(1 if failed + lost + torn or listed < arguments.pages else 0)


if __name__ == "__main__":
    main()
