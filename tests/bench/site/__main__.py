"""`python -m tests.bench.site --entries 5000`: serves a generated encyclopedia until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib

from tests.bench.site.server import Failures, serve
from tests.bench.site.world import World

parser = argparse.ArgumentParser(prog="python -m tests.bench.site", description=__doc__)
parser.add_argument("--entries", type=int, default=5_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--odd", type=float, default=0.0, help="share of links that name their entry by another address")
parser.add_argument("--spread", type=int, default=0, help="1: links go to any entry alike, not only to popular ones")
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--fail-share", type=float, default=0.0, help="share of addresses that answer 503")
parser.add_argument("--fail-times", type=int, default=4)
parser.add_argument("--latency", type=float, default=0.0, help="seconds by which every answer is held back")
options = parser.parse_args()
with contextlib.suppress(KeyboardInterrupt):
    failures = Failures(options.fail_share, options.fail_times, options.latency)
    asyncio.run(serve(World(options.entries, options.seed, options.odd, bool(options.spread)), failures, options.port))
