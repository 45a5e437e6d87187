"""`baike corpus build` against `sort -u` over the same triples, in one run: seconds and peak memory.

    python -m tests.bench.corpus_build /tmp/bench [--triples 3_000_000] [--memory 4G] [--full-lines] [--keep]

Makes the crawls (64 shards, see corpora.py) where /tmp/bench/crawls is not there yet, and times
1. `LC_ALL=C sort -u --parallel=2 -S <memory>` over the triples as a ready TSV of three columns, which the shards do not hold as such;
2. the same from the shards: decompressed, cut to three columns, sorted; with --full-lines also over all columns, which is what the corpus holds;
3. the build; then checks that its distinct triples are the sorted ones, byte for byte.
"""

from __future__ import annotations

import argparse
import filecmp
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from baike_spider.cli.corpus.border import memory_size
from baike_spider.corpus.engine import connect, literal, paths_literal
from baike_spider.corpus.reader import open_corpus
from tests.bench.corpora import make_crawls


def timed(name: str, command: list[str]) -> float:
    """Wall seconds of the command; prints them, its CPU and the peak memory of its largest process."""
    start = time.perf_counter()
    process = subprocess.Popen(command, env={**os.environ, "LC_ALL": "C"})
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status:
        sys.exit(f"{name} failed: {status}")
    print(f"{name:34}{seconds:9.1f} s {usage.ru_utime + usage.ru_stime:9.1f} s CPU {usage.ru_maxrss / 1024:9,.0f} MB", flush=True)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--triples", type=int, default=3_000_000)
    parser.add_argument("--memory", default="4G")
    parser.add_argument("--full-lines", action="store_true")
    parser.add_argument("--keep", action="store_true", help="keep crawls and corpus")
    args = parser.parse_args()
    folder: Path = args.folder
    crawls = sorted((folder / "crawls").glob("*")) or make_crawls(folder / "crawls", args.triples, jobs=2)
    shards = f"zstdcat {folder}/crawls/*/triples/*.zst"
    sort = f"sort -u --parallel=2 -S {args.memory} -T {folder}"
    subprocess.run(["bash", "-c", f"{shards} | cut -f1-3 > {folder}/triples.tsv"], check=True)
    sorting = timed("sort -u, three columns", ["bash", "-c", f"exec {sort} -o {folder}/sorted.tsv {folder}/triples.tsv"])
    timed("sort -u from the shards", ["bash", "-c", f"{shards} | cut -f1-3 | {sort} -o {folder}/sorted.tsv"])
    if args.full_lines:
        timed("sort -u from the shards, all columns", ["bash", "-c", f"{shards} | {sort} > /dev/null"])
    command = [
        sys.executable,
        "-m",
        "baike_spider.cli.main",
        "corpus",
        "build",
        *map(str, crawls),
        "-o",
        str(folder / "corpus"),
        "--memory",
        args.memory,
    ]
    building = timed("baike corpus build", command)
    counts = open_corpus(folder / "corpus").manifest.counts
    print(f"{counts['triples_read']:,} triples read, {counts['triples']:,} in the corpus; {building / sorting:.2f} times sort -u")
    same = filecmp.cmp(_plain(folder, args.memory), folder / "sorted.tsv", shallow=False)
    print("the distinct triples are those of sort -u, byte for byte" if same else "DIFFERENT from sort -u")
    for name in ("triples.tsv", "sorted.tsv", "plain.tsv"):
        (folder / name).unlink()
    if not args.keep:
        shutil.rmtree(folder)
    sys.exit(not same)


def _plain(folder: Path, memory: str) -> Path:
    (folder / "spill").mkdir(exist_ok=True)
    paths = paths_literal(open_corpus(folder / "corpus").paths("triples"))
    with connect(memory=memory_size(memory) // 2, temp=folder / "spill") as db:
        db.execute(f"""
            COPY (SELECT subject || chr(9) || predicate || chr(9) || object AS line FROM read_parquet({paths}) GROUP BY line ORDER BY line)
            TO {literal(str(folder / "plain.tsv"))} (FORMAT csv, DELIMITER '\x01', QUOTE '', ESCAPE '', HEADER false)
            """)
    return folder / "plain.tsv"


if __name__ == "__main__":
    main()
