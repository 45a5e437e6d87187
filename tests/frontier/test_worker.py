"""Whether the process behind a worker's name still runs."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from baike_spider.frontier import is_alive, worker_name

NAME = "import baike_spider.frontier as f; print(f.worker_name(), flush=True); input()"


def test_this_process_is_alive() -> None:
    assert is_alive(worker_name())
    assert worker_name() == worker_name()


def test_another_process_until_it_is_killed() -> None:
    process = subprocess.Popen([sys.executable, "-c", NAME], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    name = process.stdout.readline().strip()
    assert is_alive(name)
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    if sys.platform == "linux":
        assert not is_alive(name), "a process that nobody buried yet is dead too"
    process.wait()
    assert not is_alive(name)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says when a process started")
def test_a_pid_that_was_given_to_another_process() -> None:
    host, pid, started, home = worker_name().rsplit(":", 3)
    assert not is_alive(f"{host}:{pid}:{int(started) - 1}:{home}")


@pytest.mark.parametrize("at", [0, 3], ids=["machine", "boot or container"])
def test_what_cannot_be_seen_from_here_is_taken_for_alive(at: int) -> None:
    parts = worker_name().rsplit(":", 3)
    parts[1], parts[at] = "4194304", "elsewhere"
    assert is_alive(":".join(parts))


@pytest.mark.parametrize("name", ["", "w1", "a:b:c:d", "::::"])
def test_names_of_another_make(name: str) -> None:
    assert is_alive(name)
