"""Serves a generated encyclopedia on loopback, as cheaply as Python can: one process, no framework, pages composed when asked for.

Comes in: HTTP/1.1 GETs. Goes out: pages, redirects, 404s, injected failures. `/_count` says how many entry pages were served,
`/_served` which (lemma id -> how often), so that a benchmark knows what a crawler fetched without asking the crawler.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from tests.bench.site.pages import ERROR_PAGE, entry_page, sense_list
from tests.bench.site.world import World

__all__ = ["Failures", "serve"]

_ERROR_PATH = "/error.html"
_PAGES_KEPT = 2_000


@dataclass(frozen=True, slots=True)
class Failures:
    """What goes wrong on purpose."""

    share: float = 0.0
    """Of the addresses."""
    times: int = 4
    """So many first requests of such an address are answered with 503."""
    latency: float = 0.0
    """Seconds by which every answer is held back."""


class _Site:
    def __init__(self, world: World, failures: Failures) -> None:
        self.world, self.failures = world, failures
        self.served: Counter[int] = Counter()
        self._failed: Counter[str] = Counter()
        self._page = lru_cache(_PAGES_KEPT)(lambda number: entry_page(world, number))

    def answer(self, target: str) -> list[bytes]:
        path, _, query = target.partition("?")
        if path == "/robots.txt":
            return _response(200, [b"User-agent: *\nAllow: /\n"], "text/plain")
        if path.startswith("/_"):
            said = self.served.total() if path == "/_count" else self.served
            return _response(200, [json.dumps(said).encode()], "application/json")
        if path == _ERROR_PATH:
            return _response(200, [ERROR_PAGE])
        if self._is_to_fail(path):
            return _response(503, [b"overloaded"], "text/plain")
        found = self.world.find(path, query)
        if found is None:
            return _response(302, [], location=_ERROR_PATH)
        if isinstance(found, str):
            return _response(302, [], location=found)
        if isinstance(found, list):
            return _response(200, list(sense_list(self.world, found)))
        self.served[self.world.lemma_id(found)] += 1
        return _response(200, list(self._page(found)))

    def _is_to_fail(self, path: str) -> bool:
        if not self.failures.share or random.Random(f"{self.world.seed}{path}").random() >= self.failures.share:
            return False
        self._failed[path] += 1
        return self._failed[path] <= self.failures.times


class _Line(asyncio.Protocol):
    """One connection. Requests of one connection are answered in their order."""

    def __init__(self, site: _Site) -> None:
        self._site = site
        self._rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while (end := self._rest.find(b"\r\n\r\n")) >= 0:
            target = self._rest[:end].split(b" ", 2)[1].decode("latin-1")
            self._rest = self._rest[end + 4 :]
            latency = self._site.failures.latency
            if latency:
                asyncio.get_running_loop().call_later(latency, self._send, target)
            else:
                self._send(target)

    def _send(self, target: str) -> None:
        if not self._transport.is_closing():
            self._transport.writelines(self._site.answer(target))


_REASONS = {200: "OK", 302: "Found", 503: "Service Unavailable"}


def _response(status: int, pieces: list[bytes], kind: str = "text/html", *, location: str = "") -> list[bytes]:
    size = sum(map(len, pieces))
    place = f"Location: {location}\r\n" if location else ""
    head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n{place}\r\n"
    return [head.encode(), *pieces]


async def serve(world: World, failures: Failures, port: int) -> None:
    """Serves until it is killed; prints the base address when it is ready."""
    site = _Site(world, failures)
    server = await asyncio.get_running_loop().create_server(lambda: _Line(site), "127.0.0.1", port)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()
