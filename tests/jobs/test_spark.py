"""The Spark job on two local cores: the shards and the corpus of the plain run, byte for byte, also when a worker dies."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from baike_spider.archive import PLAIN
from baike_spider.cli.main import main
from baike_spider.corpus.inputs import tasks
from baike_spider.corpus.reextract import Destination, extract_to_shards
from baike_spider.shards import read_entries, verify
from tests.archive.specimens import Saved, saved, warc_gz
from tests.conftest import ROOT

pytest.importorskip("pyspark", reason="the extra `spark` is not installed: make test-spark")
if shutil.which("java") is None:
    pytest.skip("Spark needs Java 17", allow_module_level=True)


@pytest.fixture(scope="module")
def warcs(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("warcs")
    pages = saved()
    paths = []
    for number in range(8):
        path = folder / f"{number}.warc.gz"
        path.write_bytes(warc_gz([Saved(page.url, page.body + b"<!-- %d -->" % number) for page in pages]))
        paths.append(str(path))
    return paths


@pytest.fixture(scope="module")
def plain(warcs: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of shards that one machine writes."""
    folder = tmp_path_factory.mktemp("plain") / "shards"
    done = list(extract_to_shards(tasks(warcs, PLAIN, size=40_000), Destination(folder, "shards", "any")))
    assert len(done) > 2
    return folder


def shards(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.zst"))}


def run(folder: Path, marker: str, warcs: list[str]) -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1"}
    script = ROOT / "tests" / "jobs" / "run_spark.py"
    done = subprocess.run(
        [sys.executable, str(script), str(folder), marker, *warcs], env=env, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


def corpus(folder: Path, target: Path) -> dict[str, bytes]:
    assert main(["corpus", "build", str(folder), "-o", str(target)]) == 0
    return {str(path.relative_to(target)): path.read_bytes() for path in sorted(target.rglob("*")) if path.is_file()}


def test_the_same_shards_and_corpus_as_on_one_machine(warcs: list[str], plain: Path, tmp_path: Path) -> None:
    run(tmp_path / "shards", "", warcs)
    assert shards(tmp_path / "shards") == shards(plain)
    assert verify(tmp_path / "shards") == []
    assert not (tmp_path / "shards" / ".attempts").exists()
    built = corpus(tmp_path / "shards", tmp_path / "corpus")
    assert built == corpus(plain, tmp_path / "plain-corpus")
    assert any(name.endswith(".parquet") for name in built)


def test_a_worker_killed_half_way_leaves_no_duplicate(warcs: list[str], plain: Path, tmp_path: Path) -> None:
    marker = tmp_path / "killed"
    run(tmp_path / "shards", str(marker), warcs)
    assert marker.exists()
    assert shards(tmp_path / "shards") == shards(plain)
    assert verify(tmp_path / "shards") == []
    assert len(list(read_entries(tmp_path / "shards"))) == 8 * 6
