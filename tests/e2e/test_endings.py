"""How a run ends: its exit code, and the report that a script reads."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from baike_spider.crawl.door import GENERATION
from baike_spider.crawl.report import LAST_RUN, REPORT_FIELDS
from baike_spider.frontier import EmbeddedServer
from tests.e2e.changing_site import ChangingSite, changing_site
from tests.e2e.conftest import PATIENCE, Workplace
from tests.e2e.test_interruption import wait_for_entries
from tests.processes import until

CRAWL = ("scrapy", "crawl", "baike", "-a", f"seeds={ChangingSite.url(0)}")


def report(workplace: Workplace) -> dict[str, Any]:
    return dict(json.loads((workplace.folder / "baike" / LAST_RUN).read_text("utf-8")))


def test_the_report_of_a_whole_crawl(tmp_path: Path) -> None:
    with changing_site(30) as site:
        workplace = Workplace(tmp_path / "output", site.base_url)
        site.gone = {29}
        done = workplace.run(*CRAWL, BAIKE_SUMMARY="1")
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
        assert said == report(workplace)
        assert tuple(said) == REPORT_FIELDS
        assert (said["reason"], said["exit_code"], said["entries"], said["rejects"]) == ("finished", 0, 29, {"not_an_entry": 1})
        # 30 entries and robots.txt: the redirect to the page of missing entries is not followed
        assert (said["requests"], said["pending"], said["dead"]) == (31, 0, 0)
        assert said["bytes"] > 1000
        assert said["started"] <= said["ended"]
        # a limit of time is a clean end
        site.pause, site.size = 0.5, 60
        site.version.update(range(10))
        done = workplace.run("scrapy", "crawl", "baike", "-a", "refresh=0h", "-s", "CLOSESPIDER_TIMEOUT=1", BAIKE_SUMMARY="1")
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout.splitlines()[-1])
        assert said["reason"] == "closespider_timeout"
        assert said["pending"] > 0


def test_every_seed_dead(tmp_path: Path) -> None:
    with changing_site(3) as site:
        workplace = Workplace(tmp_path / "output", site.base_url)
        site.broken = {0}
        for _ in range(2):
            done = workplace.run(*CRAWL, BAIKE_MAX_ATTEMPTS="1")
            assert done.returncode == 10, done.stderr
            assert (report(workplace)["reason"], report(workplace)["dead"]) == ("all_dead", 1)


def test_a_feed_that_cannot_be_written(tmp_path: Path) -> None:
    workplace = Workplace(tmp_path / "output", "http://127.0.0.1:9")
    (tmp_path / "file").write_text("no folder")
    done = workplace.run(*CRAWL, "-O", str(tmp_path / "file" / "entries.jsonl"))
    assert done.returncode == 4, done.stderr
    assert "entries.jsonl cannot be written" in done.stderr


def says(running: subprocess.Popen[str], word: str) -> bool:
    """Waits for a line of its output with this word in it."""
    assert running.stdout is not None
    return any(word in line for line in running.stdout)


@pytest.mark.parametrize(
    ("moment", "times"), [("| scrapy", 1), ("Overridden settings", 1), ("", 2)], ids=["while it is imported", "while it starts", "at work"]
)
def test_ctrl_c(tmp_path: Path, moment: str, times: int) -> None:
    with changing_site(300) as site:
        site.pause = 0.5
        workplace = Workplace(tmp_path / "output", site.base_url)
        running = workplace.start(*CRAWL, PYTHONPROFILEIMPORTTIME="1" if moment else "")
        if moment:
            assert says(running, moment)
        else:
            assert until(lambda: bool(site.asked) or running.poll() is not None, PATIENCE)
        for _ in range(times):
            running.send_signal(signal.SIGINT)
            time.sleep(0.2)
        out, _ = running.communicate(timeout=PATIENCE)
        # -SIGINT: Python was still importing Scrapy and no line of ours had run; a shell says 130 of both
        assert running.returncode in ({130, -signal.SIGINT} if moment else {130}), out
        if (workplace.folder / "baike" / LAST_RUN).exists():
            assert (report(workplace)["reason"], report(workplace)["exit_code"]) == ("shutdown", 130)


def test_shards_that_cannot_be_finished_keep_no_lease(tmp_path: Path) -> None:
    with changing_site(60) as site, EmbeddedServer.start(tmp_path / "redis") as redis:
        workplace = Workplace(tmp_path / "output", site.base_url)
        running = workplace.start(*CRAWL, REDIS_URL=redis.url, BAIKE_DELAY="0.2")
        wait_for_entries(workplace, running)
        shutil.rmtree(workplace.folder / "baike" / "entries")
        running.send_signal(signal.SIGINT)
        output = running.communicate(timeout=PATIENCE)[0]
        assert running.returncode == 4, output
        assert report(workplace)["reason"] == "output_failed"
        told = json.loads(workplace.run("baike", "status", str(workplace.folder / "baike"), "--json", REDIS_URL=redis.url).stdout)
        assert told["pending"] > 0
        assert told["leased"] == 0


def test_a_folder_that_cannot_remember_the_end_of_its_queue(tmp_path: Path) -> None:
    with changing_site(30) as site:
        workplace = Workplace(tmp_path / "output", site.base_url)
        running = workplace.start(*CRAWL, "-s", "SCHEDULER_PERSIST=0", BAIKE_DELAY="0.1")
        wait_for_entries(workplace, running)
        (workplace.folder / "baike" / f".{GENERATION}-{running.pid}").mkdir()
        output = running.communicate(timeout=PATIENCE)[0]
        assert running.returncode == 4, output
        assert "Traceback" not in output
        assert (report(workplace)["reason"], report(workplace)["entries"]) == ("output_failed", 30)
