"""A command beside a mirror: its exit code, its signals, and nothing left running."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baike_spider.mirror import run_with
from tests.conftest import ROOT
from tests.mirror.conftest import Folder, ask
from tests.processes import runs, until

ONE = {"path": "a.html", "url": "https://baike.baidu.com/item/甲/1"}
FETCH = "import os, urllib.request as r; print(r.urlopen(os.environ['BAIKE_MIRROR'] + '/item/%E7%94%B2/1').status)"
#: counts the SIGINTs it gets within 0.4 s of the first, then exits with 40 + their number
COUNT = """
import os, signal, sys, time
got = []
signal.signal(signal.SIGINT, lambda *_: got.append(1))
signal.signal(signal.SIGTERM, lambda *_: sys.exit(77))
open(sys.argv[1], "w").write(str(os.getpid()))
while not got:
    time.sleep(0.01)
time.sleep(0.4)
sys.exit(40 + len(got))
"""


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ([sys.executable, "-c", FETCH], 0),
        ([sys.executable, "-c", "raise SystemExit(9)"], 9),
        ([sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"], 137),
        (["no-such-command-at-all"], 127),
        (["/"], 126),
    ],
    ids=["success", "own-code", "killed", "not-found", "not-runnable"],
)
def test_exit_code(folder: Folder, command: list[str], code: int) -> None:
    assert run_with(command, [folder(ONE)]) == code


class Beside:
    """`run_with` in a process of its own, and the command's process id."""

    def __init__(self, home: Path, note: Path, command: list[str]) -> None:
        script = f"import sys; from baike_spider.mirror import run_with; sys.exit(run_with({command!r}, [{str(home)!r}]))"
        self.process = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, start_new_session=True)
        self._note = note

    @property
    def command(self) -> int:
        assert until(lambda: self._note.exists() and self._note.read_text() != "")
        return int(self._note.read_text())


@pytest.fixture
def beside(folder: Folder, tmp_path: Path) -> Iterator[Callable[..., Beside]]:
    started: list[Beside] = []

    def start(*command: str) -> Beside:
        note = tmp_path / "pid"
        started.append(Beside(folder(ONE), note, [*command, str(note)]))
        return started[-1]

    yield start
    for one in started:
        one.process.kill()
        one.process.wait()


def test_a_signal_reaches_the_command_once(beside: Callable[..., Beside]) -> None:
    running = beside(sys.executable, "-c", COUNT)
    assert running.command
    running.process.send_signal(signal.SIGINT)
    assert running.process.wait(60) == 41


def test_ctrl_c_of_a_whole_group_reaches_the_command_once(beside: Callable[..., Beside]) -> None:
    running = beside(sys.executable, "-c", COUNT)
    assert running.command
    os.killpg(running.process.pid, signal.SIGINT)
    assert running.process.wait(60) == 41


def test_a_signal_reaches_what_a_shell_started(beside: Callable[..., Beside], tmp_path: Path) -> None:
    script = tmp_path / "count.py"
    script.write_text(COUNT)
    running = beside("sh", "-c", f'{sys.executable} {script} "$0"; exit $?')
    assert running.command
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) in (77, 128 + signal.SIGTERM)
    assert until(lambda: not runs(running.command))


@pytest.mark.skipif(sys.platform != "linux", reason="only the Linux kernel kills a child with its parent")
def test_kill_9_leaves_nothing_running(beside: Callable[..., Beside]) -> None:
    running = beside(sys.executable, "-c", COUNT)
    command = running.command
    running.process.kill()
    running.process.wait()
    assert until(lambda: not runs(command))


SERVE = (
    "import sys; from baike_spider.mirror import serve; serve([sys.argv[1]], announce=lambda mirror: print(mirror.base_url, flush=True))"
)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_until_a_signal(folder: Folder, number: signal.Signals) -> None:
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(folder(ONE))], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        base_url = process.stdout.readline().strip()
        assert ask(base_url, "/item/甲/1").status == 200
        process.send_signal(number)
        assert process.wait(60) == 0
        with pytest.raises(ConnectionRefusedError):
            ask(base_url, "/item/甲/1")
    finally:
        process.kill()
        process.wait()
