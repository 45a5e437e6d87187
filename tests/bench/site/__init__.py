"""A generated encyclopedia of any size with known truth, in a server process of its own: `with Site(World(5000)) as site: ... site.url`."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from typing import Any, Self

from tests.bench.site.server import Failures
from tests.bench.site.world import LINKS, World

__all__ = ["LINKS", "Failures", "Site", "World"]


class Site:
    """The server's process."""

    def __init__(self, world: World, failures: Failures = Failures()) -> None:  # noqa: B008 (frozen)
        self.world = world
        options = {
            "entries": world.entries, "seed": world.seed, "odd": world.odd, "spread": int(world.spread),
            "fail-share": failures.share, "fail-times": failures.times, "latency": failures.latency,
        }  # fmt: skip
        arguments = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self.process = subprocess.Popen([sys.executable, "-m", "tests.bench.site", *arguments], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise RuntimeError("the site did not start")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()

    def count(self) -> int:
        """Entry pages served so far."""
        return int(self._ask("/_count"))

    def served(self) -> dict[int, int]:
        """How often each entry's page was served, by lemma id."""
        return {int(lemma_id): times for lemma_id, times in self._ask("/_served").items()}

    def _ask(self, path: str) -> Any:
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return json.load(answer)
