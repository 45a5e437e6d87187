"""Seeing a crawl, and its queue by hand."""

from __future__ import annotations

import json
import signal
from typing import Any

from tests.e2e.conftest import PATIENCE, Workplace
from tests.e2e.test_interruption import wait_for_entries
from tests.e2e.test_own_site import CRAWL
from tests.processes import until


def status(workplace: Workplace) -> dict[str, Any]:
    done = workplace.run("baike", "status", str(workplace.folder / "baike"), "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_a_running_and_a_finished_crawl(own_site: Workplace) -> None:
    running = own_site.start(*CRAWL, BAIKE_DELAY="1")
    wait_for_entries(own_site, running)
    assert until(lambda: status(own_site)["workers"], PATIENCE)
    seen = status(own_site)
    (worker,) = seen["workers"]
    assert f":{running.pid}:" in worker["worker"]
    assert worker["pages"] >= 0
    assert seen["leased"] + seen["pending"] > 0
    assert seen["disk_free_bytes"] > 0
    assert seen["redis_bytes"] > 0
    added = own_site.run("baike", "frontier", "add", str(own_site.folder / "baike"), "雾屿钟表行", "雾屿省")
    assert "1 new" in added.stderr
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=PATIENCE)

    assert own_site.run(*CRAWL).returncode == 0
    after = status(own_site)
    assert (after["pending"], after["leased"], after["delayed"], after["workers"]) == (0, 0, 0, [])
    assert after["done"] >= 40


def test_dead_letters_are_told_and_tried_again(own_site: Workplace) -> None:
    seed = "https://baike.baidu.com/item/雾屿钟表行/900000050"
    done = own_site.run("scrapy", "crawl", "baike", "-a", f"seeds={seed}", "-a", "max_depth=0")
    assert done.returncode == 10, done.stderr
    folder = str(own_site.folder / "baike")
    dead = own_site.run("baike", "frontier", "dead", folder)
    assert dead.stdout.startswith("雾屿钟表行/900000050\t"), dead.stderr
    assert "1 back in the queue" in own_site.run("baike", "frontier", "retry", folder, seed).stderr
    assert status(own_site)["pending"] == 1


def test_purge_asks_first_and_keeps_the_shards(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL).returncode == 0
    before, folder = own_site.entries(), str(own_site.folder / "baike")
    asked = own_site.run("baike", "frontier", "purge", folder)
    assert asked.returncode == 2
    assert "--yes" in asked.stderr
    assert own_site.run("baike", "frontier", "purge", folder, "--yes").returncode == 0
    assert status(own_site)["seen"] == 0
    again = own_site.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    assert own_site.entries() == before


def test_a_folder_that_is_no_crawl(workplace: Workplace, tmp_path: object) -> None:
    done = workplace.run("baike", "status", str(tmp_path))
    assert done.returncode == 2
    assert "is no crawl's folder" in done.stderr


def test_a_drained_crawl_stops_and_is_resumed(own_site: Workplace) -> None:
    running = own_site.start(*CRAWL, BAIKE_DELAY="1")
    wait_for_entries(own_site, running)
    folder = str(own_site.folder / "baike")
    said = own_site.run("baike", "frontier", "drain", folder)
    assert "baike frontier resume" in said.stderr
    out, _ = running.communicate(timeout=PATIENCE)
    assert running.returncode == 0, out
    assert "Spider closed (drained)" in out
    stored = len(own_site.entries())
    assert 0 < stored < 40
    seen = status(own_site)
    assert seen["draining"]
    assert (seen["leased"], seen["pending"] > 0) == (0, True)
    again = own_site.run(*CRAWL)
    assert again.returncode == 0
    assert "(drained)" in again.stderr
    assert "Traceback" not in again.stderr
    assert len(own_site.entries()) == stored
    assert own_site.run("baike", "frontier", "resume", folder).returncode == 0
    assert own_site.run(*CRAWL, "-s", "SCHEDULER_PERSIST=0").returncode == 0
    assert len(own_site.entries()) == 40
    # the queue is cleared, and the next run knows what is stored
    assert status(own_site)["seen"] == 0
    again = own_site.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    assert len(own_site.entries()) == 40


def test_options_may_stand_between_names(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL, "-a", "max_depth=0").returncode == 0
    folder = str(own_site.folder / "baike")
    added = own_site.run("baike", "frontier", "add", folder, "--site", "baidu_baike", "不在这里", "也不在")
    assert "2 new" in added.stderr
