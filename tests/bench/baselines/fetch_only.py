"""Scrapy alone: fetches the entries of a generated site in their order and looks at nothing. `-a base=URL -a entries=N`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request, Spider

from tests.bench.site.world import World


class FetchOnly(Spider):
    name = "fetch_only"

    async def start(self) -> AsyncIterator[Any]:
        world = World(int(self.entries))
        for number in range(world.entries):
            yield Request(self.base + world.address(number))

    def parse(self, response: Any) -> None:
        """Nothing."""
