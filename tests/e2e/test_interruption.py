"""Interrupted crawls continue: Ctrl-C, kill -9, and again; no entry lost, none twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time

from baike_spider.shards import verify
from tests.e2e.conftest import PATIENCE, Workplace
from tests.e2e.test_own_site import CRAWL
from tests.processes import until


def test_ctrl_c_then_kill_then_again(own_site: Workplace) -> None:
    slow = {"BAIKE_DELAY": "0.5"}
    complete = own_site.run(*CRAWL, BAIKE_CRAWL="whole")
    assert complete.returncode == 0, complete.stderr
    whole = {entry["url"] for entry in own_site.entries("whole")}

    first = own_site.start(*CRAWL, **slow)
    wait_for_entries(own_site, first)
    first.send_signal(signal.SIGINT)
    out, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 130, out
    after_first = own_site.entries()
    assert 0 < len(after_first) < len(whole)

    second = own_site.start(*CRAWL, **slow)
    wait_for_entries(own_site, second)
    os.killpg(second.pid, signal.SIGKILL)
    out, _ = second.communicate()
    assert "entries waiting" in out
    # what the killed worker left is not listed: readers believe nothing of it
    assert {problem.kind for problem in verify(own_site.folder / "baike")} <= {"leftover"}
    assert len(own_site.entries()) == len(after_first)

    last = own_site.run(*CRAWL)
    assert last.returncode == 0, last.stderr
    urls = [entry["url"] for entry in own_site.entries()]
    assert len(urls) == len(set(urls))
    assert set(urls) == whole
    assert verify(own_site.folder / "baike") == []


def wait_for_entries(workplace: Workplace, process: subprocess.Popen[str]) -> None:
    """Until the crawl has written something, and a little longer. It must have a pace at which it does not come to its end meanwhile."""
    parts = workplace.folder / "baike" / "entries"
    assert until(lambda: process.poll() is not None or any(parts.glob(".*.part")), PATIENCE), "the crawl wrote nothing"
    assert process.poll() is None, process.communicate()[0]
    time.sleep(1.5)
