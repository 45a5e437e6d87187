"""A crawl that is harmed in every way: `python -m tests.bench.chaos [SEED ...]` (default 1 to 5). Linux, root (it mounts a small tmpfs).

5,000 entries with redirects, synonyms, /view/ addresses, percent spellings and lists of senses; 3 workers and one Redis (AOF every second). Ten times a random
worker is killed with -9 and started again, twice Redis is (the second time it loses the last second of its AOF too, as when the machine dies), once a worker is
stopped past its lease and goes on, once the disk is full until all workers have ended. Then it runs until it is finished, `baike corpus build` makes a corpus of it, and
its entries are compared with the truth. Prints a JSON line a seed; exit code 1 when an entry was lost, false, or doubled.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from baike_spider.corpus.build import LEAST_MEMORY, build_corpus
from baike_spider.corpus.reader import open_corpus, views
from baike_spider.exits import EXIT_CODES
from baike_spider.shards import load_manifest, verify
from tests.bench.rig import RedisServer, Worker, bench_environment, fill, small_disk, wait_until
from tests.bench.site import Failures, Site, World
from tests.bench.site.pages import entry_page

_WORKERS, _LEASE_SECONDS = 3, 6
_EVENTS = ["kill worker"] * 10 + ["kill redis", "redis loses a second", "freeze", "fill disk"]
#: seconds after which a crawl that does not end hangs
_PATIENCE = 300
_FULL_DISK_PATIENCE = 90


class Chaos:
    """One crawl and what happens to it."""

    def __init__(self, folder: Path, seed: int, site: Site) -> None:
        self._draw = random.Random(seed)
        self._site = site
        self.output = folder / "output"
        self.server = RedisServer(folder / "r")
        environment = bench_environment(
            BAIKE_OUTPUT=str(self.output), BAIKE_MIRROR=site.url, BAIKE_DELAY="0", BAIKE_LEASE_SECONDS=str(_LEASE_SECONDS),
            BAIKE_RETRY_SECONDS="1", REDIS_URL=self.server.url,
        )  # fmt: skip
        command = ["scrapy", "crawl", "baike", "-a", f"seeds={site.world.title(0)}", "-a", "follow=page"]
        self._logs = folder / "logs"
        self._logs.mkdir()
        self.workers = [Worker(f"w{at}", command, environment, self._logs / f"w{at}.log") for at in range(_WORKERS)]
        self.happened: list[str] = []
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()

    def run(self) -> bool:
        """Whether the crawl came to its end."""
        events = _EVENTS.copy()
        self._draw.shuffle(events)
        for at, event in enumerate(events, 1):
            self._reach(at * self._site.world.entries // (len(events) + 2))
            happen = getattr(self, f"_{event.replace(' ', '_')}")
            self.happened.append(f"{self._site.count()}: {happen()}")
        return wait_until(self._is_finished, patience=_PATIENCE)

    def close(self) -> None:
        self._stop.set()
        self._watcher.join()
        for worker in self.workers:
            worker.kill()
        self.server.kill()

    def _watch(self) -> None:
        while not self._stop.wait(0.1):
            self.server.watch()

    def _reach(self, pages: int) -> None:
        """Until the site served so many pages, with every worker that ended started again."""

        def is_there() -> bool:
            self._restart(finished=True)
            return self._site.count() >= pages

        wait_until(is_there, patience=_PATIENCE)

    def _restart(self, *, finished: bool) -> None:
        for worker in self.workers:
            if worker.code is not None and (finished or worker.code != 0):
                worker.restart()

    def _is_finished(self) -> bool:
        self._restart(finished=False)
        return all(worker.code == 0 for worker in self.workers)

    def _running(self) -> Worker:
        wait_until(lambda: any(worker.code is None for worker in self.workers), patience=30)
        return self._draw.choice([worker for worker in self.workers if worker.code is None])

    def _kill_worker(self) -> str:
        worker = self._running()
        worker.kill()
        worker.restart()
        return f"{worker.name} killed"

    def _kill_redis(self) -> str:
        self.server.kill()
        seconds = self._draw.uniform(0.5, 6)
        time.sleep(seconds)
        self.server.start()
        return f"Redis killed, away for {seconds:.1f} s"

    def _redis_loses_a_second(self) -> str:
        self.server.kill()
        lost = self.server.lose_last_second()
        self.server.start()
        return f"Redis killed, {lost:,} bytes of AOF lost"

    def _freeze(self) -> str:
        worker = self._running()
        worker.signal(signal.SIGSTOP)
        time.sleep(_LEASE_SECONDS + 3)
        worker.signal(signal.SIGCONT)
        return f"{worker.name} stopped for {_LEASE_SECONDS + 3} s"

    def _fill_disk(self) -> str:
        ballast = fill(self.output)
        began = time.monotonic()
        if not wait_until(lambda: all(worker.code is not None for worker in self.workers), patience=_FULL_DISK_PATIENCE):
            raise RuntimeError(f"a worker hangs on a full disk, see {self._logs}")
        codes = [worker.code for worker in self.workers]
        ballast.unlink()
        return f"disk full, workers ended within {time.monotonic() - began:.1f} s with {codes}"


def _built(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """The entries of the corpus that `baike corpus build` makes of the crawl, and how many records it was made of."""
    with tempfile.TemporaryDirectory(prefix="built-") as place:
        manifest = build_corpus([folder], Path(place) / "corpus", memory=LEAST_MEMORY)
        with views(open_corpus(Path(place) / "corpus")) as db:
            return [json.loads(record) for (record,) in db.execute("SELECT json FROM entries").fetchall()], manifest.counts["versions"]


def _is_true(record: dict[str, Any], world: World) -> bool:
    """Whether the record says what the site's page says."""
    found = world.find(f"/item/x/{record['lemma_id']}")
    if not isinstance(found, int):
        return False
    body = b"".join(entry_page(world, found)).decode()
    rows = {row["name"]: row["text"] for row in record["rows"]}
    own = (record["title"], record["sense"] or "", len(record["rows"])) == (world.title(found), world.sense(found), 30)
    return own and rows["政府驻地"] == f"样例路{found}号" and rows["中文名"] == record["title"] and record["summary"][:-1] in _plain(body)


