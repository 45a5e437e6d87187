"""A corpus of questions: made, built, exported, read back; seconds, peak memory, and whether every question is there exactly once.

    python -m tests.bench.question_corpus /tmp/bench [--records 300_000] [--shards 32] [--duplicates 0.2] [--memory 4G] [--jobs 2] [--keep]

Makes two crawls of so many records where /tmp/bench/crawls is not there yet: `first` holds every question once and some twice, `again`, a later crawl, a
share of them anew, half of those with other tags. Then
1. `baike corpus build`, `baike corpus verify` and `baike corpus export zhidao-json`, each as a process of its own: seconds, CPU, peak memory;
2. reads the shards with `read_questions`, the later crawl first, and takes of each question the first record met; reads the export with ijson, a streaming parser;
   both in constant memory: the sums of their records' sha256, which no order changes, must be the same, as must their numbers.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import ijson

from baike_spider.corpus.reader import open_corpus
from baike_spider.shards import load_manifest, read_questions
from baike_spider.shards.manifest import Shard, merge
from tests.bench.corpora import ShardFile, language_of, words_of
from tests.bench.corpus_build import timed

ADDRESS = "http://zhidao.baidu.com/question/"
#: a question's number from its place, and back: odd, so that each is there once
STEP, START = 7_919, 100_003
#: when the two crawls ended, in seconds since 1970
ENDED = {"first": 1767323045.0, "again": 1772500000.0}
#: share of the records of one crawl that are there twice
TWICE = 0.02
OPENINGS = ("怎么", "为什么", "请问", "谁知道", "有没有", "如何", "什么是", "哪里有")
ENDINGS = ("？", "", "，谢谢", "？急！", "呢？", "啊")


@dataclass(frozen=True, slots=True)
class Plan:
    """The shards `number` of both crawls."""

    folder: Path
    number: int
    places: range
    again_share: float
    seed: int
    language: float


def make_crawls(folder: Path, records: int, *, shards: int = 32, duplicates: float = 0.2, seed: int = 1, jobs: int = 1) -> list[Path]:
    """Writes two crawl folders of about so many records, of which the share `duplicates` repeats a question; their paths."""
    distinct = round(records * (1 - duplicates))
    again_share = max(0.0, duplicates / (1 - duplicates) - TWICE)
    files = max(1, shards // 2)
    bounds = [distinct * at // files for at in range(files + 1)]
    plans = [Plan(folder, at, range(bounds[at], bounds[at + 1]), again_share, seed, language_of(records)) for at in range(files)]
    if jobs == 1:
        made = [_make(plan) for plan in plans]
    else:
        with multiprocessing.Pool(jobs) as pool:
            made = pool.map(_make, plans, chunksize=1)
    for name, ended in ENDED.items():
        listed = [shard for part in made for crawl, shard in part if crawl == name]
        merge(folder / name, listed, crawl=name, site="baidu_zhidao", clock=lambda ended=ended: ended)
    return [folder / name for name in ENDED]


def _make(plan: Plan) -> list[tuple[str, Shard]]:
    pool = words_of(plan.seed, plan.language).pool
    size = len(pool)
    dice = random.Random(f"{plan.seed}/{plan.number}")
    chance = dice.random
    stem = f"host-{plan.number % 4}-{plan.number:05d}"
    first, again = (ShardFile(plan.folder / name, "questions", stem, ".jsonl.zst") for name in ENDED)
    for place in plan.places:
        words = "".join([pool[int(chance() * size)] for _ in range(3 + int(chance() ** 2 * 12))])
        text = f"{OPENINGS[int(chance() * 8)]}{words}{ENDINGS[int(chance() * 6)]}"
        tags = [] if chance() < 0.4 else list(dict.fromkeys(pool[int(chance() ** 3 * size / 8)] for _ in range(1 + int(chance() * 4))))
        line = _line(place, text, tags)
        copies = 2 if chance() < TWICE else 1
        first.put(line * copies, copies)
        if chance() < plan.again_share:
            again.put(line if chance() < 0.5 else _line(place, text, [*tags, "重抓"]), 1)
    return [("first", first.finish()), ("again", again.finish())]


def _line(place: int, text: str, tags: list[str]) -> str:
    quoted = '","'.join(tags)
    return (
        f'{{"url":"{ADDRESS}{place * STEP + START}.html","question":"{text}","tags":[{f"{chr(34)}{quoted}{chr(34)}" if tags else ""}]}}\n'
    )


def newest(crawls: Iterable[Path], distinct: int) -> Iterator[dict[str, Any]]:
    """Of each question the record that a corpus must hold, from the crawls, latest first. Memory: a byte a question."""
    met = bytearray(distinct)
    for crawl in crawls:
        for record in read_questions(crawl):
            place, rest = divmod(int(record["url"][len(ADDRESS) : -len(".html")]) - START, STEP)
            assert rest == 0
            if not met[place]:
                met[place] = 1
                yield record


def digest(records: Iterable[dict[str, Any]]) -> tuple[int, int]:
    """How many there are, and the sum of their sha256: the same for the same set, in whatever order."""
    count = total = 0
    for record in records:
        assert list(record) == ["url", "question", "tags"]
        line = json.dumps(record, ensure_ascii=False).encode()
        total = (total + int.from_bytes(sha256(line).digest(), "big")) % (1 << 256)
        count += 1
    return count, total


def _of_shards(work: tuple[list[Path], int]) -> tuple[int, int]:
    return digest(newest(*work))


def _of_export(path: Path) -> tuple[int, int]:
    with path.open("rb") as file:
        return digest(ijson.items(file, "item"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--shards", type=int, default=32)
    parser.add_argument("--duplicates", type=float, default=0.2, help="share of the records that repeat a question (default: 0.2)")
    parser.add_argument("--memory", default="4G")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep crawls and corpus")
    args = parser.parse_args()
    folder: Path = args.folder
    crawls = [folder / "crawls" / name for name in ENDED]
    if not all((crawl / "manifest.json").exists() for crawl in crawls):
        make_crawls(folder / "crawls", args.records, shards=args.shards, duplicates=args.duplicates, jobs=args.jobs)
    held = sum(load_manifest(crawl).counts["questions"] for crawl in crawls)
    baike = [str(Path(sys.executable).with_name("baike")), "corpus"]
    corpus, array = folder / "corpus", folder / "questions.json"
    timed("baike corpus build", [*baike, "build", *map(str, crawls), "-o", str(corpus), "--memory", args.memory])
    timed("baike corpus verify", [*baike, "verify", str(corpus)])
    timed("baike corpus export zhidao-json", [*baike, "export", "zhidao-json", str(corpus), "-o", str(array)])
    counts = open_corpus(corpus).manifest.counts
    print(
        f"{held:,} records in the shards, {counts['questions']:,} questions in the corpus; the array has {array.stat().st_size:,} bytes",
        flush=True,
    )
    began = time.perf_counter()
    with multiprocessing.Pool(2) as pool:
        shards = pool.apply_async(_of_shards, ((crawls[::-1], held),))
        export = pool.apply_async(_of_export, (array,))
        ends = shards.get(), export.get()
    same = ends[0] == ends[1] and ends[0][0] == counts["questions"] and counts["versions"] == held
    print(
        f"read back in {time.perf_counter() - began:.1f} s by ijson ({ijson.backend}) and from the shards: {ends[0][0]:,} and {ends[1][0]:,} questions, ",
        end="",
    )
    print("the same set" if same else "DIFFERENT")
    if not args.keep:
        shutil.rmtree(folder)
    sys.exit(not same)


if __name__ == "__main__":
    main()
