"""`scrapy crawl zhidao` on a generated site: every question once, with two workers of which one is killed; the tools on what it leaves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from baike_spider.frontier import EmbeddedServer
from baike_spider.mirror import Mirror
from baike_spider.shards import ShardError, load_manifest, read_questions, read_rejects, verify
from baike_spider.shards.frames import read_lines
from extractors import Page, extract_record
from tests.e2e.conftest import PATIENCE, Workplace
from tests.processes import is_stopped, until
from tests.question_site import SEED, question_id, question_of, write_site

QUESTIONS = 200
CRAWL = ("scrapy", "crawl", "zhidao", "-a", f"seeds={SEED}")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("zhidao") / "site"
    write_site(folder, QUESTIONS)
    return folder


@pytest.fixture(scope="module")
def mirror(site: Path) -> Iterator[Mirror]:
    with Mirror([site], latency=0.02) as mirror:
        yield mirror


@pytest.fixture
def work(tmp_path: Path, mirror: Mirror) -> Workplace:
    return Workplace(tmp_path / "output", mirror.base_url)


def by_url(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(records, key=lambda record: record["url"])


EVERY = by_url([question_of(place) for place in range(QUESTIONS)])


def test_two_workers_one_killed_every_question_once(work: Workplace, tmp_path: Path) -> None:
    folder = work.folder / "zhidao"
    with EmbeddedServer.start(tmp_path / "redis") as server:
        env = {"REDIS_URL": server.url, "BAIKE_LEASE_SECONDS": "12", "BAIKE_CONCURRENCY": "2", "BAIKE_DELAY": "0.1"}
        first = work.start(*CRAWL, **env)
        second = None
        try:
            wait_for_commit(folder, first)
            second = work.start("scrapy", "crawl", "zhidao", **env)
            wait_for_commit(folder, second)
            kill_between_commits(folder, first, server.url)
            out, _ = second.communicate(timeout=PATIENCE)
        finally:
            for process in (first, second):
                if process is not None and process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
        assert second.returncode == 0, out
        # what the killed worker had made durable is listed by the next run, which finds nothing left to fetch
        last = work.run("scrapy", "crawl", "zhidao", **env)
        assert last.returncode == 0, last.stderr
    assert first.returncode == -signal.SIGKILL
    assert by_url(list(read_questions(folder))) == EVERY
    assert verify(folder) == []
    workers = {shard.path.rpartition("-")[0] for shard in load_manifest(folder).of("questions")}
    assert len(workers) == 2
    rejects = list(read_rejects(folder))
    assert {record["verdict"] for record in rejects} == {"question_list"}


def wait_for_commit(folder: Path, process: subprocess.Popen[str]) -> None:
    """Until the process has written some questions."""
    assert until(lambda: process.poll() is not None or any(path.stat().st_size for path in parts_of(folder, process)), PATIENCE)
    assert process.poll() is None, process.communicate()[0]


def parts_of(folder: Path, process: subprocess.Popen[str]) -> list[Path]:
    return list(folder.glob(f"questions/.*-{process.pid}-*.part"))


def kill_between_commits(folder: Path, process: subprocess.Popen[str], url: str) -> None:
    """At a moment at which it has acknowledged all that it wrote: anything else would be fetched once more, and be removed by a build only."""

    def is_killed() -> bool:
        os.killpg(process.pid, signal.SIGSTOP)
        assert until(lambda: is_stopped(process.pid))
        with contextlib.suppress(ShardError), redis.Redis.from_url(url) as client:  # in the middle of a write the part cannot be read
            written = {json.loads(line)["url"] for path in parts_of(folder, process) for line in read_lines(path)}
            leased = {f"http://zhidao.baidu.com/question/{kid.decode()[1:]}.html" for kid in client.hkeys("baike:{zhidao}:leases")}
            if written and not written & leased:
                process.kill()
                process.communicate()
                return True
        os.killpg(process.pid, signal.SIGCONT)
        return False

    assert until(is_killed, PATIENCE)


def test_seeds_depth_and_follow(work: Workplace) -> None:
    seeds = f"{question_id(0)},https://zhidao.baidu.com/question/{question_id(2)}.html?fr=x"
    done = work.run("scrapy", "crawl", "zhidao", "-a", f"seeds={seeds}", "-a", "follow=none", BAIKE_CRAWL="alone")
    assert done.returncode == 0, done.stderr
    assert by_url(list(read_questions(work.folder / "alone"))) == by_url([question_of(0), question_of(2)])
    # a list that was asked for gives its questions, and no further list
    done = work.run("scrapy", "crawl", "zhidao", "-a", "seeds=/list?cid=106101", "-a", "follow=none", BAIKE_CRAWL="list")
    assert done.returncode == 0, done.stderr
    assert len(list(read_questions(work.folder / "list"))) == 20
    assert not (work.folder / "list" / "entries").exists()
    assert not (work.folder / "list" / "triples").exists()


def test_the_tools_on_a_crawl_of_questions(work: Workplace, site: Path, tmp_path: Path) -> None:
    done = work.run(*CRAWL, "-a", "max_entries=5", BAIKE_RICH_QUESTIONS="1")
    assert done.returncode == 0, done.stderr
    folder = work.folder / "zhidao"
    rich = list(read_questions(folder))
    assert len(rich) == 5
    assert all(list(record) == ["url", "question", "tags", "detail", "asked", "answers", "best_answer"] for record in rich)
    assert all(record["best_answer"].startswith("海雾重的夜里") for record in rich)
    head = work.run("baike", "head", str(folder), "-n", "2").stdout.splitlines()
    assert head == [f"{record['question']}\t{'、'.join(record['tags'])}\t{record['url']}" for record in rich[:2]]
    cat = work.run("baike", "cat", str(folder), "--questions").stdout.splitlines()
    assert [json.loads(line) for line in cat] == rich
    summary = work.run("baike", "summary", str(folder))
    assert "questions  5" in summary.stdout
    assert "triples" not in summary.stdout
    assert "all questions  baike cat" in summary.stdout
    assert work.run("baike", "verify", str(folder)).returncode == 0
    status = json.loads(work.run("baike", "status", str(folder), "--json").stdout)
    assert status["done"] >= 5
    added = work.run("baike", "frontier", "add", str(folder), "http://zhidao.baidu.com/question/7.html", "学校")
    assert added.returncode == 0, added.stderr
    assert "2 new" in added.stderr
    extracted = work.run("baike", "extract", str(site / "q0.html"), str(site / "q1.html"))
    assert [json.loads(line) for line in extracted.stdout.splitlines()] == [question_of(0), question_of(1)]
    assert extracted.returncode == 0
    assert "2 question" in extracted.stderr
    shard = next((folder / "questions").glob("*.zst"))
    body = bytearray(shard.read_bytes())
    body[len(body) // 2] ^= 1
    shard.write_bytes(body)
    assert work.run("baike", "verify", str(folder)).returncode == 11


def test_a_queue_that_begins_anew_fetches_nothing_twice(work: Workplace) -> None:
    assert work.run(*CRAWL, "-a", "max_entries=12").returncode == 0
    folder = work.folder / "zhidao"
    assert work.run("baike", "frontier", "purge", str(folder), "--yes").returncode == 0
    again = work.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    assert by_url(list(read_questions(folder))) == EVERY


def test_robots_that_forbid_every_question(site: Path, tmp_path: Path) -> None:
    with Mirror([site], robots="User-agent: *\nDisallow: /\n") as closed:
        work = Workplace(tmp_path / "output", closed.base_url)
        done = work.run("scrapy", "crawl", "zhidao", "-a", f"seeds={question_id(0)}")
    assert done.returncode == 6, done.stderr
    assert list(read_questions(work.folder / "zhidao")) == []


@pytest.mark.real_pages
def test_a_crawl_of_the_real_pages_is_their_extraction(shared_pages: Path, tmp_path: Path) -> None:
    truth = {}
    for path in sorted((shared_pages / "zhidao").glob("question-*/*.html")):
        record = extract_record(Page(path.read_bytes())).as_dict()
        truth.setdefault(record["url"], record)
    assert len(truth) == 51
    seeds = ",".join(url.rpartition("/")[2].removesuffix(".html") for url in truth)
    with Mirror([shared_pages / "zhidao"]) as mirror:
        work = Workplace(tmp_path / "output", mirror.base_url)
        done = work.run("scrapy", "crawl", "zhidao", "-a", f"seeds={seeds}", "-a", "follow=none")
    assert done.returncode == 0, done.stderr
    assert by_url(list(read_questions(work.folder / "zhidao"))) == by_url(list(truth.values()))
