"""The small encyclopedia over real HTTP: every address of its index, and every entry by following links from its seeds."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from baike_spider.mirror import Mirror
from extractors import EntryRef, Page, SenseList, Verdict, entry_ref, entry_url, extract, links
from tests.mirror.conftest import ask

BAIKE = "https://baike.baidu.com"


@pytest.fixture(scope="module")
def index(encyclopedia: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (encyclopedia / "index.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def mirror(encyclopedia: Path) -> Iterator[Mirror]:
    with Mirror([encyclopedia]) as opened:
        yield opened


def target(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def test_every_address_of_the_index(mirror: Mirror, encyclopedia: Path, index: list[dict[str, Any]]) -> None:
    assert (mirror.catalog.absent, mirror.catalog.unaddressed) == ([], [])
    for record in index:
        reply = ask(mirror.base_url, target(record["url"]))
        if record["path"]:
            assert reply.status == 200, record["url"]
            assert reply.body == (encyclopedia / record["path"]).read_bytes(), record["url"]
            assert reply.headers["content-type"] == record.get("content_type", "text/html")
        else:
            assert reply.status == 302
            assert urljoin(BAIKE, reply.headers["location"]) == record["redirect"]
            assert ask(mirror.base_url, reply.headers["location"]).status == 200


def fetched(mirror: Mirror, ref: EntryRef) -> Page:
    """The page of an entry, redirects followed, as the spider would hand it to the extractors."""
    url = entry_url(ref)
    reply = ask(mirror.base_url, target(url))
    for _ in range(5):
        if "location" not in reply.headers:
            break
        url = urljoin(BAIKE, reply.headers["location"])
        reply = ask(mirror.base_url, target(url))
    return Page(reply.body, url=url, status=reply.status)


def test_links_lead_from_the_seeds_to_every_entry_and_to_nothing_worse_than_a_missing_one(
    mirror: Mirror, encyclopedia: Path, index: list[dict[str, Any]]
) -> None:
    seeds = [line for line in (encyclopedia / "seeds.txt").read_text(encoding="utf-8").splitlines() if line and line[0] != "#"]
    assert len(seeds) == 3
    waiting = deque(entry_ref(seed) if "://" in seed else EntryRef("baidu_baike", seed) for seed in seeds)
    seen = {ref.key for ref in waiting if ref}
    entries: set[str] = set()
    verdicts: dict[str, set[str]] = {}
    while waiting:
        ref = waiting.popleft()
        assert ref is not None
        page = fetched(mirror, ref)
        try:
            entry = extract(page)
        except SenseList as senses:
            found = [entry_ref(sense.url) for sense in senses.senses]
            verdicts.setdefault("sense_list", set()).add(ref.title)
        except Verdict as verdict:
            found = []
            verdicts.setdefault(verdict.kind, set()).add(ref.title)
        else:
            entries.add(entry.url)
            found = list(links(page, entry, scope="summary"))
        for link in found:
            if link is not None and link.key not in seen:
                seen.add(link.key)
                waiting.append(link)
    kept = [entry_ref(record["url"]) for record in index if record["kind"] == "entry"]
    assert entries == {entry_url(ref) for ref in kept if ref is not None and ref.site == "baidu_baike"}
    assert len(entries) >= 40
    assert verdicts == {"sense_list": {"早潮"}, "not_an_entry": {"东溟海", "听涛岩", "雾屿历险"}}
