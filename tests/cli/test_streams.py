"""Standard output and standard error that cannot be written, or that nobody reads: told in one line, the same of every command."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BAIKE = (str(Path(sys.executable).with_name("baike")),)
FULL = "standard output cannot be written: No space left on device"
#: what prints more than a buffer, what less, and what prints past `print`
PRINTING = {
    "help": ("--help",),
    "help of a command": ("cat", "--help"),
    "version": ("--version",),
    "cat": ("cat", "{crawl}", "--entries"),
    "head": ("head", "{crawl}", "-n", "1"),
    "summary": ("summary", "{crawl}"),
    "verify": ("verify", "{damaged}"),
    "extract": ("extract", "{pages}"),
    "extract --jobs": ("extract", "{pages}", "--jobs", "2"),
    "query": ("query", "{corpus}", "周鹤鸣"),
    "sql": ("corpus", "sql", "{corpus}", "SELECT * FROM triples"),
    "sql --csv": ("corpus", "sql", "{corpus}", "SELECT 1", "--csv"),
    "diff": ("corpus", "diff", "{corpus}", "{corpus}"),
    "archive stats": ("archive", "stats", "{warc}"),
    "archive index": ("archive", "index", "{warc}"),
    "archive get": ("archive", "get", "https://baike.baidu.com/item/周鹤鸣", "{warc}"),
}


@pytest.fixture
def full() -> Iterator[int]:
    with Path("/dev/full").open("wb") as device:
        yield device.fileno()


def words(case: str, places: dict[str, Path]) -> list[str]:
    return [word.format(**places) for word in PRINTING[case]]


@pytest.mark.parametrize("case", PRINTING)
def test_a_full_disk(case: str, places: dict[str, Path], full: int) -> None:
    done = subprocess.run([*BAIKE, *words(case, places)], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith(f": {FULL}"), done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode == 4


@pytest.mark.parametrize("case", ["cat", "sql"])
def test_a_reader_that_has_seen_enough(case: str, places: dict[str, Path]) -> None:
    process = subprocess.Popen([*BAIKE, *words(case, places)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    assert process.wait() == 0


def _unread(*arguments: str) -> tuple[int, str]:
    """Exit code and messages of a command whose output nobody reads."""
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "wb") as out:  # noqa: PTH123 - a descriptor
        # as it is where nobody says otherwise: what is printed is kept until the end
        env = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
        done = subprocess.run([*BAIKE, *arguments], stdout=out, stderr=subprocess.PIPE, env=env, text=True, check=False)
    return done.returncode, done.stderr


def test_an_error_is_told_though_nobody_reads_the_output(places: dict[str, Path], tmp_path: Path) -> None:
    lines = subprocess.run([*BAIKE, "cat", str(places["crawl"]), "--entries"], capture_output=True, text=True, check=True).stdout
    broken = tmp_path / "broken.jsonl"
    broken.write_text(lines.splitlines()[0] + "\n[]\n", encoding="utf-8")
    code, told = _unread("cat", "--entries", str(broken))
    assert (code, told.count("\n")) == (2, 1)
    assert "line 2 is no record" in told
    assert _unread("verify", str(places["damaged"]))[0] == 11


def test_standard_output_that_came_closed(places: dict[str, Path], tmp_path: Path) -> None:
    command = " ".join((*BAIKE, *words("cat", places)))
    done = subprocess.run(["sh", "-c", f"{command} >&-"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (4, 1)
    assert "standard output cannot be written: Bad file descriptor" in done.stderr
    # a command that writes a file does not need it
    command = " ".join((*BAIKE, *words("extract", places), "-o", str(tmp_path / "out")))
    assert subprocess.run(["sh", "-c", f"{command} >&-"], capture_output=True, check=False).returncode == 0


def test_standard_input_that_came_closed() -> None:
    done = subprocess.run(["sh", "-c", f"{BAIKE[0]} extract - <&-"], capture_output=True, text=True, check=False)
    assert done.returncode == 9
    assert "-: malformed: the page is empty" in done.stderr


def test_messages_do_not_go_to_the_results_where_standard_error_came_closed(places: dict[str, Path]) -> None:
    command = " ".join((*BAIKE, *words("extract", places)))
    with_messages, without = (
        subprocess.run(["sh", "-c", f"{command} {how}"], capture_output=True, text=True, check=False) for how in ("2>/dev/null", "2>&-")
    )
    assert without.stdout == with_messages.stdout
    assert without.returncode == 0


def test_messages_that_cannot_be_written(places: dict[str, Path], full: int) -> None:
    done = subprocess.run([*BAIKE, *words("extract", places)], stdout=subprocess.PIPE, stderr=full, check=False)
    assert done.returncode == 4
