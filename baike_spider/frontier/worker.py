"""Who holds a lease: the name of a worker process, and whether the process of a name still runs.

Comes in: names. Goes out: yes or no. A name is `host:pid:start:boot`; two processes never share one, not even after a reboot or when a pid is used
again. Whether a process of another machine, container or boot runs cannot be seen from here: it is taken for alive, and its leases run out.
"""

from __future__ import annotations

import os
import socket
import sys
from functools import cache
from pathlib import Path

__all__ = ["is_alive", "worker_name"]


def worker_name() -> str:
    """The name of this process."""
    pid = os.getpid()
    return f"{_host()}:{pid}:{_started(pid)}:{_home()}"


def is_alive(worker: str) -> bool:
    """False only when the process is surely gone: it was one of this machine, boot and process namespace."""
    try:
        host, pid, started, home = worker.rsplit(":", 3)
        number = int(pid)
    except ValueError:
        return True
    if (host, home) != (_host(), _home()):
        return True
    return _started(number) == started


def _host() -> str:
    return socket.gethostname().replace(":", "_") or "localhost"


@cache
def _home() -> str:
    """What tells one boot and process namespace from another, "-" where the system does not say."""
    if sys.platform != "linux":
        return "-"
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()[:8]
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
    except OSError:
        return "-"
    return f"{boot}.{namespace}"


def _started(pid: int) -> str:
    """When the process started, in the system's own unit; "" when there is none; "-" when it runs and nobody says since when."""
    if sys.platform == "linux":
        try:
            stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
        except OSError:
            return ""
        return "" if stat[0] in "ZX" else stat[19]
    if sys.platform == "win32":  # there, signal 0 is Ctrl-C
        return "-"
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return ""
    except OSError:
        pass
    return "-"
