"""Processes that die at a chosen moment: forked, so that the system frees their locks as it does after kill -9."""

from __future__ import annotations

import gc
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

#: every call by which the shards room changes the disk
_CALLS = ("fsync", "ftruncate", "mkdir", "open", "pwrite", "replace", "unlink")


@dataclass(frozen=True)
class Death:
    """What a process had reported when it ended."""

    died: bool
    """False when it came to its end before the chosen call."""
    said: list[int]
    synced: dict[int, int]
    """Size of each file at its last fsync, by inode."""


def run_until_call(number: int, work: Callable[[Callable[[int], None]], object]) -> Death:
    """Runs `work(say)` in a process of its own that dies in the middle of its `number`-th call to the disk (0: never); a write is torn in half."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _live(number, work, writer)
    os.close(writer)
    with os.fdopen(reader) as report:
        said = [json.loads(line) for line in report]
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, 9), f"the process failed: {code}"
    synced = {int(inode): size for message in said if isinstance(message, dict) for inode, size in message.items()}
    return Death(code == 9, [message for message in said if isinstance(message, int)], synced)


def _live(number: int, work: Callable[[Callable[[int], None]], object], pipe: int) -> None:
    gc.disable()  # a collection would copy every page of the parent's heap
    tell = os.write

    def say(message: Any) -> None:
        tell(pipe, (json.dumps(message) + "\n").encode())

    try:
        if number:
            _arm(number, say)
        work(say)
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - the edge of the process
        tell(2, f"{type(error).__name__}: {error}\n".encode())
        os._exit(3)


def _arm(number: int, say: Callable[[Any], None]) -> None:
    made = 0

    def armed(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapper(*arguments: Any, **options: Any) -> Any:
            nonlocal made
            if name == "open" and not arguments[1] & os.O_CREAT:
                return call(*arguments, **options)
            made += 1
            if made == number:
                if name == "pwrite":
                    descriptor, data, offset = arguments
                    call(descriptor, data[: len(data) // 2], offset)
                os._exit(9)
            if name == "fsync":
                status = os.fstat(arguments[0])
                say({status.st_ino: status.st_size})
                return None
            return call(*arguments, **options)

        return wrapper

    for name in _CALLS:
        setattr(os, name, armed(name, getattr(os, name)))


def cut_power(folder: Path, synced: dict[int, int]) -> None:
    """What never was fsynced is gone: part files shrink to their last synced size."""
    for path in folder.rglob(".*.part"):
        os.truncate(path, synced.get(path.stat().st_ino, 0))


@dataclass
class Running:
    """A process at work."""

    pid: int
    pipe: IO[str]
    said: list[int] = field(default_factory=list)
    """Complete when the process has ended."""

    def wait_for_word(self) -> int:
        self.said.append(int(self.pipe.readline()))
        return self.said[-1]


@contextmanager
def process(work: Callable[[Callable[[int], None]], object]) -> Iterator[Running]:
    """`work(say)` in a process of its own, which is killed with -9 in the end."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _live(0, work, writer)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        running = Running(child, pipe)
        try:
            yield running
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            running.said += [int(line) for line in pipe if line.endswith("\n")]
