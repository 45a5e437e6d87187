"""What a fault loses, with us and with scrapy-redis: `python -m tests.bench.faults [--only NAME ...] [--pages 1200]`.

1,200 pages, concurrency 32. Each fault happens when a third of the pages was served; whoever was stopped is started again with the same command, whoever says
`finished` is believed. Lost is what the site never served. Ours runs as a user runs it; where it says that Redis lost the crawl, the command that it
names (`baike frontier purge`) is run before the next start. Prints a table; exit code 1 when ours lost a page.
"""

from __future__ import annotations

import argparse
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.rig import RedisServer, Worker, bench_environment, wait_until
from tests.bench.site import Failures, Site, World

_CONCURRENCY = 32
_PATIENCE = 75
_SPIDER = Path(__file__).parent / "baselines" / "with_scrapy_redis.py"
_CLOSED = re.compile(r"Spider closed \((\w+)\)")


@dataclass
class Scene:
    """One crawl that a fault happens to."""

    who: str
    site: Site
    folder: Path
    server: RedisServer
    follow: bool
    persist: bool
    workers: list[Worker] = field(default_factory=list)

    def start(self) -> Worker:
        """One more worker."""
        name = f"w{len(self.workers)}"
        environment = bench_environment(
            BAIKE_OUTPUT=str(self.folder / "output"),
            BAIKE_MIRROR=self.site.url,
            BAIKE_RETRY_SECONDS="0.5",
            BAIKE_BACKOFF_SECONDS="0.05",
            BAIKE_PAUSE_SECONDS="0.1",
            REDIS_URL=self.server.url,
        )
        self.workers.append(Worker(name, [*self._command(), *self._options()], environment, self.folder / f"{name}.log"))
        return self.workers[-1]

    def _command(self) -> list[str]:
        world, base = self.site.world, self.site.url
        if self.who == "scrapy-redis":
            begin = f"seed={world.address(0)}" if self.follow else f"urls={world.entries}"
            return ["scrapy", "runspider", str(_SPIDER), "-a", f"base={base}", "-a", begin, "-s", f"REDIS_URL={self.server.url}"]
        seeds = self.folder / "seeds.txt"
        numbers = range(1) if self.follow else range(world.entries)
        seeds.write_text("".join(f"https://baike.baidu.com{world.address(number)}\n" for number in numbers), "utf-8")
        return ["scrapy", "crawl", "baike", "-a", f"seeds=@{seeds}", "-a", f"follow={'page' if self.follow else 'none'}"]

    def _options(self) -> list[str]:
        options = {
            "DOWNLOAD_DELAY": 0,
            "CONCURRENT_REQUESTS": _CONCURRENCY,
            "CONCURRENT_REQUESTS_PER_DOMAIN": _CONCURRENCY,
            "LOG_LEVEL": "INFO",
        }
        if self.who == "scrapy-redis":
            options |= {"ROBOTSTXT_OBEY": False, "SCHEDULER_PERSIST": self.persist, "TELNETCONSOLE_ENABLED": False}
        return [text for name, value in options.items() for text in ("-s", f"{name}={value}")]

    def reach(self, pages: int) -> None:
        """Until the site served so many pages."""
        if not wait_until(lambda: self.site.count() >= pages, patience=_PATIENCE):
            raise RuntimeError(f"{self.who} stands still, see {self.workers[-1].log.read_text('utf-8')[-2000:]}")

    def finish(self) -> str:
        """Until everybody says that the crawl is finished, or for good; what the last one said."""
        for _ in range(4):
            if not wait_until(lambda: all(worker.code is not None for worker in self.workers), patience=_PATIENCE):
                return "hangs"
            stopped = [worker for worker in self.workers if _said(worker) != "finished"]
            if len(stopped) < len(self.workers):
                return "finished"
            if any(worker.code == 3 for worker in stopped) and self.who == "ours":
                folder = str(self.folder / "output" / "baike")
                subprocess.run(
                    [str(Path(sys.executable).parent / "baike"), "frontier", "purge", folder, "--yes"],
                    env=bench_environment(REDIS_URL=self.server.url), check=True, capture_output=True,
                )  # fmt: skip
            stopped[0].restart()
            self.workers = [stopped[0]]
        return _said(self.workers[0])


