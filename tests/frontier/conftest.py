"""A real server for the frontier's tests, the embedded one, and frontiers on it. `FRONTIER_TEST_SERVER=PATH` runs them on another server program."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from baike_spider.frontier import EmbeddedServer, Frontier

Joining = Callable[..., Frontier]
_numbers = itertools.count()


class Clock:
    """A time that only the test moves."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += seconds


def choose_server(folder: Path) -> Path:
    """The folder, told which server program to run when the environment names one."""
    program = os.environ.get("FRONTIER_TEST_SERVER")
    if program:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "server.json").write_text(json.dumps({"program": program}), "utf-8")
    return folder


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """One server for all tests that do not harm it."""
    with EmbeddedServer.start(choose_server(tmp_path_factory.mktemp("redis"))) as server:
        yield server


@pytest.fixture
def client(server: EmbeddedServer) -> Iterator[redis.Redis]:
    """A look behind the frontier."""
    with redis.Redis.from_url(server.url, protocol=2) as client:
        yield client


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def crawl() -> str:
    """A crawl that no other test has."""
    return f"test-{next(_numbers)}"


@pytest.fixture
def join(server: EmbeddedServer, clock: Clock, crawl: str) -> Iterator[Joining]:
    """Joins the test's crawl as a worker of that name, under the test's clock."""
    joined: list[Frontier] = []

    def join(worker: str = "w1", **options: Any) -> Frontier:
        frontier = Frontier.connect(server.url, **{"crawl": crawl, "worker": worker, "lease_seconds": 60, "clock": clock, **options})
        joined.append(frontier)
        return frontier

    yield join
    for frontier in joined:
        frontier._connection.close()


@pytest.fixture
def frontier(join: Joining) -> Frontier:
    return join()
