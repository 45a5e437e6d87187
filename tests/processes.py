"""A look at processes, with /proc where there is one and `ps` elsewhere, and waiting for what they do."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def _state_and_parent(pid: int) -> tuple[str, int] | None:
    if Path("/proc/self/stat").exists():
        try:
            fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return None
    else:
        fields = subprocess.run(["ps", "-o", "stat=,ppid=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout.split()
    return (fields[0], int(fields[1])) if fields else None


def runs(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    found = _state_and_parent(pid)
    return found is not None and not found[0].startswith("Z")


def is_stopped(pid: int) -> bool:
    """Whether SIGSTOP has reached the process."""
    found = _state_and_parent(pid)
    return found is not None and found[0].startswith("T")


def parent_of(pid: int) -> int:
    found = _state_and_parent(pid)
    assert found is not None
    return found[1]


def until(is_so: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it has come about in that time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def go(*workers: subprocess.Popen[str]) -> None:
    """Starts processes that wait for a line on their standard input, as soon as all of them have said that they are ready."""
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
