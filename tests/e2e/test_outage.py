"""Redis goes away in mid-crawl, loses everything, or the crawl is stopped meanwhile: nothing lost, nothing doubled, no false `finished`."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from baike_spider.frontier.binary import find_binary
from tests.e2e.conftest import PATIENCE, Workplace
from tests.e2e.test_interruption import wait_for_entries
from tests.e2e.test_own_site import CRAWL
from tests.persistence import is_written

#: a pace at which a crawl of the whole site takes sixteen seconds
SLOW = {"BAIKE_DELAY": "0.4"}


class Server:
    """A Redis of the test's own, with AOF, that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.socket = folder, folder / "s"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--appendonly", "yes", "--save", ""]
        self.process = subprocess.Popen([str(find_binary().path), *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                redis.Redis.from_url(self.url).ping()
                return
            except redis.ConnectionError:
                time.sleep(0.05)
        raise AssertionError("the server did not come up")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path / "r")
    yield running
    running.kill()


def complete(workplace: Workplace) -> bool:
    urls = [entry["url"] for entry in workplace.entries()]
    return len(urls) == len(set(urls)) == 40


def test_an_outage_costs_time_and_nothing_else(own_site: Workplace, server: Server) -> None:
    running = own_site.start(*CRAWL, **SLOW, REDIS_URL=server.url)
    wait_for_entries(own_site, running)
    assert is_written(server.url)
    server.kill()
    time.sleep(6)
    server.start()
    out, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, out
    assert complete(own_site)
    assert "error of ours" not in out


def test_a_redis_that_stays_away_ends_the_run(own_site: Workplace, server: Server) -> None:
    running = own_site.start(*CRAWL, **SLOW, REDIS_URL=server.url, BAIKE_REDIS_PATIENCE="4")
    wait_for_entries(own_site, running)
    assert is_written(server.url)
    server.kill()
    out, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 3, out
    assert "It stayed away for 4 s (BAIKE_REDIS_PATIENCE)" in out
    server.start()
    again = own_site.run(*CRAWL, REDIS_URL=server.url)
    assert again.returncode == 0, again.stderr
    assert complete(own_site)


def test_ctrl_c_while_redis_is_away(own_site: Workplace, server: Server) -> None:
    running = own_site.start(*CRAWL, **SLOW, REDIS_URL=server.url)
    wait_for_entries(own_site, running)
    assert is_written(server.url)
    server.kill()
    time.sleep(2)
    began = time.monotonic()
    os.kill(running.pid, signal.SIGINT)
    out, _ = running.communicate(timeout=PATIENCE)
    assert time.monotonic() - began < 100  # and not BAIKE_REDIS_PATIENCE, ten minutes
    # its leases cannot be given back: they run out, and whoever reads the exit code is told that it was not the stop alone
    assert running.returncode == 3, out
    assert "what is on disk and not listed yet is listed by the next run" in out
    server.start()
    again = own_site.run(*CRAWL, REDIS_URL=server.url)
    assert again.returncode == 0, again.stderr
    assert complete(own_site)


def test_a_redis_that_lost_everything_is_no_finished_crawl(own_site: Workplace, server: Server) -> None:
    running = own_site.start(*CRAWL, **SLOW, REDIS_URL=server.url)
    wait_for_entries(own_site, running)
    redis.Redis.from_url(server.url).flushall()
    out, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 3, out
    assert "purge" in out
    folder = str(own_site.folder / "baike")
    assert own_site.run(*CRAWL, REDIS_URL=server.url).returncode == 3
    elsewhere = own_site.run("baike", "status", folder)
    assert elsewhere.returncode == 3
    assert f"queue is in {server.url}, and REDIS_URL says the embedded Redis" in elsewhere.stderr
    purged = own_site.run("baike", "frontier", "purge", folder, "--yes", REDIS_URL=server.url)
    assert purged.returncode == 0, purged.stderr
    again = own_site.run(*CRAWL, REDIS_URL=server.url)
    assert again.returncode == 0, again.stderr
    urls = [entry["url"] for entry in own_site.entries()]
    assert len(urls) == len(set(urls))
    assert len(urls) == 40  # links of summaries that only the lost queue knew are found again in the archive


def test_a_pipeline_that_drops_entries_does_not_hang_the_crawl(own_site: Workplace) -> None:
    pipelines = '{"tests.e2e.dropping.DropAll": 100, "baike_spider.pipelines.shards.ShardPipeline": 900}'
    done = own_site.run(*CRAWL, "-s", f"ITEM_PIPELINES={pipelines}")
    assert done.returncode == 0, done.stderr
    assert own_site.entries() == []
