"""Starts a command that does not outlive the process that asked for it. Run as a file of its own: `python launch.py PARENT COMMAND...`.

Comes in: the process id of the parent, and the command. Goes out: nothing; this process becomes the command. On Linux the kernel
kills the command when the parent is gone, even when the parent was killed with -9; elsewhere the command is only started.
It imports nothing of the project, so that it starts in a few milliseconds.
"""

import ctypes
import os
import signal
import sys

#: PR_SET_PDEATHSIG of linux/prctl.h
_DIE_WITH_PARENT = 1


def main(parent: int, command: list[str]) -> int:
    """Becomes the command; returns 126 or 127, as a shell does, when it cannot."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        if os.getppid() != parent:
            return 137
    try:
        os.execvp(command[0], command)  # noqa: S606 - the command is the user's own
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - this process is the command line's
        return 127 if isinstance(error, FileNotFoundError) else 126


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2:]))
