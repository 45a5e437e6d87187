"""How a crawl behaves towards a site: robots.txt, one pace for all workers, Retry-After, refusals, an overloaded server, redirects off the site."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path

import pytest

from baike_spider.frontier import EmbeddedServer
from baike_spider.mirror import Catalog
from baike_spider.shards import read_rejects
from tests.e2e.conftest import PATIENCE, Workplace
from tests.e2e.moody import Answer, Moods, MoodySite, endless, most_in, of_catalog, serving
from tests.e2e.test_own_site import CRAWL

#: entries of our encyclopedia that the seeds lead to
ALL = 40
#: seconds for which a site wants to be left alone
PAUSE = 7
#: a back-off that a test can wait for
BRISK = {"BAIKE_BACKOFF_SECONDS": "0.3", "BAIKE_REFUSAL_SECONDS": "1", "BAIKE_RETRY_SECONDS": "1"}


@pytest.fixture
def site(encyclopedia: Path) -> Iterator[MoodySite]:
    with serving(of_catalog(Catalog.of([encyclopedia]))) as server:
        yield server


@pytest.fixture
def moods(site: MoodySite) -> Moods:
    return site.moods


@pytest.fixture
def workplace(tmp_path: Path, site: MoodySite) -> Workplace:
    return Workplace(tmp_path / "output", site.base_url)


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with EmbeddedServer.start(tmp_path / "redis") as server:
        yield server.url


def ends(workers: list[subprocess.Popen[str]]) -> list[tuple[int, str]]:
    """Exit code and output of each."""
    outputs = [worker.communicate(timeout=PATIENCE)[0] for worker in workers]
    return [(worker.returncode, output) for worker, output in zip(workers, outputs, strict=True)]


def is_complete(workplace: Workplace) -> bool:
    urls = [entry["url"] for entry in workplace.entries()]
    return len(urls) == len(set(urls)) == ALL


# robots.txt


def test_robots_txt_that_forbids_everything_ends_the_crawl(moods: Moods, workplace: Workplace) -> None:
    moods.forbid("User-agent: *\nDisallow: /\n")
    done = workplace.run(*CRAWL)
    assert done.returncode == 6, done.stderr
    assert "robots.txt 禁止抓取全部词条" in done.stderr
    assert "baike extract" in done.stderr
    assert "WARC" in done.stderr
    assert "'finish_reason': 'robots_forbidden'" in done.stderr
    assert [one.path for one in moods.asked] == ["/robots.txt"]
    assert workplace.entries() == []
    moods.forbid("")
    assert workplace.run(*CRAWL).returncode == 0
    assert is_complete(workplace)


def test_a_forbidden_path_is_not_fetched(moods: Moods, workplace: Workplace) -> None:
    moods.forbid("User-agent: *\nDisallow: /view/\n")
    done = workplace.run("scrapy", "crawl", "baike", "-a", "seeds=https://baike.baidu.com/view/7300028.htm,铁帆奖", "-a", "max_depth=0")
    assert done.returncode == 0, done.stderr
    assert not any(one.path.startswith("/view/") for one in moods.asked)
    assert [entry["title"] for entry in workplace.entries()] == ["铁帆奖"]
    (record,) = read_rejects(workplace.folder / "baike")
    assert (record["reason"], record["url"]) == ("robots", "https://baike.baidu.com/view/7300028.htm")


def test_without_a_robots_txt_nothing_is_forbidden(moods: Moods, workplace: Workplace) -> None:
    moods.robots = (404, {}, b"User-agent: *\nDisallow: /\n")
    done = workplace.run(*CRAWL, "-a", "max_entries=3")
    assert done.returncode == 0, done.stderr
    assert len(workplace.entries()) == 3


def test_a_robots_txt_that_cannot_be_had_is_waited_for(moods: Moods, workplace: Workplace) -> None:
    moods.robots_at_first, moods.robots = [(500, {}, b"oops")], (200, {}, b"")
    done = workplace.run(*CRAWL, "-a", "max_entries=3")
    assert done.returncode == 0, done.stderr
    assert "robots.txt of 127.0.0.1" in done.stderr
    rules = [one.at for one in moods.asked if one.path == "/robots.txt"]
    assert len(rules) == 2
    assert moods.pages()[0].at > rules[1] > rules[0] + 1.9
    assert len(workplace.entries()) == 3


def test_a_crawl_that_waits_for_robots_txt_can_be_interrupted(moods: Moods, workplace: Workplace) -> None:
    moods.robots = (503, {"Retry-After": "600"}, b"")
    running = workplace.start(*CRAWL)
    while not moods.asked and running.poll() is None:
        time.sleep(0.1)
    time.sleep(0.5)
    began = time.monotonic()
    running.send_signal(signal.SIGINT)
    ((code, output),) = ends([running])
    assert time.monotonic() - began < 60  # and not the ten minutes of the Retry-After
    assert code == 130, output
    assert moods.pages() == []
    told = json.loads(workplace.run("baike", "status", str(workplace.folder / "baike"), "--json").stdout)
    assert (told["dead"], told["leased"]) == (0, 0)
    assert told["pending"] > 0
    (host,) = told["hosts"]
    assert 500 < host["paused"] <= 600
    assert "paused for 9 min" in workplace.run("baike", "status", str(workplace.folder / "baike"), COLUMNS="200").stdout


# the pace


def test_three_workers_keep_one_pace(tmp_path: Path, redis_url: str) -> None:
    with serving(endless) as site:
        workplace = Workplace(tmp_path / "output", site.base_url)
        crawl = ("scrapy", "crawl", "baike", "-a", "seeds=https://baike.baidu.com/item/条目1/1")
        workers = [
            workplace.start(*crawl, REDIS_URL=redis_url, BAIKE_DELAY="0.5", BAIKE_CONTACT=f"{name}@example.org") for name in ("a", "b", "c")
        ]
        share: Counter[str] = Counter()
        while share.total() < 80 and (share.total() < 30 or len(share) < 3 or min(share.values()) < 4):
            assert all(worker.poll() is None for worker in workers)
            time.sleep(0.2)
            share = Counter(one.agent for one in site.moods.pages())
        for worker in workers:
            worker.send_signal(signal.SIGINT)
        assert [code for code, _ in ends(workers)] == [130] * 3
        times = [one.at for one in site.moods.asked]
    # 20 and 8 would come at even steps; a busy machine hands over a second's requests late, and three paces would be 60 and 24
    assert most_in(10, times) <= 24
    assert most_in(4, times) <= 12
    assert len(share) == 3
    assert min(share.values()) >= 4, share


def test_crawl_delay_is_kept_by_all_workers(moods: Moods, workplace: Workplace, redis_url: str) -> None:
    moods.forbid("User-agent: *\nCrawl-delay: 2\n")
    workers = [workplace.start(*CRAWL, "-a", "max_entries=6", REDIS_URL=redis_url) for _ in range(2)]
    for code, output in ends(workers):
        assert code == 0, output
    times = [one.at for one in moods.pages()]
    assert len(times) >= 6
    assert times[-1] - times[0] > 2 * (len(times) - 1) - 1  # two paces would need half of it; the first request may have come late


def test_a_slow_pace_leaves_the_entries_to_all_and_keeps_its_own(moods: Moods, workplace: Workplace) -> None:
    running = workplace.start(*CRAWL, BAIKE_DELAY="3", BAIKE_CONCURRENCY="16", BAIKE_LEASE_SECONDS="6")
    while len(moods.pages()) < 4 and running.poll() is None:
        time.sleep(0.1)
    told = json.loads(workplace.run("baike", "status", str(workplace.folder / "baike"), "--json").stdout)
    running.send_signal(signal.SIGINT)
    asked = len(moods.pages())
    ((code, output),) = ends([running])
    assert code == 130, output
    assert len(moods.pages()) <= asked + 1  # what waits for a slot is not sent any more
    assert 0 < told["leased"] <= 4
    assert told["hosts"][0]["interval"] == 3
    assert "ran out" not in output  # leases that wait longer than BAIKE_LEASE_SECONDS are renewed
    assert len({one.path for one in moods.pages()}) == len(moods.pages())


def test_pages_that_a_cache_answers_do_not_stall_the_crawl(moods: Moods, workplace: Workplace, tmp_path: Path) -> None:
    cached = ("-s", "HTTPCACHE_ENABLED=1", "-s", f"HTTPCACHE_DIR={tmp_path / 'cache'}")
    first = workplace.run(*CRAWL, *cached)
    assert first.returncode == 0, first.stderr
    asked = len(moods.asked)
    again = workplace.run(*CRAWL, *cached, BAIKE_CRAWL="again", BAIKE_DELAY="10")
    assert again.returncode == 0, again.stderr
    assert len(moods.asked) == asked
    assert len(workplace.entries("again")) == ALL


# a server that wants less


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_pauses_all_workers_and_costs_no_attempt(moods: Moods, workplace: Workplace, redis_url: str, form: str) -> None:
    until: list[float] = []

    def busy() -> Answer | None:
        if not until:
            until.append(time.monotonic() + PAUSE)
        if time.monotonic() > until[0]:
            return None
        left = until[0] - time.monotonic()
        value = str(round(left) or 1) if form == "seconds" else formatdate(time.time() + left, usegmt=True)
        return 429, {"Retry-After": value}, b"slow down"

    moods.kind, moods.mood = 8, busy
    workers = [workplace.start(*CRAWL, REDIS_URL=redis_url, BAIKE_MAX_ATTEMPTS="1", BAIKE_DELAY="0.05") for _ in range(2)]
    for code, output in ends(workers):
        assert code == 0, output
    assert is_complete(workplace)
    began = until[0] - PAUSE
    # all hear of it within a second, a busy one sends what it has later; Retry-After is told in whole seconds
    assert not [one for one in moods.asked if began + 3 < one.at < until[0] - 1.1]


def test_a_retry_after_without_end_holds_no_entry_back_for_ever(moods: Moods, workplace: Workplace) -> None:
    answers = iter([(429, {"Retry-After": "86400"}, b"slow down"), (503, {"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, b"busy")])
    moods.kind, moods.mood = 5, lambda: next(answers, None)
    done = workplace.run(*CRAWL, BAIKE_PAUSE_SECONDS="1")
    assert done.returncode == 0, done.stderr
    assert is_complete(workplace)


def test_an_overloaded_server_costs_time_and_no_entry(moods: Moods, workplace: Workplace) -> None:
    until: list[float] = []

    def busy() -> Answer | None:
        until[:] = until or [time.monotonic() + 5]
        return (503, {}, b"busy") if time.monotonic() < until[0] else None

    moods.kind, moods.mood = 10, busy
    done = workplace.run(*CRAWL, **{**BRISK, "BAIKE_BACKOFF_SECONDS": "1"}, BAIKE_MAX_ATTEMPTS="2", BAIKE_CONCURRENCY="4")
    assert done.returncode == 0, done.stderr
    assert is_complete(workplace)
    busy_at = [one.at for one in moods.asked if until[0] - 5 <= one.at < until[0]]
    assert len(busy_at) <= 4 + 6  # what was under way, then one a second


# refusals


def refusal(encyclopedia: Path) -> bytes:
    return (encyclopedia / "pages" / "refusal" / "verification.html").read_bytes()


@pytest.mark.parametrize("how", ["verification-page", "403", "captcha-redirect"])
def test_a_site_that_refuses_in_mid_crawl(moods: Moods, workplace: Workplace, encyclopedia: Path, how: str) -> None:
    answers: dict[str, Answer] = {
        "verification-page": (200, {"Content-Type": "text/html"}, refusal(encyclopedia)),
        "403": (403, {}, b"<html><body>Forbidden</body></html>"),
        "captcha-redirect": (302, {"Location": "http://wappass.example/static/captcha"}, b""),
    }
    moods.kind, moods.mood = 12, lambda: answers[how]
    done = workplace.run(*CRAWL, **BRISK)
    assert done.returncode == 5, done.stderr
    assert "站点连续拒绝" in done.stderr
    entries = workplace.entries()
    assert 0 < len(entries) <= 12
    refused = [record for record in read_rejects(workplace.folder / "baike") if record["verdict"] == "refused"]
    assert len(refused) >= 5
    moods.mood = lambda: None
    again = workplace.run(*CRAWL, **BRISK)
    assert again.returncode == 0, again.stderr
    assert is_complete(workplace)


def test_refusals_stop_all_workers_and_nothing_is_sent_after(
    moods: Moods, workplace: Workplace, redis_url: str, encyclopedia: Path
) -> None:
    page = refusal(encyclopedia)
    begun: list[float] = []

    def refuse() -> Answer:
        if not begun:
            begun.append(time.monotonic())
            time.sleep(3)  # a good page that a busy worker reads behind others' refusals ends their row: all are read before the first one
        return 200, {"Content-Type": "text/html"}, page

    moods.kind, moods.mood = 10, refuse
    knobs = {**BRISK, "REDIS_URL": redis_url, "BAIKE_DELAY": "0.1", "BAIKE_CONCURRENCY": "1"}
    start: Callable[[], subprocess.Popen[str]] = lambda: workplace.start(*CRAWL, **knobs)  # noqa: E731
    for code, output in ends([start(), start()]):
        assert code == 5, output
        assert "'finish_reason': 'refused'" in output
    refused = len(moods.pages()) - 10
    assert 5 <= refused <= 6  # the fifth in a row, and what the other worker had under way
    told = json.loads(workplace.run("baike", "status", str(workplace.folder / "baike"), "--json", REDIS_URL=redis_url).stdout)
    assert (told["refused"], told["hosts"][0]["stops"], told["dead"], told["leased"]) == (refused, 1, 0, 0)
    assert len(workplace.entries()) <= 10

    moods.mood = lambda: None
    for code, output in ends([start(), start()]):
        assert code == 0, output
    assert is_complete(workplace)
    assert not any("验证" in entry["title"] for entry in workplace.entries())


def test_the_user_agent_carries_the_contact(moods: Moods, workplace: Workplace) -> None:
    done = workplace.run(*CRAWL, "-a", "max_entries=1", "-s", "BAIKE_CONTACT=me@example.org")
    assert done.returncode == 0, done.stderr
    assert {one.agent for one in moods.asked} == {"baike-spider/0.1.0 (+me@example.org)"}
