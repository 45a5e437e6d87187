"""What nobody means to type: empty paths, numbers beyond all bounds, bytes that are no UTF-8. One line, exit code 2, nothing done."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from baike_spider.cli.main import main
from baike_spider.crawl.plan import read_seeds
from baike_spider.exits import BadInput
from extractors import site_named

#: every path that a command reads
READING = [
    ("cat", ""),
    ("head", ""),
    ("summary", ""),
    ("verify", ""),
    ("status", ""),
    ("frontier", "purge", "", "--yes"),
    ("extract", ""),
    ("replay", "", "--diff"),
    ("fixture", "", "--case", "x"),
    ("query", "", "x"),
    ("archive", "index", ""),
    ("archive", "get", "https://x/", ""),
    ("serve", ""),
    ("serve", "{pages}", "--robots", ""),
    ("corpus", "build", "", "-o", "new"),
    ("corpus", "verify", ""),
    ("corpus", "sql", "", "SELECT 1"),
    ("corpus", "export", "tsv", "", "-o", "new"),
    ("corpus", "report", "{corpus}", "--previous", ""),
    ("corpus", "diff", "", "{corpus}"),
    ("corpus", "diff", "{corpus}", ""),
]
HUGE = "9" * 5000
NUMBERS = [
    ("head", "{crawl}", "-n"),
    ("summary", "{crawl}", "-n"),
    ("query", "{corpus}", "x", "-n"),
    ("extract", "{pages}", "--jobs"),
    ("corpus", "sql", "{corpus}", "SELECT 1", "-n"),
    ("corpus", "sql", "{corpus}", "SELECT 1", "--threads"),
    ("corpus", "sql", "{corpus}", "SELECT 1", "--memory"),
    ("corpus", "build", "{crawl}", "-o", "new", "--memory"),
]


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def refused(words: tuple[str, ...], places: dict[str, Path]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([word.format(**places) for word in words])
    assert ended.value.code == 2
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_an_empty_path_is_not_this_folder(words: tuple[str, ...], places: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    refused(words, places)
    assert "the path is empty" in capsys.readouterr().err


@pytest.mark.parametrize("number", [HUGE, "99999999999999999999", "0", "-1", "²"], ids=["5000-digits", "20-digits", "0", "-1", "no-digit"])
@pytest.mark.parametrize("words", NUMBERS, ids=" ".join)
def test_numbers(words: tuple[str, ...], number: str, places: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    refused((*words, number), places)
    told = capsys.readouterr().err
    assert any(part in told for part in ("give a whole number from 1", "give a size such as", "expected one argument"))
    assert len(told) < 3000


def test_an_address_that_is_no_text(places: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["archive", "get", "\udcff", str(places["warc"])]) == 2
    assert "not in the archive" in capsys.readouterr().err


def test_no_command_to_serve(places: dict[str, Path]) -> None:
    baike = Path(sys.executable).with_name("baike")
    done = subprocess.run([baike, "serve", places["pages"], "--", ""], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (2, "baike serve: no command to run beside the mirror\n")


def test_a_file_is_no_crawl(places: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(places["page"])]) == 2
    assert "is no crawl's folder" in capsys.readouterr().err


def test_an_archive_that_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch, places: dict[str, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    def unreadable(_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("baike_spider.cli.archive.read_records", unreadable)
    assert main(["archive", "verify", str(places["warc"])]) == 2
    assert capsys.readouterr().err == f"baike archive: {places['warc']}: Input/output error\n"


def test_a_seed_file_with_a_name_that_is_too_long() -> None:
    with pytest.raises(BadInput, match="File name too long"):
        list(read_seeds(f"@{'x' * 300}", site_named("baidu_baike")))
