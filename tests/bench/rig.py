"""What the benchmarks of whole crawls start and measure: a Redis that may be harmed, workers, a small disk, CPU seconds of a process.

Everything started here is ended here, by its process id.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

from baike_spider.frontier.binary import find_binary

__all__ = ["RedisServer", "Worker", "bench_environment", "cpu_seconds", "delay_proxy", "fill", "rss_bytes", "small_disk", "wait_until"]

ROOT = Path(__file__).resolve().parents[2]
_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


def wait_until(is_so: Callable[[], bool], *, patience: float, pause: float = 0.05) -> bool:
    """Whether it came to be so within `patience` seconds."""
    end = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def cpu_seconds(pid: int) -> float:
    """User and system time of a process that runs, its threads included."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def rss_bytes(pid: int) -> int:
    """Memory of a process that runs."""
    return int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1]) * _PAGE_BYTES


def bench_environment(**more: str) -> dict[str, str]:
    """This process' environment without settings of ours, and the given ones."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BAIKE_", "REDIS_"))}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**clean, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", **more}


class RedisServer:
    """A server on a unix socket; `persistence` is what `appendfsync` says, "" for no AOF."""

    def __init__(self, folder: Path, *, persistence: str = "everysec") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._persistence = folder, persistence
        self.socket = folder / "s"
        self.url = f"unix://{self.socket}"
        self._sizes: list[tuple[float, int]] = []
        self.start()

    def start(self) -> None:
        durability = ["--appendonly", "yes", "--appendfsync", self._persistence] if self._persistence else ["--appendonly", "no"]
        options = ["--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder), "--save", "", *durability]
        self.process = subprocess.Popen([find_binary().path, *options], stdout=subprocess.DEVNULL)
        if not wait_until(self._answers, patience=30):
            raise RuntimeError(f"Redis in {self.folder} did not come up")

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def lose_last_second(self) -> int:
        """Takes the bytes off the AOF that no fsync had reached a second ago, as when the whole machine dies; how many. After `kill`."""
        before = [size for at, size in self._sizes if at <= time.monotonic() - 1.0]
        aof = self._aof()
        lost = aof.stat().st_size - before[-1] if before else 0
        if lost > 0:
            os.truncate(aof, before[-1])
        return max(lost, 0)

    def watch(self) -> None:
        """Remembers how long the AOF is now; to be called some times a second before `lose_last_second`."""
        with contextlib.suppress(OSError):
            self._sizes = [*self._sizes[-50:], (time.monotonic(), self._aof().stat().st_size)]

    def client(self) -> redis.Redis:
        return redis.Redis.from_url(self.url, protocol=2)

    def _aof(self) -> Path:
        return max(self.folder.glob("appendonlydir/*.incr.aof"), key=lambda path: path.stat().st_mtime)

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.RedisError:
            return False


class Worker:
    """A command that is started, harmed, and started again; its output goes to `log`."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name, self._command, self._environment, self.log = name, command, environment, log
        self.codes: list[int] = []
        """Exit codes of earlier starts; -9 is a kill of ours."""
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        self._settled = False
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command, cwd=ROOT, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def code(self) -> int | None:
        """The exit code of the last start, None while it runs."""
        code = self.process.poll()
        if code is not None and not self._settled:
            self._settled = True
            self.codes.append(code)
        return code

    def restart(self) -> None:
        assert self.code is not None, "it runs"
        self.process = self._start()

    def kill(self) -> None:
        """kill -9."""
        self.signal(signal.SIGKILL)
        self.process.wait()
        assert self.code is not None

    def signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.process.pid, number)


@contextlib.contextmanager
def small_disk(folder: Path, *, megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory (needs root)."""
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "baike-bench", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Writes until nothing fits any more; the file to delete."""
    ballast = disk / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


@contextlib.contextmanager
def delay_proxy(socket: Path, *, seconds: float) -> Iterator[str]:
    """The URL of a door to the Redis at `socket` behind which every exchange takes so much longer."""
    command = [sys.executable, "-m", "tests.bench.delay", str(socket), str(seconds)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
    finally:
        process.kill()
        process.wait()
