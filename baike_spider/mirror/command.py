"""Runs a command beside a mirror: the command sees the mirror's address as `BAIKE_MIRROR`.

Comes in: the command and what to serve. Goes out: the command's exit code. The command runs in a process group of its own, so that every
signal reaches it exactly once: one that this process gets (from the keyboard, `kill`, or a group kill) is passed on to it.
The keyboard stays with this process: the command gets its signals, but cannot read from the terminal.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from baike_spider.exits import BadInput
from baike_spider.mirror.background import Mirror
from baike_spider.mirror.server import ALLOW_ALL

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["run_with"]

_PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_LAUNCH = str(Path(__file__).with_name("launch.py"))


def run_with(
    command: Sequence[str],
    folders: Iterable[str | Path],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    robots: str = ALLOW_ALL,
    latency: float = 0.0,
    log: str | Path | None = None,
) -> int:
    """Starts a mirror of `folders`, runs `command` with `BAIKE_MIRROR` in its environment, and returns the command's exit code.

    128 + n when signal n killed it, 127 when there is no such command, 126 when it cannot be run. Raises BadInput as `Mirror` does.
    """
    if not command or not command[0]:
        raise BadInput("no command to run beside the mirror")
    with Mirror(folders, host=host, port=port, robots=robots, latency=latency, log=log) as mirror:
        code = _run(command, {**os.environ, "BAIKE_MIRROR": mirror.base_url})
    return code if code >= 0 else 128 - code


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    """The exit code of the command, negative when a signal killed it."""
    arguments = [sys.executable, "-I", "-S", _LAUNCH, str(os.getpid()), *command]
    with _PassOn() as signals:
        child = subprocess.Popen(arguments, env=environment, process_group=0, stdin=_input())  # noqa: S603 - the command is the user's own
        signals.to_group(child.pid)
        return child.wait()


def _input() -> int | None:
    """A terminal stays with this process: a command of another group that reads from it would be stopped."""
    return subprocess.DEVNULL if sys.stdin is not None and sys.stdin.isatty() else None


class _PassOn:
    """While open, this process does not act on the signals that end a run, but passes them on to a group of processes.

    As the keyboard does: the whole group, so that `sh -c "..."` does not keep them from what it started. Outside the main thread, where
    Python takes no signals, it does nothing.
    """

    def __init__(self) -> None:
        self._group = 0
        self._early: list[int] = []
        self._previous: dict[int, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._previous = {number: signal.signal(number, self._take) for number in _PASSED_ON}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def to_group(self, group: int) -> None:
        """From now on to `group`; what came before is passed on now."""
        self._group = group
        while self._early:
            self._send(self._early.pop(0))

    def _take(self, number: int, _frame: object) -> None:
        if self._group:
            self._send(number)
        else:
            self._early.append(number)

    def _send(self, number: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._group, number)
