"""The real saved pages, served under their real paths and crawled by links: every reachable entry once, as extracted offline, as labelled."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from baike_spider.mirror import Catalog, Mirror
from baike_spider.shards import verify
from extractors import Entry, EntryRef, Page, SenseList, Verdict, entry_ref, extract, links
from tests.e2e.conftest import Workplace, answer, as_lines, without

#: some 20,000 requests, for most links lead to entries that were not saved
pytestmark = [pytest.mark.real_pages, pytest.mark.timeout(1000)]

SEEDS = ("二十四节气", "周迅", "牛奶", "深圳")
FOLLOW = "page"


@pytest.fixture(scope="module")
def mirror(shared_pages: Path) -> Iterator[Mirror]:
    with Mirror([shared_pages / "baidu_baike"]) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(mirror: Mirror, tmp_path_factory: pytest.TempPathFactory) -> Workplace:
    workplace = Workplace(tmp_path_factory.mktemp("real") / "output", mirror.base_url)
    done = workplace.run("scrapy", "crawl", "baike", "-a", f"seeds={','.join(SEEDS)}", "-a", f"follow={FOLLOW}", patience=900)
    assert done.returncode == 0, done.stderr
    return workplace


def identity(entry: Entry | dict[str, Any]) -> int | str:
    data = entry.as_dict() if isinstance(entry, Entry) else entry
    return data["lemma_id"] or data["title"]


def reachable(catalog: Catalog) -> dict[int | str, Path]:
    """Every entry that links lead to from the seeds, found without Scrapy, Redis and HTTP."""
    todo = deque(EntryRef("baidu_baike", seed) for seed in SEEDS)
    seen, entries = {ref.key for ref in todo}, {}
    while todo:
        found = answer(catalog, todo.popleft())
        if found is None:
            continue
        page = Page(found[1].read_bytes(), found[0])
        try:
            entry = extract(page)
        except SenseList as senses:
            refs = [ref for sense in senses.senses if (ref := entry_ref(sense.url))]
        except Verdict:
            continue
        else:
            entries.setdefault(identity(entry), found[1])
            refs = list(links(page, entry, scope=FOLLOW))
        todo += [ref for ref in refs if ref.key not in seen]
        seen |= {ref.key for ref in refs}
    return entries


def test_every_reachable_entry_is_there_once(crawled: Workplace, mirror: Mirror) -> None:
    expected = reachable(mirror.catalog)
    found = Counter(identity(entry) for entry in crawled.entries())
    assert len(expected) > 40
    assert set(found) == set(expected)
    assert set(found.values()) == {1}
    assert verify(crawled.folder / "baike") == []


def test_every_entry_equals_its_offline_extraction(crawled: Workplace, mirror: Mirror, shared_pages: Path, tmp_path: Path) -> None:
    out = tmp_path / "entries.jsonl"
    done = crawled.run("baike", "extract", str(shared_pages / "baidu_baike"), "-o", str(out))
    assert done.returncode == 9, done.stderr  # the verification pages among them
    offline = {entry["source"]: entry for entry in as_lines(out)}
    for entry in crawled.entries():
        ref = entry_ref(entry["source"])
        assert ref is not None
        found = answer(mirror.catalog, ref)
        assert found is not None
        same = offline[str(found[1])]
        # a file alone does not know under which address it was fetched
        bare = ("source", "url", "fetched_at", "aliases")
        assert without(entry, *bare) == without(same, *bare)
        assert set(same["aliases"]) <= set(entry["aliases"])


def test_the_rows_equal_the_labels(crawled: Workplace, mirror: Mirror, shared: Path, tmp_path: Path) -> None:
    entries = tmp_path / "entries.jsonl"
    with entries.open("w", encoding="utf-8") as out:
        for entry in crawled.entries():
            ref = entry_ref(entry["source"])
            found = answer(mirror.catalog, ref) if ref else None
            assert found is not None
            out.write(json.dumps({**entry, "source": str(found[1])}, ensure_ascii=False) + "\n")
    labels = [json.loads(line) for line in (shared / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    have = {"/".join(json.loads(line)["source"].split("/")[-2:]) for line in entries.read_text(encoding="utf-8").splitlines()}
    gold = tmp_path / "gold.jsonl"
    wanted = [label for label in labels if "/".join(label["page"].split("/")[-2:]) in have]
    assert len(wanted) > 100
    gold.write_text("".join(json.dumps(label, ensure_ascii=False) + "\n" for label in wanted), encoding="utf-8")
    score = subprocess.run(
        [sys.executable, str(shared / "score.py"), str(gold), str(entries), "--json"], capture_output=True, text=True, check=True
    )
    figures = json.loads(score.stdout)
    assert figures["titles"] == 1.0
    assert figures["rows"][2] >= 0.995
    assert figures["links"][2] >= 0.99
