"""A .warc.gz of real-size pages, read, extracted and written as shards, against reading its records alone with the WARC library, FastWARC, and with warcio.

    python -m tests.bench.archive_speed [--pages 20000] [--rounds 3] [--saved FOLDER]

Pages per CPU second of each; the wall time of one job and of two; the largest memory of a process when half and when all of the pages are read.
All of it in turn, as often as there are rounds: medians, and of the times of jobs the least, which other work on the machine disturbs least.
FOLDER holds saved pages to take in turn; by default pages of our own that resemble real ones (`tests.bench.pages`) are made.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from tests.bench.pages import address, page
from tests.conftest import ROOT

#: a library alone: every record's content is read, nothing else is done
_READ = """
import sys
from {module} import ArchiveIterator
count = 0
for record in ArchiveIterator(open(sys.argv[1], 'rb')):
    record.{content}.read()
    count += 1
print(count)
"""
#: the one that the archive uses, and what most tools for WARC files read with
_LIBRARIES = {
    "FastWARC": _READ.format(module="fastwarc.warc", content="reader"),
    "warcio": _READ.format(module="warcio.archiveiterator", content="raw_stream"),
}


def write(path: Path, pages: int, saved: Path | None) -> None:
    """Made with our own writer, with request records, as a crawl leaves it."""
    from baike_spider.archive import ArchiveWriter, Exchange  # noqa: PLC0415 - not in the processes that are measured

    bodies = [file.read_bytes() for file in sorted(saved.iterdir()) if file.is_file()] if saved else [page(number) for number in range(300)]
    writer = ArchiveWriter(path, worker="bench", info={"software": "bench"}, roll_bytes=1 << 40)
    headers = ((b"Content-Type", b"text/html; charset=utf-8"),)
    for number, body in enumerate(islice(cycle(bodies), pages)):
        # another byte a page, or it would be a revisit
        writer.add(Exchange(address(number), "2026-05-06T07:08:09Z", 200, headers, body + b"<!-- %d -->" % number, request_headers=headers))
    writer.close()


def run(*command: str) -> tuple[float, float, int]:
    """CPU seconds, wall seconds and the largest resident set (MB) of a process and its children."""
    began = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command}: {status}\n{told}")
    return usage.ru_utime + usage.ru_stime, time.monotonic() - began, usage.ru_maxrss // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--saved", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    pages = arguments.pages
    baike = (sys.executable, "-m", "baike_spider.cli.main", "extract")
    with tempfile.TemporaryDirectory() as place:
        root = Path(place)
        write(root / "all", pages, arguments.saved)
        write(root / "half", pages // 2, arguments.saved)
        file, half = (next((root / name).glob("*.warc.gz")) for name in ("all", "half"))
        print(f"{pages} pages, {file.stat().st_size / 1e6:.0f} MB")
        alone: dict[str, list[float]] = {library: [] for library in _LIBRARIES}
        own: list[float] = []
        walls: dict[str, list[float]] = {"1": [], "2": []}
        for number in range(arguments.rounds):
            for library, reading in _LIBRARIES.items():
                alone[library].append(run(sys.executable, "-c", reading, str(file))[0])
            for jobs, times in walls.items():
                cpu, wall, memory = run(*baike, str(file), "--shards", str(root / f"{number}-{jobs}"), "--jobs", jobs)
                times.append(wall)
                if jobs == "1":
                    own.append(cpu)
                    largest = memory
                shutil.rmtree(root / f"{number}-{jobs}")
        print(f"extract to shards  {pages / median(own):7.0f} pages / CPU s")
        for library, cpus in alone.items():
            share = median(lone / cpu for lone, cpu in zip(cpus, own, strict=True))
            print(f"{library + ' alone':18} {pages / median(cpus):7.0f} pages / CPU s   its share: {share:.2f}")
        one, two = (min(times) for times in walls.values())
        gains = ", ".join(f"{first / second:.2f}" for first, second in zip(*walls.values(), strict=True))
        print(f"one job {one:.1f} s, two jobs {two:.1f} s: {one / two:.2f} times (rounds: {gains})")
        _, _, less = run(*baike, str(half), "--shards", str(root / "half-shards"))
        print(f"memory: {less} MB for half of the pages, {largest} MB for all")


if __name__ == "__main__":
    main()
