"""`baike corpus build` with a full disk or too little memory: an exit code and one line, the earlier corpus as it was, nothing left behind."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

import baike_spider.corpus.build as building
from baike_spider.cli import main
from baike_spider.corpus import partitions, place, tables
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.engine import connect
from baike_spider.corpus.errors import InputDamaged
from baike_spider.corpus.records import blame
from baike_spider.shards.jsonl import json_line
from tests.corpus.crawls import digests, write_crawl
from tests.shards.specimens import entry_of

STEPS = [
    (building, "read_heads"),
    (building, "read_alias_rejects"),
    (building, "choose_winners"),
    (building, "spill_lines"),
    (building, "each_partition"),
    (tables, "write_triples"),
    (tables, "write_entries"),
    (tables, "write_names"),
    (tables, "stage_links"),
    (tables, "write_links"),
    (partitions, "sync"),
    (building, "_write_manifest"),
    (building, "sync_folder"),
    (place, "take_name"),
]
SHORTAGES: list[tuple[Exception, int, str]] = [
    (duckdb.IOException('IO Error: Could not write file "x": No space left on device'), 4, "no space left"),
    (OSError(28, "No space left on device"), 4, "No space left"),
    (
        duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block of size 256 KB (300 MB/307 MB used)"),
        2,
        "give --memory more",
    ),
    (
        duckdb.OutOfMemoryException("Out of Memory Error: Failed to allocate block of 262144 bytes (bad allocation)"),
        2,
        "give --memory less",
    ),
    (MemoryError(), 2, "give --memory less"),
]


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    crawl = write_crawl(tmp_path / "in" / "crawl", [entry_of(number) for number in range(1, 9)])
    (tmp_path / "out").mkdir()
    build_corpus([crawl], tmp_path / "out" / "corpus")
    return ["corpus", "build", str(crawl), "-o", str(tmp_path / "out" / "corpus")]


@pytest.mark.parametrize(("error", "code", "told"), SHORTAGES, ids=lambda value: str(value)[:30])
def test_at_every_step(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int, told: str
) -> None:
    output = Path(words[-1])
    before = digests(output)
    for room, step in STEPS:

        def fail(*_: Any, **__: Any) -> None:
            raise error

        # take_name and the manifest are no work of the engine
        if isinstance(error, duckdb.Error) and step in ("sync", "sync_folder", "_write_manifest", "take_name"):
            continue
        with monkeypatch.context() as patch:
            patch.setattr(room, step, fail)
            assert main(words) == code, step
        assert told in capsys.readouterr().err.splitlines()[-1], step
        assert digests(output) == before, step
        assert [path.name for path in output.parent.iterdir()] == ["corpus"], step


@pytest.mark.parametrize("kilobytes", [1, 64, 256])
def test_files_that_may_not_grow(words: list[str], tmp_path: Path, kilobytes: int) -> None:
    """What the system says when it lets a file grow no further is what a full disk says."""
    output = Path(words[-1])
    before = digests(output)
    file = tmp_path / "in" / "many.jsonl"
    file.write_bytes(b"".join(json_line(entry_of(number).as_dict()) for number in range(1, 1500)))

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes << 10, kilobytes << 10))

    command = [sys.executable, "-m", "baike_spider.cli.main", "corpus", "build", str(file), "-o", str(output)]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert str(output) in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
    assert digests(output) == before
    assert [path.name for path in output.parent.iterdir()] == ["corpus"]


@pytest.mark.parametrize("make", [duckdb.OutOfMemoryException, duckdb.IOException])
def test_no_file_is_blamed_for_a_shortage(tmp_path: Path, make: Callable[[str], Exception]) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text("{no")
    error = make("Out of Memory Error: No space left")
    with connect() as db:
        assert blame(db, [broken], error) is error
        assert isinstance(blame(db, [broken], duckdb.InvalidInputException("Malformed JSON")), InputDamaged)


def test_what_was_put_aside_by_a_killed_build_is_cleared(words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system cannot exchange names there is a moment between two renames."""
    output = Path(words[-1])
    monkeypatch.setattr(place, "_exchange", lambda *_: False)
    output.rename(output.with_name(".corpus.building.old"))
    output.with_name(".corpus.building").mkdir()
    (output.with_name(".corpus.building") / "rest").write_text("x")
    for _ in range(2):
        assert main(words) == 0
        assert [path.name for path in output.parent.iterdir()] == ["corpus"]
