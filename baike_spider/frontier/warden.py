"""The warden of an embedded server: starts it, starts it again when it dies, and ends it when its last user is gone.

Run by path as a process of its own (`python -I -S warden.py FOLDER GRACE SERVER ARGS...`), so it imports only the standard library and nothing of this package.
Comes in: the lock file `users`, which every worker holds shared. Goes out: the server. Who may start a warden, and whether the server answers, is embedded.py's.

The kernel gives up a dead process' locks, so a worker killed with -9 leaves no server behind. Signals meant for the workers (Ctrl-C, a service that is
stopped) do not end it: workers need the server to close well.
"""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

#: seconds between two looks at the users and the server
_LOOK = 0.1
#: so many deaths of the server within so many seconds are one too many
_DEATHS, _DEATHS_WITHIN = 5, 60.0


def locked(file: IO[str]) -> bool:
    """Takes the file's lock alone; False when somebody has it."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def locked_soon(file: IO[str]) -> bool:
    """As `locked`, but patient with workers that only look whether there is a warden."""
    for _ in range(50):
        if locked(file):
            return True
        time.sleep(0.02)
    return False


def end(server: subprocess.Popen[bytes], grace: float) -> None:
    """Lets the server write its last second to disk and leave; SIGTERM is a SHUTDOWN that fsyncs the AOF."""
    server.terminate()
    try:
        server.wait(grace)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def guard(folder: Path, grace: float, command: list[str]) -> int:
    """Runs the server until nobody uses it. Result: exit code."""
    with (folder / "users").open("a") as users, (folder / "warden").open("a") as alone:
        if not locked_soon(alone):
            return 0  # another warden was faster
        deaths: list[float] = []
        while True:
            server = subprocess.Popen(command, stdin=subprocess.DEVNULL, cwd=folder)  # noqa: S603 (the command comes from embedded.py)
            while server.poll() is None:
                if locked(users):
                    end(server, grace)
                    return 0
                time.sleep(_LOOK)
            deaths = [at for at in deaths if at > time.monotonic() - _DEATHS_WITHIN] + [time.monotonic()]
            if len(deaths) >= _DEATHS or locked(users):
                return 1
            time.sleep(_LOOK)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)  # not SIG_IGN, which the server would inherit
    sys.exit(guard(Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]))
