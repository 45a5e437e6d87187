"""How fast a corpus becomes each format, and in what memory.

    python -m tests.bench.corpus_export CORPUS [--formats tsv,nquads] [--report] [--memory 2G]

Every export is a process of its own. Beside them, in the same run, the floor: the engine's own COPY of three columns to CSV, unsorted and not deduplicated.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from baike_spider.corpus.export import formats

FLOOR = """
import sys, _duckdb
_duckdb.connect(':memory:').execute(
    f"COPY (SELECT subject, predicate, object FROM '{sys.argv[1]}/triples/*.parquet') TO '{sys.argv[2]}' (FORMAT csv, DELIMITER '\\t', HEADER false)")
"""


def measured(command: list[str]) -> tuple[float, float, int]:
    """Wall seconds, CPU seconds, peak bytes of memory."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, command
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024


def size(path: Path) -> int:
    return sum(file.stat().st_size for file in (path.rglob("*") if path.is_dir() else [path]) if file.is_file())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--formats", default=",".join(formats()))
    parser.add_argument("--report", action="store_true", help="the report, too")
    parser.add_argument("--memory", default="2G")
    parser.add_argument("--temp", type=Path, help="folder to write to (default: the system's)")
    args = parser.parse_args()
    triples = json.loads((args.corpus / "manifest.json").read_bytes())["counts"]["triples"]
    print(f"{triples:,} triples; load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    baike = [sys.executable, str(Path(sys.executable).with_name("baike")), "corpus"]
    limits = ["--memory", args.memory]
    with tempfile.TemporaryDirectory(dir=args.temp) as temp:
        commands = {"floor": [sys.executable, "-c", FLOOR, str(args.corpus), f"{temp}/floor"]}
        for name in filter(None, args.formats.split(",")):
            commands[name] = [*baike, "export", name, str(args.corpus), "-o", f"{temp}/{name}", *limits]
        if args.report:
            commands["report"] = [*baike, "report", str(args.corpus), "-o", f"{temp}/report", *limits]
        for name, command in commands.items():
            seconds, cpu, memory = measured(command)
            written = size(Path(temp, name))
            print(
                f"{name:12} {seconds:7.1f} s   CPU {cpu:7.1f} s   {triples / seconds / 1e6:6.2f} M triples/s   "
                f"{written / 1e6:9,.1f} MB   peak {memory / (1 << 20):6,.0f} MB"
            )
            subprocess.run(["rm", "-rf", f"{temp}/{name}"], check=True)


if __name__ == "__main__":
    main()
