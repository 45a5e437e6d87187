"""A worker as a process of its own that sends nothing but itself through the gate: `python gate_process.py URL CRAWL DELAY SECONDS COMERS`.

Says that it is ready, and starts at a line on its standard input.

So many comers enter again and again for so many seconds. Prints the time of every passage by the machine's steady clock, then the number of calls to Redis.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
import time

from baike_spider.crawl.gate import Gate, GateClosed, Manners
from baike_spider.frontier import Frontier, FrontierError, worker_name


class Owner:
    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def is_closing(self) -> bool:
        return time.monotonic() > self.ends

    def lost(self, error: FrontierError) -> None:
        raise error

    def refused(self, host: str) -> None:
        self.ends = 0.0


async def work(frontier: Frontier, delay: float, seconds: float, comers: int) -> list[float]:
    passed: list[float] = []
    gate = Gate(frontier.throttle, Manners(delay, longest_interval=60, longest_pause=60, refusals_to_stop=5), Owner(seconds))

    async def come() -> None:
        with contextlib.suppress(GateClosed):
            while True:
                passed.append(await gate.enter("host.example"))
                await asyncio.sleep(0.02)

    await asyncio.gather(*(come() for _ in range(comers)))
    return passed


if __name__ == "__main__":
    url, crawl, delay, seconds, comers = sys.argv[1:]
    joined = Frontier.connect(url, crawl=crawl, worker=worker_name(), patience=5)
    calls, call = [0], joined._connection.call

    def counted(*args: object, **options: object) -> object:
        calls[0] += 1
        return call(*args, **options)  # type: ignore[arg-type]

    joined._connection.call = counted  # type: ignore[method-assign,assignment]
    print("ready", flush=True)
    input()
    for at in asyncio.run(work(joined, float(delay), float(seconds), int(comers))):
        print(at)
    print(calls[0])
    joined.close()
