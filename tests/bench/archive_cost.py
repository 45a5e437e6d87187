"""What the archive costs a crawl: CPU seconds of the worker per page with and without it, in turn, on pages of real size from loopback.

    python -m tests.bench.archive_cost [--pages 2000] [--rounds 5] [--plain]

The pages come compressed, as sites send them to a crawler that takes gzip; `--plain`: as they are, the dearest case, in which all of their bytes are
hashed and compressed for the archive. The time of starting and ending is measured with crawls of one page and taken off. Other work on the machine
makes every figure vary: each round crawls with and without, which comes first changes, and the medians count. Steadier is the second figure, of the crawls
with the archive alone: the CPU time of its calls against all else that the same process does for the same pages (`tests.bench.tap_time`).
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from aiohttp import web

from tests.bench.pages import address, page
from tests.conftest import ROOT

FIRST = 1_000_001


@contextmanager
def served(pages: int, *, plain: bool) -> Iterator[str]:
    """The address of a server of so many pages, made before."""
    made = map(page, range(FIRST, FIRST + pages))
    bodies = list(made) if plain else [gzip.compress(body, 6) for body in made]
    headers = {"Content-Type": "text/html; charset=utf-8"} | ({} if plain else {"Content-Encoding": "gzip"})

    async def answer(request: web.Request) -> web.Response:
        number = request.path.rpartition("/")[2]
        return web.Response(body=bodies[int(number) - FIRST], headers=headers) if number.isdecimal() else web.Response(status=404)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    loop, runner = asyncio.new_event_loop(), web.AppRunner(app, access_log=None)
    loop.run_until_complete(runner.setup())
    loop.run_until_complete(web.TCPSite(runner, "127.0.0.1", 0).start())
    threading.Thread(target=loop.run_forever, daemon=True).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    loop.call_soon_threadsafe(loop.stop)


def crawl(folder: Path, mirror: str, seeds: Path, *, archive: bool) -> tuple[float, float, int]:
    """CPU seconds of a crawl, those of them in the archive's calls, and bytes of its archive."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("BAIKE_", "REDIS_"))}
    env |= {
        "BAIKE_MIRROR": mirror,
        "BAIKE_DELAY": "0",
        "BAIKE_OUTPUT": str(folder),
        "BAIKE_ARCHIVE": str(int(archive)),
        "BAIKE_LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-m", "tests.bench.tap_time", "crawl", "baike", "-a", f"seeds=@{seeds}", "-a", "max_depth=0"]
    done = subprocess.run(command, check=False, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit(f"the crawl failed: {done.returncode}\n{done.stderr}")
    spent = json.loads(done.stderr.splitlines()[-1])
    return spent["process"], spent["archive"], sum(path.stat().st_size for path in folder.rglob("*.warc.gz"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--plain", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, served(arguments.pages, plain=arguments.plain) as mirror:
        root = Path(place)
        addresses = [address(number) for number in range(FIRST, FIRST + arguments.pages)]
        many, one = root / "many.txt", root / "one.txt"
        many.write_text("\n".join(addresses), encoding="utf-8")
        one.write_text(addresses[0], encoding="utf-8")
        began: dict[bool, list[float]] = {True: [], False: []}
        spent: dict[bool, list[float]] = {True: [], False: []}
        kept: list[float] = []
        for number in range(arguments.rounds):
            for archive in (False, True) if number % 2 else (True, False):
                began[archive].append(crawl(root / f"one-{number}-{archive}", mirror, one, archive=archive)[0])
                cpu, tapped, size = crawl(root / f"many-{number}-{archive}", mirror, many, archive=archive)
                spent[archive].append(cpu)
                if archive:
                    kept.append(tapped)
                    print(f"archive: {size / arguments.pages / 1000:.1f} KB a page", flush=True)
    pages = arguments.pages - 1
    costs = {archive: [(cpu - median(began[archive])) / pages for cpu in spent[archive]] for archive in spent}
    gains = [with_it / without - 1 for with_it, without in zip(costs[True], costs[False], strict=True)]
    shares = [tapped / pages / (cpu - tapped / pages) for tapped, cpu in zip(kept, costs[True], strict=True)]
    print(f"without  {median(costs[False]) * 1e6:6.0f} us CPU a page")
    print(f"with     {median(costs[True]) * 1e6:6.0f} us CPU a page: {shown(gains)}")
    print(f"its calls{median(kept) / pages * 1e6:6.0f} us CPU a page: {shown(shares)}")


def shown(ratios: list[float]) -> str:
    return f"{median(ratios):+.1%} (rounds: {', '.join(f'{ratio:+.1%}' for ratio in ratios)})"


if __name__ == "__main__":
    main()
