"""A corpus with a damaged file: every command names the file and the way to rebuild it, in words of its own; what is read whole is checked first."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from baike_spider.cli import main
from baike_spider.corpus.export import formats
from baike_spider.corpus.schema import ENTRY_CORPUS, TABLES
from tests.corpus.crawls import digests
from tests.corpus.odd import build

ENTRY_FORMATS = [name for name, form in formats().items() if ENTRY_CORPUS in form.kinds]
SHARD = "00000.parquet"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("sound"))


@pytest.fixture
def corpus(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "corpus"))


def flip(path: Path, at: int) -> None:
    """Another byte there; the length stays."""
    data = bytearray(path.read_bytes())
    data[at] ^= 0x55
    path.write_bytes(data)


def flip_a_statistic(path: Path) -> None:
    """Behind the rows, where the engine may read on without a word."""
    data = path.read_bytes()
    flip(path, len(data) - 8 - int.from_bytes(data[-8:-4], "little") // 2)


def told(capsys: pytest.CaptureFixture[str], path: Path) -> None:
    """One short line that names the file, then the way to rebuild it."""
    first, *rest = capsys.readouterr().err.splitlines()
    assert str(path) in first
    assert "is damaged" in first
    assert len(first.replace(str(path.parents[1]), "")) < 400
    assert first.isprintable()
    assert any("baike corpus build INPUT..." in line for line in (first, *rest))


@pytest.mark.parametrize("damage", [lambda path: flip(path, 40), flip_a_statistic, Path.unlink], ids=["a row", "a statistic", "gone"])
@pytest.mark.parametrize("name", ENTRY_FORMATS)
def test_an_export_is_refused_or_does_not_need_the_file(
    corpus: Path, tmp_path: Path, name: str, damage: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["corpus", "export", name, str(corpus), "-o", str(out)]) == 0
    before = digests(out) if out.is_dir() else out.read_bytes()
    refused = set()
    for table in TABLES:
        path = corpus / table.name / SHARD
        shutil.copy(path, tmp_path / "kept")
        damage(path)
        capsys.readouterr()
        if main(["corpus", "export", name, str(corpus), "-o", str(out)]):
            told(capsys, path)
            refused.add(table.name)
        assert (digests(out) if out.is_dir() else out.read_bytes()) == before
        shutil.copy(tmp_path / "kept", path)
    assert refused & {"triples", "links"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_report_is_refused(corpus: Path, sound: Path, tmp_path: Path, table: object, capsys: pytest.CaptureFixture[str]) -> None:
    path = corpus / str(table.name) / SHARD  # type: ignore[attr-defined]
    flip_a_statistic(path)
    assert main(["corpus", "report", str(corpus), "-o", str(tmp_path / "report.html")]) == 2
    told(capsys, path)
    if path.parent.name in ("entries", "triples"):
        assert main(["corpus", "report", str(sound), "-o", str(tmp_path / "report.html"), "--previous", str(corpus)]) == 2
        told(capsys, path)
    assert not (tmp_path / "report.html").exists()


def test_a_diff_believes_the_manifests_unless_it_is_told_to_verify(corpus: Path, sound: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = corpus / "triples" / SHARD
    flip_a_statistic(path)
    assert main(["corpus", "diff", str(sound), str(corpus)]) == 0
    capsys.readouterr()
    for pair in ((sound, corpus), (corpus, sound)):
        assert main(["corpus", "diff", *map(str, pair), "--verify"]) == 2
        told(capsys, path)
    path.write_bytes(path.read_bytes()[:-1])
    assert main(["corpus", "diff", str(sound), str(corpus)]) == 2
    told(capsys, path)
    assert main(["corpus", "diff", str(sound), str(sound), "--verify"]) == 0


@pytest.mark.parametrize("table", ["names", "entries", "triples", "links"])
def test_a_query_of_a_shortened_file(corpus: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = corpus / table / SHARD
    path.write_bytes(path.read_bytes()[:-1])
    for words in (["query", str(corpus), "刘德华", "--incoming"], ["corpus", "sql", str(corpus), "SELECT 1"]):
        assert main(words) == 2
        told(capsys, path)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_what_the_engine_trips_over_is_named(corpus: Path, table: object, capsys: pytest.CaptureFixture[str]) -> None:
    """It speaks of protocols and types; the file is found by its digest."""
    path = corpus / str(table.name) / SHARD  # type: ignore[attr-defined]
    data = path.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    dice = random.Random(7)
    tripped = 0
    for at in (footer, len(data) - 1, len(data) - 8, *(dice.randrange(len(data)) for _ in range(12))):
        flip(path, at)
        capsys.readouterr()
        code = main(["corpus", "sql", str(corpus), f"SELECT * FROM {path.parent.name}", "--json"])
        assert code in (0, 2)
        if code:
            told(capsys, path)
            tripped += 1
        path.write_bytes(data)
    assert tripped >= 3


def test_a_wrong_statement_is_no_damage(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for statement in ("SELECT nothing", "SELECT regexp_matches('a', '(')", "SELECT 'x'::INT", "FROM 'elsewhere.parquet'"):
        assert main(["corpus", "sql", str(corpus), statement]) == 2
        assert "the database says" in capsys.readouterr().err
