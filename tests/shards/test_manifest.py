"""A manifest is what we wrote, or it is refused with the cure; the shards can rebuild it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baike_spider.shards import ManifestDamaged, ShardError, load_manifest, read_entries, salvage, verify
from baike_spider.shards.manifest import merge
from tests.shards.specimens import clock, entry_of, files_in, ids_in, reject_of, writer_of


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    with writer_of(tmp_path) as writer:
        for number in range(10):
            writer.write(entry_of(number))
            if number % 4 == 3:
                writer.roll()
        writer.reject(reject_of(1))
    return tmp_path


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "manifest.json"
    data = json.loads(path.read_bytes())
    change(data)
    path.write_text(json.dumps(data), encoding="utf-8")


BAD = {
    "path leaves the folder": lambda data: data["shards"][0].update(path="../entries/w-00000.jsonl.zst"),
    "path is absolute": lambda data: data["shards"][0].update(path="/etc/passwd"),
    "path is a part": lambda data: data["shards"][0].update(path="entries/.w-00000.jsonl.zst.part"),
    "path is a number": lambda data: data["shards"][0].update(path=7),
    "kind is another": lambda data: data["shards"][0].update(kind="triples"),
    "count is negative": lambda data: data["shards"][0].update(bytes=-1),
    "count is a truth": lambda data: data["shards"][0].update(bytes=True),
    "count is not the sum": lambda data: data["counts"].update(entries=11),
    "digest is short": lambda data: data["shards"][0].update(sha256="abc"),
    "field is missing": lambda data: data["shards"][0].pop("raw_bytes"),
    "field is unknown": lambda data: data["shards"][0].update(more=1),
    "counts is a list": lambda data: data["shards"][0].update(counts=[]),
    "extractors is a text": lambda data: data["shards"][0].update(extractors="0.1.0"),
    "shard twice": lambda data: data["shards"].append(data["shards"][0]),
    "shard is a text": lambda data: data["shards"].append("entries"),
    "shards is null": lambda data: data.update(shards=None),
    "no crawl": lambda data: data.pop("crawl"),
    "site is null": lambda data: data.update(site=None),
    "schema of tomorrow": lambda data: data.update(schema=2),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_a_damaged_manifest_is_refused(crawl: Path, change: Callable[[dict[str, Any]], object]) -> None:
    rewrite(crawl, change)
    with pytest.raises(ManifestDamaged, match="start the crawl again, its salvage sets this file aside and rebuilds it"):
        load_manifest(crawl)
    assert [problem.kind for problem in verify(crawl)] == ["manifest"]


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"schema":1}'])
def test_it_is_rebuilt_from_the_shards(crawl: Path, data: bytes) -> None:
    whole = files_in(crawl)
    (crawl / "manifest.json").write_bytes(data)
    with pytest.raises(ManifestDamaged):
        list(read_entries(crawl))
    with pytest.raises(ManifestDamaged):
        writer_of(crawl)
    found = salvage(crawl, crawl="c", site="baidu_baike", clock=clock)
    assert found.entry_count == 10
    now = files_in(crawl)
    [aside] = [name for name in now if name.startswith("damaged/")]
    assert now.pop(aside) == data
    assert now.keys() == whole.keys()
    assert {name: body for name, body in now.items() if "triples" not in name and name != "manifest.json"}.items() <= whole.items()
    assert verify(crawl) == []
    assert ids_in(crawl) == list(range(10))


def test_listing_is_idempotent_and_keeps_its_birth(crawl: Path) -> None:
    old = load_manifest(crawl)
    later = clock() + 3600
    assert merge(crawl, (), crawl="c", site="baidu_baike", clock=lambda: later) == old
    new = merge(crawl, old.shards[:2], crawl="c", site="baidu_baike", clock=lambda: later)
    assert (new.shards, new.created, new.updated) == (old.shards, old.created, "2026-01-02T04:04:05Z")
    assert load_manifest(crawl) == new


def test_the_order_of_listing_does_not_matter(tmp_path: Path, crawl: Path) -> None:
    shards = load_manifest(crawl).shards
    texts = set()
    for name, order in (("a", shards), ("b", shards[::-1])):
        folder = tmp_path / name
        folder.mkdir()
        for shard in order:
            merge(folder, [shard], crawl="c", site="baidu_baike", clock=clock)
        texts.add((folder / "manifest.json").read_bytes())
    assert texts == {(crawl / "manifest.json").read_bytes()}


def test_a_folder_without_a_manifest_is_no_crawl(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ShardError, match=r"has no manifest\.json"):
            load_manifest(folder)
        with pytest.raises(ShardError, match=r"has no manifest\.json|cannot read"):
            list(read_entries(folder))
