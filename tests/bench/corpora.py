"""Crawls of any size, made up, straight into crawl folders: what the corpus' benchmarks and tests read.

    python -m tests.bench.corpora /tmp/crawls --triples 3_000_000 [--shards 64] [--duplicates 0.24] [--seed 1] [--jobs 2]

Two crawl folders: `first` holds every entry once, `again` a share of them as they were met a second time: later, on the same page. Entries are
shaped like real ones: 16 triples a head, predicates and words that come as often as Zipf says, values that are names (half of them linked), dates,
amounts and phrases, a summary, tags. Every shard is what `ShardWriter` would have written of these entries, but made a hundred times
as fast: `baike verify` finds nothing, and a test derives the triples from the entries.
"""

from __future__ import annotations

import argparse
import itertools
import json
import multiprocessing
import random
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from baike_spider.shards.manifest import Shard, merge
from baike_spider.shards.zstd import compress_frame

BASE = "https://baike.baidu.com/item/"
TRIPLES_PER_ENTRY = 16
FRAME_BYTES = 1 << 20
EXTRACTOR = "0.1.0"
LAYOUTS = ("react", "basicinfo", "biitem", "card_table")
KNOWN_PREDICATES = (
    *("中文名", "外文名", "别名", "国籍", "民族", "出生地", "出生日期", "逝世日期", "毕业院校", "职业", "代表作品", "身高", "主要成就"),
    *("所属地区", "面积", "人口", "类型", "导演", "主演", "作者", "出版社", "出版时间", "制片地区", "上映时间", "首播时间", "海拔"),
    *("邮政编码", "电话区号", "拉丁学名", "界", "门", "纲", "目", "科", "属", "种", "成立时间", "总部地点", "经营范围", "注册资本"),
    *("1", "2"),
)
UNITS = ("米", "平方千米", "万元", "人", "分钟", "页", "cm", "kg")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one process makes: the shards `numbers` of `first`, each with the share of it that goes to `again`."""

    folder: Path
    numbers: range
    entries_a_shard: int
    again_shards: int
    first_shards: int
    again_share: float
    seed: int
    language: float
    """Share of the words that there are."""


class Words:
    """Words and predicates that come as often as words do: the n-th with 1/n. Drawn once; afterwards one look into a list a word."""

    def __init__(self, seed: int, *, share: float = 1) -> None:
        """`share`: how much of the full language; a small corpus needs little of it, and it takes seconds to draw."""
        dice = random.Random(seed)
        words = round(200_000 * share)
        # the 3,755 common characters: the first level of GB 2312
        common = bytes(byte for high in range(0xB0, 0xD8) for low in range(0xA1, 0xFF) for byte in (high, low)).decode("gb2312", "ignore")
        shuffled = dice.sample(common, len(common))
        letters = [shuffled[int(len(common) * dice.random() ** 1.5)] for _ in range(words // 4)]
        vocabulary = ["".join(dice.choices(letters, k=dice.choice((1, 2, 2, 2, 3)))) for _ in range(words)]
        self.pool = dice.choices(vocabulary, cum_weights=list(itertools.accumulate(1 / rank for rank in range(1, words + 1))), k=5 * words)
        names = [*KNOWN_PREDICATES, *dict.fromkeys("".join(dice.choices(vocabulary, k=2)) for _ in range(words * 3 // 200))]
        self.predicates = dice.choices(
            names, cum_weights=list(itertools.accumulate(1 / rank for rank in range(1, len(names) + 1))), k=5 * words // 2
        )
        # entries that links point to: few of them often
        self.targets = [("".join(dice.choices(vocabulary, k=2)), int(dice.paretovariate(0.3)) % 30_000_000) for _ in range(2 * words)]


class ShardFile:
    """One shard, written frame by frame."""

    def __init__(self, folder: Path, kind: str, stem: str, suffix: str) -> None:
        self.path = f"{kind}/{stem}{suffix}"
        self._kind = kind
        (folder / kind).mkdir(parents=True, exist_ok=True)
        self._out = (folder / self.path).open("wb")
        self._hash = sha256()
        self._lines: list[str] = []
        self._waiting = self._bytes = self._raw = self._records = 0
        self._counts: dict[str, int] = {}

    def put(self, text: str, records: int, layout: str | None = None) -> None:
        self._lines.append(text)
        self._waiting += len(text)
        self._records += records
        if layout is not None:
            self._counts[layout] = self._counts.get(layout, 0) + 1
        if self._waiting * 2 > FRAME_BYTES:
            self._flush()

    def finish(self) -> Shard:
        self._flush()
        self._out.close()
        return Shard(self.path, self._kind, self._records, self._bytes, self._raw, self._hash.hexdigest(), self._counts, (EXTRACTOR,))

    def _flush(self) -> None:
        raw = "".join(self._lines).encode()
        if not raw:
            return
        frame = compress_frame(raw)
        self._out.write(frame)
        self._hash.update(frame)
        self._bytes += len(frame)
        self._raw += len(raw)
        self._lines, self._waiting = [], 0


def make_crawls(folder: Path, triples: int, *, shards: int = 64, duplicates: float = 0.24, seed: int = 1, jobs: int = 1) -> list[Path]:
    """Writes the two crawl folders; their paths. `duplicates`: the share of all triples that repeat one of another shard."""
    again_shards = round(shards * duplicates) if duplicates else 0
    first_shards = shards - again_shards
    a_shard = max(1, round(triples * (1 - duplicates) / TRIPLES_PER_ENTRY / first_shards))
    share = duplicates / (1 - duplicates)
    # every shard of `again` belongs to one process: shard n of `first` goes to shard n % again_shards of it
    step = max(1, again_shards)
    groups = [range(start, first_shards, step) for start in range(min(step, first_shards))]
    plans = [Plan(folder, numbers, a_shard, again_shards, first_shards, share, seed, language_of(triples)) for numbers in groups]
    if jobs == 1:
        made = [_make(plan) for plan in plans]
    else:
        with multiprocessing.Pool(jobs) as pool:
            made = pool.map(_make, plans, chunksize=1)
    crawls = []
    for name in ("first", "again"):
        listed = [shard for part in made for crawl, shard in part if crawl == name]
        if listed:
            merge(folder / name, listed, crawl=name, site="baidu_baike", clock=lambda: 1767323045.0)
            crawls.append(folder / name)
    return crawls


_words: dict[tuple[int, float], Words] = {}


def words_of(seed: int, share: float) -> Words:
    """Drawn once a process."""
    if (seed, share) not in _words:
        _words[seed, share] = Words(seed, share=share)
    return _words[seed, share]


def language_of(records: int) -> float:
    """The share of the words that so many triples or questions are written with.

    >>> language_of(20_000), language_of(3_000_000)
    (0.05, 1)
    """
    return 1 if records >= 1_000_000 else 0.05


def _make(plan: Plan) -> list[tuple[str, Shard]]:
    words = words_of(plan.seed, plan.language)
    made: list[tuple[str, Shard]] = []
    again = _pair(plan.folder / "again", plan.numbers.start) if plan.again_shards else None
    for number in plan.numbers:
        dice = random.Random(f"{plan.seed}/{number}")
        entries, triples = _pair(plan.folder / "first", number)
        for at in range(plan.entries_a_shard):
            entry, facts, count, layout = _entry(dice, words, number * plan.entries_a_shard + at)
            fetched = f"2026-01-{1 + at % 28:02d}T{at // 28 % 24:02d}:00:00Z"
            entries.put(f'{entry}"fetched_at":"{fetched}","extractor":"{EXTRACTOR}"}}\n', 1, layout)
            triples.put(facts.replace("\0", fetched), count)
            if again is not None and dice.random() < plan.again_share:
                fetched = fetched.replace("-01-", "-03-")
                again[0].put(f'{entry}"fetched_at":"{fetched}","extractor":"{EXTRACTOR}"}}\n', 1, layout)
                again[1].put(facts.replace("\0", fetched), count)
        made += [("first", entries.finish()), ("first", triples.finish())]
    if again is not None:
        made += [("again", file.finish()) for file in again]
    return made


def _pair(folder: Path, number: int) -> tuple[ShardFile, ShardFile]:
    stem = f"host-{number % 4}-{number:05d}"
    return ShardFile(folder, "entries", stem, ".jsonl.zst"), ShardFile(folder, "triples", stem, ".tsv.zst")


def _entry(dice: random.Random, words: Words, number: int) -> tuple[str, str, int, str]:
    """The entry's JSON up to `fetched_at`, its TSV lines with NUL for `fetched_at`, their number, its layout."""
    chance = dice.random
    pool, predicates, targets = words.pool, words.predicates, words.targets
    size = len(pool)
    title = pool[int(chance() * size)] + pool[int(chance() * size)]
    sense = pool[int(chance() * size)] + pool[int(chance() * size)] if chance() < 0.4 else None
    layout = LAYOUTS[int(chance() ** 2 * 4)]
    lemma_id = number * 7 + 1
    url = f"{BASE}{title}/{lemma_id}"
    digest = f"sha256:{dice.getrandbits(256):064x}"
    before = f"{title}（{sense}）\t" if sense else f"{title}\t"
    ids = f"\t{lemma_id}\t{url}\t"
    after = f"\t{url}\t{digest}\t{layout}\t{EXTRACTOR}\t\0\n"
    said: set[tuple[str, str, str]] = set()
    lines: list[str] = []
    rows: list[str] = []
    names = dict.fromkeys(predicates[int(chance() * len(predicates))] for _ in range(3 + int(chance() * 12)))
    for name in names:
        values: list[str] = []
        texts: list[str] = []
        links: list[str] = []
        for _ in range(1 if chance() < 0.75 else 2 + int(chance() * 3)):
            kind = chance()
            object_id = object_url = date = low = unit = ""
            if kind < 0.15:
                year, month, day = 1880 + int(chance() * 146), 1 + int(chance() * 12), 1 + int(chance() * 28)
                text, date = f"{year}年{month}月{day}日", f"{year}-{month:02d}-{day:02d}"
                values.append(f'{{"text":"{text}","date":"{date}"}}')
            elif kind < 0.28:
                low, unit = str(int(10 ** (chance() * 6))), UNITS[int(chance() * 8)]
                text = low + unit
                values.append(f'{{"text":"{text}","quantity":{{"low":{low},"high":{low},"unit":"{unit}"}}}}')
            elif kind < 0.6:
                text, target = targets[int(chance() ** 2 * len(targets))]
                object_id, object_url = str(target), f"{BASE}{text}/{target}"
                values.append(f'{{"text":"{text}","link":{{"url":"{object_url}","lemma_id":{target}}}}}')
                links.append(f'{{"text":"{text}","url":"{object_url}","lemma_id":{target}}}')
            else:
                text = "".join([pool[int(chance() * size)] for _ in range(1 + int(chance() ** 2 * 8))])
                values.append(f'{{"text":"{text}"}}')
            texts.append(text)
            if (name, text, object_url) not in said:
                said.add((name, text, object_url))
                lines.append(f"{before}{name}\t{text}{ids}{object_id}\t{object_url}\t{date}\t{low}\t{low}\t{unit}\t{after}")
        rows.append(f'{{"name":"{name}","text":"{"、".join(texts)}","values":[{",".join(values)}],"links":[{",".join(links)}]}}')
    aliases = [pool[int(chance() * size)] + "别名"] if chance() < 0.2 else []
    tags = list(dict.fromkeys(pool[int(chance() ** 3 * size / 8)] for _ in range(3)))
    summary = "".join([pool[int(chance() * size)] for _ in range(20 + int(chance() * 60))]) + "。"
    plain = (
        [("同义词", alias) for alias in aliases]
        + [("标签", tag) for tag in tags]
        + ([("义项", sense)] if sense else [])
        + [("描述", summary)]
    )
    for name, text in plain:
        if (name, text, "") not in said:
            said.add((name, text, ""))
            lines.append(f"{before}{name}\t{text}{ids}\t\t\t\t\t\t{after}")
    quoted = json.dumps(sense, ensure_ascii=False)
    entry = (
        f'{{"schema":1,"site":"baidu_baike","layout":"{layout}","source":"{url}","url":"{url}","lemma_id":{lemma_id},"title":"{title}","sense":{quoted},'
        f'"aliases":{json.dumps(aliases, ensure_ascii=False, separators=(",", ":"))},"summary":"{summary}",'
        f'"tags":{json.dumps(tags, ensure_ascii=False, separators=(",", ":"))},"updated":"2025-11-{1 + number % 30:02d}","rows":[{",".join(rows)}],'
        f'"senses":[],"relations":[],"images":["https://bkimg.cdn.bcebos.com/pic/{digest[7:47]}"],"digest":"{digest}",'
    )
    return entry, "".join(lines), len(lines), layout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--triples", type=int, default=3_000_000, help="triples to write, with the repeated ones (default: 3 million)")
    parser.add_argument("--shards", type=int, default=64)
    parser.add_argument(
        "--duplicates", type=float, default=0.24, help="share of them that repeat another (default: 0.24, as 25 of 33 million)"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    args = parser.parse_args()
    for crawl in make_crawls(args.folder, args.triples, shards=args.shards, duplicates=args.duplicates, seed=args.seed, jobs=args.jobs):
        counts = json.loads((crawl / "manifest.json").read_bytes())["counts"]
        print(f"{crawl}: {counts['entries']:,} entries, {counts['triples']:,} triples")


if __name__ == "__main__":
    main()
