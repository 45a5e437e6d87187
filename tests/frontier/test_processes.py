"""Real processes on a real server: they race, they are killed with -9, the server is killed with -9, and nothing is lost."""

from __future__ import annotations

import collections
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import redis

from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, worker_name
from tests.frontier.conftest import choose_server
from tests.persistence import is_written
from tests.processes import go

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRIES = 400
#: seconds after which a worker hangs
PATIENCE = 120
WORKER = Path(__file__).with_name("worker_process.py")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    """A server that the test may kill."""
    with EmbeddedServer.start(choose_server(tmp_path / "redis")) as server:
        yield server


def ready(url: str, records: Path, *, lease_seconds: float) -> subprocess.Popen[str]:
    """A worker that waits for `go`."""
    return subprocess.Popen(
        [sys.executable, WORKER, url, "race", records, str(ENTRIES), str(lease_seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(workers: list[subprocess.Popen[str]]) -> list[int]:
    """Their exit codes, when they found the crawl finished."""
    for worker in workers:
        worker.communicate(timeout=PATIENCE)
    return [worker.returncode for worker in workers]


def written(records: Path) -> collections.Counter[int]:
    lines = [line for file in records.glob("*.txt") for line in file.read_text().splitlines() if line.count(" ") == 1]
    return collections.Counter(int(line.split()[0]) for line in lines)


def seeded(url: str) -> Frontier:
    frontier = Frontier.connect(url, crawl="race", worker=worker_name(), patience=10)
    frontier.add([Candidate("t1", "t1")])
    return frontier


def test_workers_that_race_do_every_entry_once(own_server: EmbeddedServer, tmp_path: Path) -> None:
    frontier = seeded(own_server.url)
    # a lease that outlasts every stall of the disk: nobody takes over what another one has
    workers = [ready(own_server.url, tmp_path, lease_seconds=120) for _ in range(3)]
    go(*workers)
    assert end(workers) == [0, 0, 0]
    assert written(tmp_path) == dict.fromkeys(range(1, ENTRIES + 1), 1)
    status = frontier.status()
    assert (status.done, status.dead, status.finished) == (ENTRIES, 0, True)
    assert sum(1 for file in tmp_path.glob("*.txt") if file.stat().st_size) == 3, "all of them worked"


@pytest.mark.parametrize("seed", [1, 2])
def test_kill_9_of_workers_and_server_loses_nothing(own_server: EmbeddedServer, tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    frontier = seeded(own_server.url)
    assert is_written(own_server.url)  # a server that dies before it wrote anything has no crawl
    workers = [ready(own_server.url, tmp_path, lease_seconds=2) for _ in range(3)]
    go(*workers)
    for strike in range(6):
        time.sleep(draw.uniform(0.2, 0.7))
        if strike in (2, 4):
            with redis.Redis.from_url(own_server.url) as client:
                os.kill(client.info("server")["process_id"], signal.SIGKILL)
        else:
            at = draw.randrange(3)
            workers[at].kill()
            workers[at].communicate()
            workers[at] = ready(own_server.url, tmp_path, lease_seconds=2)
            go(workers[at])
    assert end(workers) == [0, 0, 0]
    assert set(written(tmp_path)) == set(range(1, ENTRIES + 1))  # some more than once: removed by identity at build
    status = frontier.status()
    assert (status.finished, status.dead, status.parked) == (True, 0, 0)
    assert status.done == ENTRIES
