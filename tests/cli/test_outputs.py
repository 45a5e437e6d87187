"""Where commands write: what cannot be written is told in one line, with the exit code of that; `-` and no name at all are no files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baike_spider.cli.main import main

#: every option that names something to write, of commands that could do their work else
WRITING = {
    "extract -o": ("extract", "{pages}", "-o"),
    "extract --shards": ("extract", "{pages}", "--shards"),
    "build": ("corpus", "build", "{crawl}", "-o"),
    "export": ("corpus", "export", "tsv", "{corpus}", "-o"),
    "export of a folder": ("corpus", "export", "croissant", "{corpus}", "-o"),
    "report": ("corpus", "report", "{corpus}", "-o"),
    "diff": ("corpus", "diff", "{corpus}", "{corpus}", "--json", "-o"),
    "replay": ("replay", "{crawl}", "-o"),
    "fixture": ("fixture", "{page}", "--case", "new", "--root"),
    "serve": ("serve", "{pages}", "--log"),
}
TO_STDOUT = ("extract -o", "diff")


def words(case: str, places: dict[str, Path], output: str) -> list[str]:
    return [*(word.format(**places) for word in WRITING[case]), output]


@pytest.mark.parametrize("case", WRITING)
def test_a_place_below_a_file(case: str, places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("mine")
    assert main(words(case, places, str(blocker / "below"))) == 4
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert str(blocker) in told.err
    assert (list(tmp_path.iterdir()), blocker.read_text()) == ([blocker], "mine")


@pytest.mark.parametrize("case", WRITING)
def test_a_name_that_is_too_long(case: str, places: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words(case, places, str(tmp_path / ("x" * 300)))) in (2, 4)
    assert "File name too long" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", sorted(set(WRITING) - set(TO_STDOUT)))
@pytest.mark.parametrize(("output", "message"), [("-", "give a path (./- for this name)"), ("", "the path is empty")])
def test_what_is_written_whole_does_not_go_to_standard_output(
    case: str,
    output: str,
    message: str,
    places: dict[str, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(words(case, places, output))
    assert ended.value.code == 2
    assert message in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_lines_go_to_standard_output(
    places: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words("extract -o", places, "-")) == 0
    assert "周鹤鸣" in [json.loads(line)["title"] for line in capsys.readouterr().out.splitlines()]
    assert main(["corpus", "diff", str(places["corpus"]), str(places["corpus"]), "-o", "-"]) == 0
    assert "entries" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []
