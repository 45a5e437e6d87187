"""What writing an entry costs: microseconds of CPU and bytes, by step and by zstd level.

    python tests/bench/shards_speed.py [--entries 4000] [--commit-every 250] [--levels 1 3 6]

The entries are made up: 15 rows each, 1.4 values a row as on real pages, words of a Zipf vocabulary, links, a summary, tags.
"""

from __future__ import annotations

import argparse
import gc
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from baike_spider.shards import ROLL_BYTES, ShardWriter, load_manifest, read_entries, read_triples, salvage, verify
from baike_spider.shards.jsonl import json_line
from baike_spider.shards.tsv import tsv_lines
from baike_spider.shards.writer import triple_lines
from baike_spider.shards.zstd import LEVEL, compress_frame
from extractors.model import Entry, Link, Quantity, Relation, Row, Target, Value
from extractors.triples import facts

BASE = "https://baike.baidu.com/item/"
NAMES = [
    "中文名",
    "外文名",
    "别名",
    "国籍",
    "民族",
    "出生地",
    "出生日期",
    "毕业院校",
    "职业",
    "代表作品",
    "身高",
    "主要成就",
    "经纪公司",
    "星座",
    "所属地区",
    "面积",
    "人口",
    "类型",
    "导演",
    "主演",
]


class Vocabulary:
    """Words that come as often as words do: the n-th with 1/n."""

    def __init__(self, dice: random.Random, size: int = 40_000) -> None:
        self._dice = dice
        self._words = [
            "".join(chr(0x4E00 + int(dice.paretovariate(0.6)) % 6000) for _ in range(dice.choice((1, 2, 2, 2, 3)))) for _ in range(size)
        ]
        self._weights = [1 / rank for rank in range(1, size + 1)]

    def text(self, words: int) -> str:
        return "".join(self._dice.choices(self._words, self._weights, k=words))


def make_entries(count: int, *, seed: int = 1) -> list[Entry]:
    dice = random.Random(seed)
    words = Vocabulary(dice)
    return [_entry(dice, words, number) for number in range(count)]


def _entry(dice: random.Random, words: Vocabulary, number: int) -> Entry:
    title = words.text(2)
    lemma_id = dice.randrange(10**7)
    url = f"{BASE}{title}/{lemma_id}"
    return Entry(
        site="baidu_baike",
        layout="basicinfo",
        source=url,
        url=url,
        lemma_id=lemma_id,
        title=title,
        sense=words.text(3) if number % 4 == 0 else None,
        aliases=(words.text(2),) if number % 5 == 0 else (),
        summary=words.text(dice.randint(30, 150)),
        tags=tuple(words.text(1) for _ in range(4)),
        updated="2019-03-27",
        rows=tuple(_row(dice, words, name) for name in dice.sample(NAMES, 15)),
        senses=(),
        relations=(Relation("妻子", words.text(2), f"{BASE}{words.text(2)}/{number}", number),) if number % 10 == 0 else (),
        images=(f"https://bkimg.cdn.bcebos.com/pic/{dice.randbytes(20).hex()}",),
        digest=f"sha256:{dice.randbytes(32).hex()}",
        fetched_at="2026-01-02T03:04:05Z",
        extractor="0.1.0",
    )


def _row(dice: random.Random, words: Vocabulary, name: str) -> Row:
    kind = dice.random()
    if kind < 0.12:
        year = dice.randrange(1900, 2025)
        return Row(name, f"{year}年5月", (Value(f"{year}年5月", date=f"{year}-05"),))
    if kind < 0.2:
        size = dice.randrange(1, 2000)
        return Row(name, f"{size}平方千米", (Value(f"{size}平方千米", quantity=Quantity(size, size, "平方千米")),))
    values = [words.text(dice.randint(1, 3)) for _ in range(dice.choice((1, 1, 1, 1, 1, 2, 3)))]
    links = {text: Target(f"{BASE}{text}/{dice.randrange(10**7)}", dice.randrange(10**7)) for text in values if dice.random() < 0.4}
    return Row(
        name,
        "、".join(values),
        tuple(Value(text, link=links.get(text)) for text in values),
        tuple(Link(text, target.url, target.lemma_id) for text, target in links.items()),
    )


def each(work: Callable[[Any], object], items: Iterable[Any]) -> Callable[[], None]:
    """Calls `work` on every item and keeps nothing: a heap that grows would be measured instead."""

    def run() -> None:
        for item in items:
            work(item)

    return run


def microseconds(entries: int, work: Callable[[], object]) -> float:
    """CPU of this process an entry, the best of three."""
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best / entries * 1e6


def in_frames(lines: list[bytes], every: int) -> Iterable[bytes]:
    return (b"".join(lines[first : first + every]) for first in range(0, len(lines), every))


def print_steps(entries: list[Entry]) -> None:
    count = len(entries)
    dicts = [entry.as_dict() for entry in entries]
    derived = [tuple(facts(entry)) for entry in entries]
    print(
        f"{count} entries, {sum(len(entry.rows) for entry in entries) / count:.1f} rows, {sum(map(len, derived)) / count:.1f} triples an entry"
    )
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("as_dict", each(Entry.as_dict, entries)),
        ("json line", each(json_line, dicts)),
        ("facts", each(lambda entry: tuple(facts(entry)), entries)),
        ("tsv lines", each(lambda pair: tsv_lines(*pair), list(zip(entries, derived, strict=True)))),
        ("jsonl triples", each(lambda entry: triple_lines(entry, ".jsonl.zst"), entries)),
    ]
    for name, work in steps:
        print(f"  {name:<14}{microseconds(count, work):7.1f} us")


def print_levels(entries: list[Entry], levels: list[int], every: int) -> None:
    kinds = {
        "entries jsonl": [json_line(entry.as_dict()) for entry in entries],
        "triples tsv": [triple_lines(entry, ".tsv.zst")[0] for entry in entries],
        "triples jsonl": [triple_lines(entry, ".jsonl.zst")[0] for entry in entries],
    }
    for kind, lines in kinds.items():
        raw = sum(map(len, lines)) / len(lines)
        for level in levels:
            cost = microseconds(
                len(lines), lambda lines=lines, level=level: [compress_frame(frame, level) for frame in in_frames(lines, every)]
            )
            size = sum(len(compress_frame(frame, level)) for frame in in_frames(lines, every)) / len(lines)
            print(f"  {kind:<14} level {level:>2}: {cost:6.1f} us {size:7.0f} bytes an entry ({raw / size:.1f}:1)")


def print_whole(entries: list[Entry], every: int, folder: Path) -> None:
    dicts = [entry.as_dict() for entry in entries]
    gc.freeze()
    for triples_format in ("tsv", "jsonl"):
        for name, given in (("as_dict included", None), ("dict given", dicts)):
            place = folder / f"{triples_format}-{name}"
            wall, start = time.perf_counter(), time.process_time()
            with ShardWriter(
                place, worker="bench", site="baidu_baike", crawl="bench", triples_format=triples_format, roll_bytes=ROLL_BYTES
            ) as writer:
                for index, entry in enumerate(entries, 1):
                    writer.write(entry, given[index - 1] if given else None)
                    if index % every == 0:
                        writer.commit()
            cpu, wall = time.process_time() - start, time.perf_counter() - wall
            size = {shard.kind: round(shard.bytes / len(entries)) for shard in load_manifest(place).shards}
            print(
                f"  write {triples_format:<6}{name:<17}: {cpu / len(entries) * 1e6:6.1f} us CPU, {wall / len(entries) * 1e6:6.1f} us wall an entry; bytes {size}"
            )
    for name, work in (
        ("read_entries", lambda: sum(1 for _ in read_entries(place))),
        ("read_triples", lambda: sum(1 for _ in read_triples(folder / "tsv-dict given"))),
        ("verify", lambda: verify(folder / "tsv-dict given")),
    ):
        print(f"  {name:<14}{microseconds(len(entries), work):7.1f} us an entry")
    (place / "manifest.json").unlink()
    start = time.process_time()
    found = salvage(place, crawl="bench", site="baidu_baike", triples_format="tsv")
    print(f"  {'salvage':<14}{(time.process_time() - start) / found.entry_count * 1e6:7.1f} us an entry")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=4000)
    parser.add_argument("--commit-every", type=int, default=250)
    parser.add_argument("--levels", type=int, nargs="+", default=[LEVEL])
    options = parser.parse_args()
    entries = make_entries(options.entries)
    print_steps(entries)
    print_levels(entries, options.levels, options.commit_every)
    with tempfile.TemporaryDirectory() as folder:
        print_whole(entries, options.commit_every, Path(folder))


if __name__ == "__main__":
    main()