def _said(worker: Worker) -> str:
    """The reason that the last start of a worker closed with."""
    said = _CLOSED.findall(worker.log.read_text("utf-8", "replace"))
    return said[-1] if said and worker.code != -signal.SIGKILL else "killed"


def _kill(scene: Scene) -> None:
    scene.workers[0].kill()


def _terminate(scene: Scene) -> None:
    scene.workers[0].signal(signal.SIGTERM)


def _terminate_twice(scene: Scene) -> None:
    _terminate(scene)
    time.sleep(0.05)
    _terminate(scene)


def _kill_redis(scene: Scene) -> None:
    scene.server.kill()
    scene.server.start()


def _away(seconds: float) -> Callable[[Scene], None]:
    def harm(scene: Scene) -> None:
        scene.server.kill()
        time.sleep(seconds)
        scene.server.start()

    return harm


@dataclass(frozen=True, slots=True)
class Fault:
    """One row of the table."""

    name: str
    harm: Callable[[Scene], None] = lambda _scene: None
    workers: int = 1
    follow: bool = False
    """A crawl by links; else all addresses are queued at the start."""
    durability: str = "everysec"
    """`appendfsync`; "" for a Redis without AOF."""
    persist: bool = True
    """scrapy-redis' SCHEDULER_PERSIST."""
    failures: Failures = Failures(latency=0.05)  # noqa: RUF009 (frozen)


FAULTS = (
    Fault("kill -9 of a worker", _kill),
    Fault("link crawl, kill -9 of a worker", _kill, follow=True),
    Fault("SIGTERM once", _terminate),
    Fault("SIGTERM twice", _terminate_twice),
    Fault("SIGTERM of one of two workers, SCHEDULER_PERSIST=False", _terminate, workers=2, persist=False),
    Fault("Redis killed without AOF", _kill_redis, durability=""),
    Fault("link crawl, Redis killed without AOF", _kill_redis, follow=True, durability=""),
    Fault("link crawl, AOF always, Redis away for 0.5 s", _away(0.5), follow=True, durability="always"),
    Fault("link crawl, AOF always, Redis away for 5 s", _away(5), follow=True, durability="always"),
    Fault("link crawl, AOF always, Redis away for 15 s", _away(15), follow=True, durability="always"),
    Fault("5 % of the URLs answer 503 four times", failures=Failures(share=0.05, times=4, latency=0.02)),
)


def lost(who: str, fault: Fault, pages: int) -> tuple[int, str]:
    """How many pages were never served, and what the crawl said at its end."""
    with tempfile.TemporaryDirectory(prefix="fault-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)
        site = stack.enter_context(Site(World(pages), fault.failures))
        server = RedisServer(folder / "r", persistence=fault.durability)
        scene = Scene(who, site, folder, server, fault.follow, fault.persist)
        stack.callback(server.kill)
        stack.callback(lambda: [worker.kill() for worker in scene.workers])
        for _ in range(fault.workers):
            scene.start()
        scene.reach(pages // 3)
        fault.harm(scene)
        said = scene.finish()
        return len(site.world.truth - site.served().keys()), said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", help="parts of the faults' names")
    parser.add_argument("--who", nargs="*", default=["ours", "scrapy-redis"])
    parser.add_argument("--pages", type=int, default=1_200)
    options = parser.parse_args()
    whole = True
    print(f"{'lost of ' + str(options.pages) + ' pages':56}" + "".join(f"{who:>26}" for who in options.who))
    for fault in FAULTS:
        if options.only and not any(part in fault.name for part in options.only):
            continue
        results = [lost(who, fault, options.pages) for who in options.who]
        print(f"{fault.name:56}" + "".join(f"{f'{count}, says {said}':>26}" for count, said in results), flush=True)
        whole = whole and all(count == 0 for who, (count, _) in zip(options.who, results, strict=True) if who == "ours")
    return int(not whole)


if __name__ == "__main__":
    sys.exit(main())
