"""A real frontier and a real shard folder a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baike_spider.frontier import EmbeddedServer, Frontier, worker_name
from baike_spider.shards import ShardWriter


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with EmbeddedServer.start(tmp_path_factory.mktemp("redis")) as running:
        yield running.url


@pytest.fixture
def frontier(server: str, request: pytest.FixtureRequest) -> Iterator[Frontier]:
    with Frontier.connect(server, crawl=request.node.name[:60].replace("[", ".").replace("]", ""), worker=worker_name()) as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "crawl"


@pytest.fixture
def writer(folder: Path) -> Iterator[ShardWriter]:
    with ShardWriter(folder, worker=worker_name(), site="baidu_baike", crawl="crawl") as opened:
        yield opened