def _plain(body: str) -> str:
    """The text of a page without its links' tags."""
    return "".join(piece.partition(">")[2] if piece.startswith(("a ", "/a")) else f"<{piece}" for piece in body.split("<"))


def judge(folder: Path, world: World) -> dict[str, Any]:
    """What is wrong with the entries of a crawl's folder, and how it is."""
    entries, records = _built(folder)
    found = {entry["lemma_id"] for entry in entries}
    return {
        "entries": len(entries),
        "lost": len(world.truth - found),
        "false": sum(not _is_true(entry, world) for entry in entries),
        "doubled": len(entries) - len(found),
        "stored_twice": records - len(entries),
        "verify": [str(problem) for problem in verify(folder)],
        "rejects": load_manifest(folder).counts["verdicts"],
    }


@contextlib.contextmanager
def _scene(seed: int, entries: int) -> Iterator[Chaos]:
    world = World(entries, seed=seed, odd=0.3)
    with (
        tempfile.TemporaryDirectory(prefix="chaos-", ignore_cleanup_errors=True) as folder,
        Site(world, Failures(latency=0.12)) as site,
        small_disk(Path(folder) / "output", megabytes=512),
    ):
        chaos = Chaos(Path(folder), seed, site)
        try:
            yield chaos
        finally:
            chaos.close()


def run(seed: int, entries: int, *, keep: Path | None = None) -> dict[str, Any]:
    """One crawl; what it came to."""
    began = time.monotonic()
    with _scene(seed, entries) as chaos:
        finished = chaos.run()
        found = judge(chaos.output / "baike", chaos._site.world)
        served = chaos._site.served()
        if keep:
            keep.mkdir(parents=True, exist_ok=True)
            for log in chaos._logs.iterdir():
                (keep / f"{seed}-{log.name}").write_bytes(log.read_bytes())
        return {
            "seed": seed,
            "finished": finished,
            **found,
            "fetched_again": sum(served.values()) - len(served),
            "exits": {worker.name: dict(Counter(map(str, worker.codes))) for worker in chaos.workers},
            "happened": chaos.happened,
            "seconds": round(time.monotonic() - began, 1),
        }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", nargs="*", type=int, default=[1, 2, 3, 4, 5])
    parser.add_argument("--entries", type=int, default=5_000)
    parser.add_argument("--keep-logs", type=Path)
    options = parser.parse_args()
    failed = False
    for seed in options.seeds:
        result = run(seed, options.entries, keep=options.keep_logs)
        print(json.dumps(result, ensure_ascii=False), flush=True)
        known = {0, 3, 4, -signal.SIGKILL}
        odd = {int(code) for exits in result["exits"].values() for code in exits} - known
        if odd:
            print(f"unexpected exit codes: { {code: EXIT_CODES.get(code, 'a signal') for code in odd} }", file=sys.stderr)
        failed = failed or bool(odd) or not result["finished"] or any(result[kind] for kind in ("lost", "false", "doubled", "verify"))
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
