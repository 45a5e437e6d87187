"""A crawl of our own encyclopedia: every entry once, equal to its offline extraction; the plain Scrapy tools."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from baike_spider.mirror import Mirror
from baike_spider.shards import read_rejects, read_triples, verify
from extractors import Page, entry_ref, extract
from tests.e2e.conftest import Workplace, answer, as_lines, without

CRAWL = ("scrapy", "crawl", "baike", "-a", "seeds=@tests/encyclopedia/seeds.txt", "-a", "follow=summary")


@pytest.fixture
def index(encyclopedia: Path) -> list[dict[str, Any]]:
    return as_lines(encyclopedia / "index.jsonl")


def test_every_entry_once_and_as_extracted_offline(
    own_site: Workplace, own_mirror: Mirror, encyclopedia: Path, index: list[dict[str, Any]]
) -> None:
    done = own_site.run(*CRAWL)
    assert done.returncode == 0, done.stderr
    crawled = {}
    for entry in own_site.entries():
        asked = entry_ref(entry["source"])
        found = answer(own_mirror.catalog, asked) if asked else None
        assert found is not None
        assert crawled.setdefault(found[1], entry) is entry, f"{entry['title']} is there twice"
    truth = {encyclopedia / one["path"] for one in index if one["kind"] == "entry" and one["layout"] != "hudong"}
    assert len(truth) >= 40
    assert set(crawled) == truth
    for path, entry in crawled.items():
        bare = ("source", "fetched_at", "aliases")
        assert without(entry, *bare) == without(extract(Page(path.read_bytes(), entry["url"])).as_dict(), *bare)
        assert entry["fetched_at"]
    folder = own_site.folder / "baike"
    assert verify(folder) == []
    assert {record["verdict"] for record in read_rejects(folder)} >= {"sense_list", "not_an_entry"}
    assert {triple.subject_url for triple in read_triples(folder)} == {entry["url"] for entry in crawled.values()}


def test_a_second_run_finds_nothing_left(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL).returncode == 0
    before = own_site.entries()
    again = own_site.run(*CRAWL)
    assert again.returncode == 0, again.stderr
    assert own_site.entries() == before


def test_max_entries_and_max_depth(own_site: Workplace) -> None:
    done = own_site.run(*CRAWL, "-a", "max_entries=7", BAIKE_CRAWL="seven")
    assert done.returncode == 0, done.stderr
    assert len(own_site.entries("seven")) == 7
    done = own_site.run(*CRAWL, "-a", "max_depth=0", BAIKE_CRAWL="seeds-only")
    assert done.returncode == 0, done.stderr
    # 雾屿省, 盐歌 behind its old address; 早潮 is a list of senses, whose links lie deeper
    assert sorted(entry["title"] for entry in own_site.entries("seeds-only")) == ["盐歌", "雾屿省"]


def test_item_count_and_feed(own_site: Workplace, tmp_path: Path) -> None:
    feed = tmp_path / "entries.jsonl"
    done = own_site.run(*CRAWL, "-s", "CLOSESPIDER_ITEMCOUNT=5", "-O", str(feed))
    assert done.returncode == 0, done.stderr
    exported = as_lines(feed)
    assert len(exported) >= 5
    assert exported == own_site.entries()


def test_list_parse_check_shell(own_site: Workplace, encyclopedia: Path, index: list[dict[str, Any]]) -> None:
    assert own_site.run("scrapy", "list").stdout.split() == ["baike", "zhidao"]
    record = next(one for one in index if one["layout"] == "basicinfo" and one["kind"] == "entry")
    by_file = own_site.run("scrapy", "parse", "--spider=baike", "--nocolour", str(encyclopedia / record["path"]))
    assert f"'title': '{record['title']}'" in by_file.stdout, by_file.stderr
    mirror = own_site.env["BAIKE_MIRROR"]
    by_url = own_site.run("scrapy", "parse", "--spider=baike", "--nocolour", mirror + record["url"].removeprefix("https://baike.baidu.com"))
    assert f"'title': '{record['title']}'" in by_url.stdout, by_url.stderr
    own_site.env.pop("BAIKE_MIRROR")
    alone = own_site.run("scrapy", "parse", "--spider=baike", "--nocolour", str(encyclopedia / record["path"]))
    assert f"'title': '{record['title']}'" in alone.stdout, alone.stderr
    check = own_site.run("scrapy", "check")
    assert check.returncode == 0, check.stderr
    assert "Ran 2 contracts" in check.stderr
    shell = own_site.run("scrapy", "shell", mirror + "/robots.txt", "-c", "response.status")
    assert shell.stdout.strip() == "200", shell.stderr
    assert not own_site.folder.exists()


def test_parse_of_a_file_that_is_not_there(own_site: Workplace) -> None:
    done = own_site.run("scrapy", "parse", "--spider=baike", "no-such.html")
    assert done.returncode == 2
    assert "neither a URL nor a file" in done.stdout + done.stderr


def test_head_cat_summary_verify(own_site: Workplace) -> None:
    assert own_site.run(*CRAWL, "-a", "max_entries=3").returncode == 0
    folder = str(own_site.folder / "baike")
    head = own_site.run("baike", "head", folder, "-n", "2")
    assert [line.count("\t") for line in head.stdout.splitlines()] == [2, 2]
    entries = own_site.run("baike", "cat", folder, "--entries")
    assert [json.loads(line) for line in entries.stdout.splitlines()] == own_site.entries()
    summary = own_site.run("baike", "summary", folder)
    assert "entries  3" in summary.stdout
    assert own_site.run("baike", "verify", folder).returncode == 0
    shard = next((own_site.folder / "baike" / "entries").glob("*.zst"))
    body = bytearray(shard.read_bytes())
    body[len(body) // 2] ^= 1
    shard.write_bytes(body)
    damaged = own_site.run("baike", "verify", folder)
    assert damaged.returncode == 11
    assert shard.name in damaged.stdout
