"""`-a refresh=`: a corpus that is kept fresh by cron pays for what changed and for nothing else."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from baike_spider.shards import verify
from tests.e2e.changing_site import ChangingSite, changing_site
from tests.e2e.conftest import PATIENCE, Workplace

SIZE = 200
CRAWL = ("scrapy", "crawl", "baike", "-a", f"seeds={ChangingSite.url(0)}")
REFRESH = ("scrapy", "crawl", "baike", "-a", "refresh=0h")


@pytest.fixture(scope="module")
def crawled_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ChangingSite, Path]]:
    """The site, and the output folder of a crawl of all of it."""
    with changing_site(SIZE) as site:
        workplace = Workplace(tmp_path_factory.mktemp("crawled") / "output", site.base_url)
        done = workplace.run(*CRAWL)
        assert done.returncode == 0, done.stderr
        assert len(workplace.entries()) == SIZE
        assert site.answers() == {200: SIZE}
        wait_a_second()
        yield site, workplace.folder


@pytest.fixture
def site(crawled_once: tuple[ChangingSite, Path]) -> ChangingSite:
    site, _ = crawled_once
    site.reset(SIZE)
    return site


@pytest.fixture
def crawled(site: ChangingSite, crawled_once: tuple[ChangingSite, Path], tmp_path: Path) -> Workplace:
    """A workplace with the whole site in it."""
    shutil.copytree(crawled_once[1], tmp_path / "output", ignore=shutil.ignore_patterns("redis.sock"))
    return Workplace(tmp_path / "output", site.base_url)


def wait_a_second() -> None:
    """The dates of looks are whole seconds: what was fetched in this one is not older than now."""
    time.sleep(1.1)


def versions(workplace: Workplace) -> dict[str, str]:
    """The text of each entry's row as `baike cat` tells it, which is each entry's newest."""
    done = workplace.run("baike", "cat", str(workplace.folder / "baike"))
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    told = [(subject, text) for subject, predicate, text in rows if predicate == "版本"]
    assert len(told) == len(dict(told)), "an entry is told twice"
    return dict(told)


def truth(site: ChangingSite) -> dict[str, str]:
    return {f"词条{number}": f"第{site.version[number]}版" for number in range(SIZE)}


def test_two_refreshes_cost_what_changed(site: ChangingSite, crawled: Workplace) -> None:
    for round_, changed in enumerate([(0, 33, 66, 101, 134, 199), (1, 33, 70, 104, 135, 198)], 1):
        for number in changed:
            site.version[number] += 1
        done = crawled.run(*REFRESH)
        assert done.returncode == 0, done.stderr
        answers = site.answers()
        assert answers[304] >= SIZE // 2 - 6
        assert answers.total() == SIZE
        assert len(crawled.entries()) == SIZE + 6 * round_
        assert versions(crawled) == truth(site)
        wait_a_second()
    summary = crawled.run("baike", "summary", str(crawled.folder / "baike"))
    assert f"entries  {SIZE}\n" in summary.stdout
    assert verify(crawled.folder / "baike") == []


def test_only_what_is_old_is_asked_for(site: ChangingSite, crawled: Workplace) -> None:
    done = crawled.run("scrapy", "crawl", "baike", "-a", "refresh=1h")
    assert done.returncode == 0, done.stderr
    assert site.answers().total() == 0


def test_new_links_of_a_changed_page_are_crawled(site: ChangingSite, crawled: Workplace) -> None:
    site.size += 2
    site.version[(SIZE - 1) // 2] += 1
    done = crawled.run(*REFRESH)
    assert done.returncode == 0, done.stderr
    assert {entry["title"] for entry in crawled.entries()} == {f"词条{number}" for number in range(SIZE + 2)}


def test_a_redirect_to_another_entry_is_no_unchanged_page(site: ChangingSite, crawled: Workplace) -> None:
    moved_in_place, moved_away, elsewhere = 5, 1, 401
    assert site.validators(moved_away) == site.validators(elsewhere) != {}  # by its date the other page is as old as the one that is known
    path = "/item/%E8%AF%8D%E6%9D%A1{0}/{1}"
    site.moved = {
        moved_in_place: path.format(moved_in_place, moved_in_place + 1) + "?moved",
        moved_away: path.format(elsewhere, elsewhere + 1),
    }
    done = crawled.run(*REFRESH)
    assert done.returncode == 0, done.stderr
    assert (moved_in_place, 304) in site.asked
    assert (elsewhere, 200) in site.asked
    assert [entry["title"] for entry in crawled.entries() if entry["lemma_id"] == elsewhere + 1] == [f"词条{elsewhere}"]
    assert len(crawled.entries()) == SIZE + 1


def test_a_limited_refresh_takes_the_longest_unseen(site: ChangingSite, crawled: Workplace) -> None:
    asked: list[int] = []
    site.gone = {5}
    for _ in range(2):
        done = crawled.run(*REFRESH, "-a", "max_entries=100")
        assert done.returncode == 0, done.stderr
        asked += [number for number, _ in site.asked]
        assert site.answers().total() == 100
    assert sorted(asked) == list(range(SIZE))  # also what is gone is not asked for again and again
    assert versions(crawled) == truth(site)  # and what is stored of it stays


def test_killed_in_mid_refresh_and_again(site: ChangingSite, crawled: Workplace) -> None:
    for number in range(0, SIZE, 10):
        site.version[number] += 1
    site.pause = 0.5
    running = crawled.start(*REFRESH)
    while len(site.asked) < SIZE // 2 and running.poll() is None:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.communicate()
    before = len(site.asked)
    assert SIZE // 2 <= before < SIZE, before
    site.pause = 0
    done = crawled.run(*REFRESH)
    assert done.returncode == 0, done.stderr
    assert versions(crawled) == truth(site)
    assert {number for number, _ in site.asked} == set(range(SIZE))
    assert len(site.asked) < SIZE * 2


def test_a_lost_queue_and_a_lost_book(site: ChangingSite, crawled: Workplace) -> None:
    folder = crawled.folder / "baike"
    shutil.rmtree(folder / "redis")
    (folder / "frontier.json").unlink()
    site.version[7] += 1
    done = crawled.run(*REFRESH)
    assert done.returncode == 0, done.stderr
    assert site.answers()[304] == SIZE // 2
    assert len(crawled.entries()) == SIZE + 1
    for path in folder.glob("visits.sqlite*"):
        path.unlink()
    site.version[8] += 1
    wait_a_second()
    done = crawled.run(*REFRESH)
    assert done.returncode == 0, done.stderr
    assert site.answers() == {200: SIZE}  # nobody knows an ETag any more: the pages are compared
    assert len(crawled.entries()) == SIZE + 2
    assert versions(crawled) == truth(site)


def test_the_second_of_two_runs_is_refused(site: ChangingSite, crawled: Workplace) -> None:
    site.pause = 1
    first = crawled.start(*REFRESH)
    while not site.asked and first.poll() is None:
        time.sleep(0.05)
    second = crawled.run(*REFRESH)
    assert second.returncode == 8, second.stderr
    assert "has an exclusive run already" in second.stderr
    assert f":{first.pid}" in second.stderr
    site.pause = 0
    out, _ = first.communicate(timeout=PATIENCE)
    assert first.returncode == 0, out
    assert site.answers().total() == SIZE
    assert len(crawled.entries()) == SIZE


def test_a_killed_run_holds_nobody_up_and_helpers_are_welcome(site: ChangingSite, crawled: Workplace) -> None:
    site.pause = 1
    killed = crawled.start("scrapy", "crawl", "baike", "-a", "refresh=0h")
    while not site.asked and killed.poll() is None:
        time.sleep(0.05)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate()
    site.pause = 2  # the second one must come before the first one has asked for all
    again = crawled.start(*REFRESH, BAIKE_CONTACT="again@example.org")
    second = crawled.start("scrapy", "crawl", "baike", BAIKE_CONTACT="second@example.org", BAIKE_IDLE_SECONDS="4", BAIKE_SUMMARY="1")
    while not any("second@" in agent for agent in site.agents) and again.poll() is None and second.poll() is None:
        time.sleep(0.05)
    site.pause = 0
    outs = []
    for process in (again, second):
        out, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, out
        outs.append(out)
    (report,) = (json.loads(line) for line in outs[1].splitlines() if line.startswith("{") and line.endswith("}"))
    assert report["unchanged"] > 0
    assert {agent.partition("+")[2] for agent in site.agents} >= {"again@example.org)", "second@example.org)"}
    assert len(crawled.entries()) == SIZE
    assert {number for number, _ in site.asked} == set(range(SIZE))


def test_a_greater_depth_after_a_purge(site: ChangingSite, tmp_path: Path) -> None:
    workplace = Workplace(tmp_path / "output", site.base_url)
    assert workplace.run(*CRAWL, "-a", "max_depth=1").returncode == 0
    assert len(workplace.entries()) == 3
    assert workplace.run("baike", "frontier", "purge", str(workplace.folder / "baike"), "--yes").returncode == 0
    done = workplace.run(*CRAWL, "-a", "max_depth=2")
    assert done.returncode == 0, done.stderr
    assert len(workplace.entries()) == 7
