"""How long a question to a corpus takes: as a command from a cold process, and inside one.

    python -m tests.bench.corpus_query CORPUS [--names 200] [--runs 40] [--seed 1]

Names are drawn evenly from the corpus; the files are in the cache after the first pass, which is not counted. Beside them, in the same run: Python alone, and Python that opens a
connection of the engine, which no command can undercut. Aims, as medians: 100 ms a command, 20 ms inside.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median, quantiles

from baike_spider.corpus.engine import connect, literal
from baike_spider.corpus.query import facts_of, find, pointing_to
from baike_spider.corpus.reader import open_corpus

ENGINE = "import _duckdb; _duckdb.connect(':memory:', config={'threads': 1}).execute('SELECT 1').fetchall()"


def draw(folder: Path, names: int, seed: int) -> list[str]:
    """Names of the corpus, from some of its files."""
    dice = random.Random(seed)
    paths = open_corpus(folder).paths("names")
    drawn: list[str] = []
    with connect() as db:
        for path in dice.sample(paths, min(len(paths), 8)):
            held = db.execute(f"SELECT DISTINCT name FROM read_parquet({literal(str(path))}) ORDER BY name").fetchall()
            drawn += [name for (name,) in dice.sample(held, min(len(held), -(-names // min(len(paths), 8))))]
    dice.shuffle(drawn)
    return drawn[:names]


def told(what: str, seconds: list[float], cpu: float | None = None) -> None:
    tail = quantiles(seconds, n=20)[-1]
    processor = f"   CPU {cpu * 1000:6.1f} ms" if cpu is not None else ""
    print(
        f"{what:44} median {median(seconds) * 1000:6.1f} ms   95 % {tail * 1000:6.1f} ms   least {min(seconds) * 1000:6.1f} ms{processor}"
    )


def inside(folder: Path, names: list[str], *, incoming: bool) -> tuple[list[float], float]:
    """Seconds of each name, and mean CPU seconds; corpus and connection stay open."""
    corpus = open_corpus(folder)
    seconds = []
    with connect(threads=1) as db:
        for counted in (False, True):
            cpu = time.process_time()
            for name in names:
                started = time.perf_counter()
                found = find(db, corpus, name)
                facts = facts_of(db, corpus, found)
                if incoming:
                    pointing_to(db, corpus, found[0])
                if counted:
                    seconds.append(time.perf_counter() - started)
                assert all(len(facts[one.entry]) == one.triples for one in found), name
    return seconds, (time.process_time() - cpu) / len(names)


def processes(commands: Iterable[list[str]], check: Callable[[bytes], None]) -> tuple[list[float], float]:
    """Wall seconds of each, and mean CPU seconds."""
    seconds = []
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for command in commands:
        started = time.perf_counter()
        run = subprocess.run(command, capture_output=True, check=True)
        seconds.append(time.perf_counter() - started)
        check(run.stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(seconds)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--names", type=int, default=200)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    counts = json.loads((args.corpus / "manifest.json").read_bytes())["counts"]
    names = draw(args.corpus, args.names, args.seed)
    print(
        f"{counts['triples']:,} triples of {counts['entries']:,} entries; {len(names)} names; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    )
    told("inside: entry and triples", *inside(args.corpus, names, incoming=False))
    told("inside: entry, triples, incoming", *inside(args.corpus, names, incoming=True))
    baike = [sys.executable, str(Path(sys.executable).with_name("baike")), "query", str(args.corpus)]

    def has_entry(out: bytes) -> None:
        assert json.loads(out.splitlines()[0])["entry"]

    for what, commands, check in (
        ("python -c pass", [[sys.executable, "-c", "pass"]] * args.runs, lambda _: None),
        ("python, engine opened", [[sys.executable, "-c", ENGINE]] * args.runs, lambda _: None),
        ("baike query NAME --json", [[*baike, "--json", "--", name] for name in names[: args.runs]], has_entry),
        ("baike query NAME --incoming --json", [[*baike, "--incoming", "--json", name] for name in names[: args.runs]], has_entry),
    ):
        processes(commands[:3], check)
        told(what, *processes(commands, check))


if __name__ == "__main__":
    main()
