"""A look at processes, with /proc where there is one and `ps` elsewhere."""

from __future__ import annotations

import subprocess
from pathlib import Path


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


def parent_of(pid: int) -> int:
    found = _state_and_parent(pid)
    assert found is not None
    return found[1]
