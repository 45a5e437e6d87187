"""A worker as a process of its own, for tests that kill it: `python worker_process.py URL CRAWL RECORDS LINKS LEASE_SECONDS`.

Says that it is ready, and starts at a line on its standard input.

Leases keys, "fetches" them (a key's entry is key modulo LINKS; a title is another name of it), claims, appends the record to RECORDS, acknowledges. Ends when the
crawl is finished, with exit code 0.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from baike_spider.frontier import Candidate, Frontier, FrontierUnreachable, Lease, worker_name


def entry_of(key: int | str) -> int:
    return int(str(key).removeprefix("t"))


def work(frontier: Frontier, records: Path, entries: int) -> None:
    while True:
        try:
            frontier.release_dead_workers()
            leases = frontier.lease(7)
            if not leases and frontier.counts.open == 0:
                return
            if not leases:
                time.sleep(0.05)
            settle(frontier, leases, records, entries)
        except FrontierUnreachable:
            time.sleep(0.1)  # what was leased runs out or was lost with the server's last second: either way it comes back


def settle(frontier: Frontier, leases: list[Lease], records: Path, entries: int) -> None:
    with records.open("a") as file:
        for lease in leases:
            entry = entry_of(lease.key)
            links = [
                Candidate(to, str(to), lease.depth + 1) for to in (entry * 2, entry * 2 + 1, f"t{entry + 1}") if 0 < entry_of(to) <= entries
            ]
            if frontier.claim(lease, [entry, f"t{entry}"], links=links):
                file.write(f"{entry} {lease.token}\n")
            time.sleep(0.002)
        file.flush()
        os.fsync(file.fileno())
    frontier.ack(leases)


if __name__ == "__main__":
    url, crawl, folder, entries, lease_seconds = sys.argv[1:]
    joined = Frontier.connect(url, crawl=crawl, worker=worker_name(), lease_seconds=float(lease_seconds), max_lapses=1000, patience=10)
    print("ready", flush=True)
    input()
    work(joined, Path(folder) / f"{os.getpid()}.txt", int(entries))
    joined.close()
