"""Faults that a crawl of a generated site lives through: servers that answer 503, a worker of two that is stopped, a disk that is full."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.chaos import judge
from tests.bench.rig import fill, small_disk, wait_until
from tests.bench.site import Failures, Site, World
from tests.e2e.conftest import PATIENCE, Workplace

WORLD = World(240, odd=0.3)
CRAWL = ("scrapy", "crawl", "baike", "-a", f"seeds={WORLD.title(0)}", "-a", "follow=page")


def crawling(folder: Path, site: Site) -> Workplace:
    place = Workplace(folder, site.url)
    place.env.update(BAIKE_RETRY_SECONDS="0.3", BAIKE_BACKOFF_SECONDS="0.05", BAIKE_PAUSE_SECONDS="0.1")
    return place


def assert_whole(folder: Path) -> None:
    found = judge(folder / "baike", WORLD)
    assert (found["lost"], found["false"], found["doubled"], found["stored_twice"], found["verify"]) == (0, 0, 0, 0, [])


@pytest.fixture
def slow_site() -> Iterator[Site]:
    with Site(WORLD, Failures(latency=0.1)) as site:
        yield site


def test_pages_that_answer_503_four_times(tmp_path: Path) -> None:
    with Site(WORLD, Failures(share=0.05, times=4)) as site:
        # an address that is redirected and the one that it leads to may both be overloaded: eight failures of one entry
        done = crawling(tmp_path, site).run(*CRAWL, BAIKE_MAX_ATTEMPTS="9")
    assert done.returncode == 0, done.stderr
    assert_whole(tmp_path)


def test_one_of_two_workers_is_stopped(tmp_path: Path, slow_site: Site) -> None:
    place = crawling(tmp_path, slow_site)
    first = place.start(*CRAWL)
    assert wait_until(lambda: slow_site.count() > 20, patience=60)
    second = place.start(*CRAWL)
    assert wait_until(lambda: slow_site.count() > 60, patience=60)
    first.send_signal(signal.SIGTERM)
    out, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 130, out
    out, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0, out
    assert_whole(tmp_path)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0 or not Path("/proc/mounts").exists(), reason="mounts a small disk: Linux, root")
def test_a_full_disk_ends_the_crawl_or_is_waited_for(tmp_path: Path, slow_site: Site) -> None:
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        place = crawling(disk, slow_site)
        running = place.start(*CRAWL)
        assert wait_until(lambda: slow_site.count() > 60, patience=60)
        ballast = fill(disk)
        ended = wait_until(lambda: running.poll() is not None, patience=20)
        ballast.unlink()
        out, _ = running.communicate(timeout=PATIENCE)
        if running.returncode == 4:
            assert "No space left on device" in out
            again = place.run(*CRAWL)
            assert again.returncode == 0, again.stderr
        else:  # Redis noticed it first: it waits, says so, and goes on
            assert not ended
            assert "is the disk full?" in out
            assert running.returncode == 0, out
        assert_whole(disk)
