"""Ctrl-C at the very start of a command, while its modules load: no traceback, exit code 130."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

#: does `what` when the module `name` is looked for, then what the installed script does
PROGRAM = """
import os, signal, sys

def raised():
    raise KeyboardInterrupt

def pressed():
    os.kill(os.getpid(), signal.SIGINT)

def swallowed():  # as DuckDB does with one that comes in its first import
    try:
        pressed()
    except KeyboardInterrupt:
        raise ImportError from None

class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {name!r}:
            {what}()

sys.meta_path.insert(0, Finder())
from baike_spider.cli import main
sys.exit(main())
"""


def run(what: str, name: str, *words: str, ignored: bool = False) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM.format(name=name, what=what), *words],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=(lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)) if ignored else None,
    )


@pytest.mark.parametrize(
    ("what", "name"),
    [
        ("raised", "argparse"),
        ("pressed", "argparse"),
        ("pressed", "baike_spider.cli.query"),
        ("raised", "baike_spider.cli.query"),
        ("swallowed", "_duckdb"),
        ("pressed", "baike_spider.corpus.query"),
    ],
)
def test_while_modules_load(what: str, name: str, tmp_path: Path) -> None:
    done = run(what, name, "query", str(tmp_path), "x")
    assert (done.returncode, done.stderr, done.stdout) == (130, "", "")


def test_a_command_in_the_background_is_not_ended_by_it(tmp_path: Path) -> None:
    done = run("pressed", "_duckdb", "query", str(tmp_path), "x", ignored=True)
    assert done.returncode == 2
    assert "is no corpus" in done.stderr
