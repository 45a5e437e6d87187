"""kill -9 in the middle of a build, an export, a report, a diff: what was there is intact, the next run succeeds."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from baike_spider.cli import main
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.place import building, take_name
from baike_spider.corpus.verify import verify_corpus
from tests.bench.corpora import make_crawls
from tests.bench.corpus_kills import cases, kill_often
from tests.corpus.crawls import digests, write_crawl
from tests.shards.specimens import entry_of


@pytest.mark.parametrize("stage", ["reading the entries", "reading the newest", "writing"])
def test_killed_in_the_middle(tmp_path: Path, stage: str) -> None:
    crawls = make_crawls(tmp_path / "crawls", 20_000, shards=4)
    output = tmp_path / "corpus"
    build_corpus([write_crawl(tmp_path / "small", [entry_of(1)])], output)
    before = digests(output)
    command = [
        sys.executable,
        "-u",
        "-m",
        "baike_spider.cli.main",
        "corpus",
        "build",
        *map(str, crawls),
        "-o",
        str(output),
        "--threads",
        "1",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if stage in line:
            break
    if stage == "writing":
        deadline = time.monotonic() + 60
        while not list((tmp_path / ".corpus.building" / "triples").glob("*")) and time.monotonic() < deadline:
            time.sleep(0.002)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    assert process.returncode == -signal.SIGKILL
    assert (tmp_path / ".corpus.building").is_dir()
    assert digests(output) == before
    assert list(verify_corpus(output)) == []
    manifest = build_corpus(crawls, output)
    assert list(verify_corpus(output)) == []
    assert manifest.counts["entries"] > 100
    assert not (tmp_path / ".corpus.building").exists()


def test_killed_at_random_moments(tmp_path: Path) -> None:
    """A few of the kills of `python -m tests.bench.corpus_kills`; export and report are also stopped in their very middle by their own tests."""
    for case in cases(tmp_path / "made", 20_000):
        if case.name in ("build", "export nquads", "report", "diff"):
            found = kill_often(case, tmp_path / case.name, 5, random.Random(case.name))
            assert found.total() == 5
            assert found["earlier"]


def test_two_builds_of_one_corpus(tmp_path: Path) -> None:
    crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
    with building(tmp_path / "corpus") as root:
        (root / "x").touch()
        with pytest.raises(CorpusError, match="another process"):
            build_corpus([crawl], tmp_path / "corpus")
    assert (tmp_path / "corpus" / "x").exists()


@pytest.mark.parametrize("exchange", [True, False])
def test_names_are_exchanged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    if not exchange:
        monkeypatch.setattr("baike_spider.corpus.place._exchange", lambda one, other: False)
    for name in ("old", "new"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    take_name(tmp_path / "new", tmp_path / "old")
    assert [path.name for path in sorted(tmp_path.rglob("*/*"))] == ["old", "new"]
    assert (tmp_path / "old" / "new").exists()


WRITERS = {
    "tsv": ("export", "tsv", "{old}"),
    "neo4j": ("export", "neo4j", "{old}"),
    "huggingface": ("export", "huggingface", "{old}"),
    "report": ("report", "{old}"),
    "diff": ("diff", "{old}", "{new}", "--json"),
}


@pytest.mark.parametrize("name", WRITERS)
def test_a_disk_that_takes_no_more(tmp_path: Path, name: str) -> None:
    """A limit of the size of a file stands for a full disk: the system refuses to write on in the middle of one."""
    for corpus, number in (("old", 1), ("new", 30)):
        build_corpus([write_crawl(tmp_path / f"crawl-{corpus}", [entry_of(at) for at in range(number, number + 60)])], tmp_path / corpus)
    (tmp_path / "out").mkdir()
    output = tmp_path / "out" / "output"
    words = ["corpus", *(word.format(old=tmp_path / "old", new=tmp_path / "new") for word in WRITERS[name]), "-o", str(output)]
    assert main(words) == 0
    before = digests(tmp_path / "out")
    full = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)); from baike_spider.cli import main; sys.exit(main())"
    )
    run = subprocess.run([sys.executable, "-c", full, *words], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (4, "")
    assert run.stderr.strip().splitlines() == [f"baike corpus: {output}: File too large"]
    assert digests(tmp_path / "out") == before
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["output"]
