"""A crawl's archive: replayed it gives the crawl again; a killed worker's holds every acknowledged entry."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from baike_spider.archive import INDEX_FILE, Damage, Index, decoded, read_records
from baike_spider.cli.main import main
from baike_spider.mirror import Mirror
from baike_spider.shards import read_entries, read_questions, read_rejects, verify
from baike_spider.shards.frames import read_lines
from extractors import EntryRef, entry_ref
from tests.e2e.conftest import BIN, ROOT, Workplace, answer, without
from tests.e2e.test_own_site import CRAWL
from tests.question_site import SEED, write_site

EMPTY = EntryRef("", "")


def by_page(entries: list[dict[str, Any]]) -> list[str]:
    return sorted(json.dumps(entry, ensure_ascii=False) for entry in entries)


def archived(folder: Path) -> tuple[set[str], set[str]]:
    """What any reader reads: the digests of all pages, and the dates of all answers."""
    digests, dates = set(), set()
    for path in sorted((folder / "warc").glob("*.warc.gz")):
        for record in read_records(path, types=frozenset({"response", "revisit"})):
            if isinstance(record, Damage):
                assert record.reason.startswith("the file ends inside"), record
                continue
            dates.add(record.date)
            if record.type == "response":
                digests.add(f"sha256:{sha256(decoded(record)).hexdigest()}")
    return digests, dates


def bare(reject: dict[str, Any]) -> tuple[str, str, str]:
    return reject["verdict"], reject["reason"], reject["url"]


def warcio_check(folder: Path) -> None:
    files = [str(path) for path in (folder / "warc").glob("*.warc.gz")]
    done = subprocess.run([BIN / "warcio", "check", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


def test_a_replay_gives_the_crawl_again(own_site: Workplace, own_mirror: Mirror) -> None:
    assert own_site.run(*CRAWL).returncode == 0
    folder, again = own_site.folder / "baike", own_site.folder / "again"
    warcio_check(folder)
    for jobs in ("1", "2"):
        done = own_site.run("baike", "replay", str(folder), "-o", f"{again}{jobs}", "--jobs", jobs)
        assert done.returncode == 0, done.stderr
        replayed = list(read_entries(Path(f"{again}{jobs}")))
        assert by_page(replayed) == by_page(own_site.entries())
        assert verify(Path(f"{again}{jobs}")) == []
    # a redirect to the page of missing entries is no page: only the crawl knows of it
    rejects = sorted(map(bare, read_rejects(folder)))
    assert sorted(map(bare, read_rejects(Path(f"{again}1")))) == [reject for reject in rejects if reject[1] != "missing"]
    assert "alias" in {verdict for verdict, *_ in rejects}
    assert own_site.run("baike", "replay", str(folder), "-o", f"{again}1").returncode == 0
    diff = own_site.run("baike", "replay", str(folder), "--diff")
    assert (diff.returncode, diff.stdout) == (0, "")
    assert "entries: 0 added, 0 removed, 0 altered" in diff.stderr
    # as of a folder that may only be read
    (folder / "warc" / INDEX_FILE).unlink()
    (folder / "warc" / INDEX_FILE).mkdir()
    for jobs in ("1", "2"):
        diff = own_site.run("baike", "replay", str(folder), "--diff", "--jobs", jobs)
        assert (diff.returncode, diff.stdout) == (0, ""), diff.stderr
    lines = own_site.run("baike", "extract", str(folder))
    assert {json.loads(line)["url"] for line in lines.stdout.splitlines()} == {entry["url"] for entry in replayed}


def test_a_damaged_index_is_made_again(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL).returncode == 0
    folder = own_site.folder / "baike" / "warc"
    whole = own_site.run("baike", "archive", "index", str(folder)).stdout
    assert whole
    (folder / INDEX_FILE).write_bytes(b"no database at all, but some bytes" * 100)
    again = own_site.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    assert again.stderr.count("made again") == 1
    with Index(folder / INDEX_FILE) as index:
        assert index.sizes() == {path.name: path.stat().st_size for path in folder.glob("*.warc.gz")}
    assert own_site.run("baike", "archive", "index", str(folder)).stdout == whole
    assert "made again" not in own_site.run(*CRAWL).stderr


def test_archive_stats_verify_index_get(own_site: Workplace, own_mirror: Mirror) -> None:
    assert own_site.run(*CRAWL, "-a", "max_entries=8").returncode == 0
    folder = own_site.folder / "baike"
    entry = next(entry for entry in own_site.entries() if entry["lemma_id"] and "/item/" in entry["source"])
    stats = own_site.run("baike", "archive", "stats", str(folder))
    assert stats.returncode == 0
    assert "type/warcinfo  1" in stats.stdout
    assert own_site.run("baike", "archive", "verify", str(folder)).returncode == 0
    index = own_site.run("baike", "archive", "index", str(folder)).stdout.splitlines()
    assert index == sorted(index)
    assert all(json.loads(line.split(" ", 2)[2])["filename"].endswith(".warc.gz") for line in index)
    ref = entry_ref(entry["source"])
    assert ref is not None
    served = answer(own_mirror.catalog, ref)
    assert served is not None
    command = [sys.executable, "-m", "baike_spider.cli.main", "archive", "get", entry["source"]]
    for where in ([str(folder)], [str(path) for path in (folder / "warc").glob("*.gz")]):
        got = subprocess.run([*command, *where], capture_output=True, check=True, cwd=ROOT)
        assert got.stdout == served[1].read_bytes()
    headed = subprocess.run([*command, str(folder), "--headers", "--decoded"], capture_output=True, check=True, cwd=ROOT)
    assert headed.stdout.startswith(b"HTTP/1.1 200 OK\r\n")
    missing = own_site.run("baike", "archive", "get", "https://baike.baidu.com/item/nowhere", str(folder))
    assert (missing.returncode, missing.stdout) == (2, "")
    (path,) = (folder / "warc").glob("*.gz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    damaged = own_site.run("baike", "archive", "verify", str(folder))
    assert damaged.returncode == 11
    assert f"{path}: byte " in damaged.stdout


def test_the_crawl_runs_again_without_the_network(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL).returncode == 0
    offline = {"BAIKE_REPLAY": str(own_site.folder / "baike"), "BAIKE_CRAWL": "offline", "BAIKE_MIRROR": ""}
    done = own_site.run(*CRAWL, **offline)
    assert done.returncode == 0, done.stderr
    # which of an entry's names is asked for first may differ
    passing = ("source", "fetched_at", "aliases")
    bare = [sorted(json.dumps(without(entry, *passing)) for entry in own_site.entries(crawl)) for crawl in ("baike", "offline")]
    assert bare[0] == bare[1]
    assert not (own_site.folder / "offline" / "warc").exists()
    nowhere = own_site.run(*CRAWL, **{**offline, "BAIKE_REPLAY": "no-such-folder"})
    assert nowhere.returncode == 2


def test_questions_are_replayed(tmp_path: Path) -> None:
    write_site(tmp_path / "site", 30)
    with Mirror([tmp_path / "site"]) as mirror:
        workplace = Workplace(tmp_path / "output", mirror.base_url)
        done = workplace.run("scrapy", "crawl", "zhidao", "-a", f"seeds={SEED}", BAIKE_RICH_QUESTIONS="1")
        assert done.returncode == 0, done.stderr
    folder, again = workplace.folder / "zhidao", workplace.folder / "again"
    assert workplace.run("baike", "replay", str(folder), "-o", str(again)).returncode == 0
    assert by_page(list(read_questions(again))) == by_page(list(read_questions(folder)))
    assert len(list(read_questions(again))) == 30
    assert workplace.run("baike", "replay", str(folder), "--diff").returncode == 2


def test_no_archive_when_it_is_switched_off(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL, "-a", "max_entries=3", BAIKE_ARCHIVE="0").returncode == 0
    folder = own_site.folder / "baike"
    assert not (folder / "warc").exists()
    replay = own_site.run("baike", "replay", str(folder), "-o", str(own_site.folder / "again"))
    assert replay.returncode == 2
    assert "BAIKE_ARCHIVE=1" in replay.stderr


@pytest.mark.parametrize("seed", range(3))
def test_every_acknowledged_entry_of_a_killed_worker_is_in_the_archive(own_site: Workplace, seed: int) -> None:
    folder = own_site.folder / "baike"
    moments = random.Random(seed)
    for _ in range(2):
        process = own_site.start(*CRAWL, BAIKE_DELAY="0.02", BAIKE_COMMIT_SECONDS="0.05", BAIKE_SHARD_BYTES="2000")
        deadline = time.monotonic() + 30
        while not (folder / "warc").is_dir() and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(moments.uniform(0.05, 1.2))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert_archived(folder)
    done = own_site.run(*CRAWL)
    assert done.returncode == 0, done.stderr
    assert_archived(folder)
    warcio_check(folder)
    assert verify(folder) == []


def assert_archived(folder: Path) -> None:
    """Each entry that is listed has its page in the archive."""
    if not (folder / "manifest.json").is_file():
        return
    digests, dates = archived(folder)
    for entry in read_entries(folder):
        assert entry["digest"] in digests, entry["url"]
        assert entry["fetched_at"] in dates, entry["url"]


def shard_lines(folder: Path, kind: str) -> list[bytes]:
    """The lines of a folder's shards as they lie there, in their own order: two workers' need not be the same."""
    return sorted(line for path in (folder / kind).glob("*.zst") for line in read_lines(path))


@pytest.mark.real_pages
def test_a_replay_of_real_pages_gives_the_crawl_again(
    shared_pages: Path, shared_index: list[dict[str, Any]], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    addresses = {
        one["url"]
        for one in shared_index
        if one["kind"].startswith("entry") and one["url"] and (entry_ref(one["url"]) or EMPTY).site == "baidu_baike"
    }
    seeds = tmp_path / "seeds.txt"
    seeds.write_text("\n".join(sorted(addresses)), encoding="utf-8")
    with Mirror([shared_pages / "baidu_baike"]) as mirror:
        workplace = Workplace(tmp_path / "output", mirror.base_url)
        done = workplace.run("scrapy", "crawl", "baike", "-a", f"seeds=@{seeds}", "-a", "max_depth=0")
        assert done.returncode == 0, done.stderr
        folder, again = workplace.folder / "baike", workplace.folder / "again"
        entries = workplace.entries()
        assert len(entries) > 250
        warcio_check(folder)
        replayed = workplace.run("baike", "replay", str(folder), "-o", str(again))
        assert replayed.returncode == 0, replayed.stderr
        for kind in ("entries", "triples"):
            assert shard_lines(again, kind) == shard_lines(folder, kind)
        for entry in entries:
            ref = entry_ref(entry["source"])
            served = answer(mirror.catalog, ref) if ref else None
            assert served is not None
            capfdbinary.readouterr()
            assert main(["archive", "get", served[0], str(folder)]) == 0
            assert capfdbinary.readouterr().out == served[1].read_bytes(), served


@pytest.mark.real_pages
def test_a_replay_of_real_questions_gives_the_crawl_again(shared_pages: Path, shared_index: list[dict[str, Any]], tmp_path: Path) -> None:
    seeds = sorted(
        {
            one["url"]
            for one in shared_index
            if one["path"].startswith("zhidao/") and one["kind"] == "question" and one["url"].endswith(".html")
        }
    )
    with Mirror([shared_pages / "zhidao"]) as mirror:
        workplace = Workplace(tmp_path / "output", mirror.base_url)
        done = workplace.run("scrapy", "crawl", "zhidao", "-a", f"seeds={','.join(seeds)}", "-a", "follow=none")
        assert done.returncode == 0, done.stderr
    folder, again = workplace.folder / "zhidao", workplace.folder / "again"
    warcio_check(folder)
    assert workplace.run("baike", "replay", str(folder), "-o", str(again)).returncode == 0
    assert len(shard_lines(folder, "questions")) > 40
    assert shard_lines(again, "questions") == shard_lines(folder, "questions")
