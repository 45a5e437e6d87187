"""`baike status`: how a crawl is getting on."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.live import Live
from rich.table import Table

from baike_spider.cli.command import Commands, add_command, path
from baike_spider.crawl.door import open_frontier
from baike_spider.monitor.status import CrawlStatus, crawl_status

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]

#: seconds between two looks of --watch
_LOOK = 2.0


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands, "status", "How a crawl is getting on: queue, pace, workers, refusals, memory, disk.", "baike status output/baike --watch"
    )
    command.add_argument(
        "folder", type=path, metavar="CRAWL", help="a crawl's folder; REDIS_URL says where its queue is, empty: the embedded Redis"
    )
    how = command.add_mutually_exclusive_group()
    how.add_argument("--watch", action="store_true", help="look again every two seconds until Ctrl-C")
    how.add_argument("--json", action="store_true", help="one JSON object")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    folder = Path(args.folder).resolve()
    with open_frontier(folder, redis_url=os.environ.get("REDIS_URL", "")) as frontier:
        if args.json:
            print(json.dumps(crawl_status(frontier, folder).as_dict(), ensure_ascii=False))
        elif args.watch:
            with Live(_table(crawl_status(frontier, folder)), refresh_per_second=4) as live:
                while True:
                    time.sleep(_LOOK)
                    live.update(_table(crawl_status(frontier, folder)))
        else:
            Console().print(_table(crawl_status(frontier, folder)))
    return 0


def _table(status: CrawlStatus) -> Table:
    table = Table(title=f"crawl {status.crawl}{' (draining)' if status.draining else ''}", show_header=False, min_width=60)
    for name in ("pending", "delayed", "leased", "parked", "done", "duplicates", "dead", "seen", "refused", "failed"):
        table.add_row(name, f"{getattr(status, name):,}")
    table.add_row("pages/s over 1, 10, 60 min", "   ".join(f"{status.rates[window]:.2f}" for window in ("60", "600", "3600")))
    table.add_row("done in", "unknown" if status.eta_seconds is None else _span(status.eta_seconds))
    for host in status.hosts:
        table.add_row(f"host {host['host']}", _manners(host))
    table.add_row("Redis", f"{status.redis}  {_size(status.redis_bytes)}")
    table.add_row("disk free", _size(status.disk_free_bytes))
    for worker in status.workers:
        age = "never" if worker["age"] is None else f"{worker['age']:.0f} s ago"
        table.add_row(f"worker {worker['worker']}", f"heartbeat {age}, {worker['leased']} leases, {worker.get('entries', 0):,} entries")
    return table


def _manners(host: dict[str, Any]) -> str:
    pace = f"one request every {host['interval']:.3g} s" if host["interval"] else "no limit"
    why = [
        name for name, field in (("robots.txt", "crawl_delay"), ("back-off", "backoff")) if host[field] == host["interval"] > host["delay"]
    ]
    parts = [f"{pace} ({why[0]})" if why else pace]
    if host["paused"] > 0:
        parts.append(f"paused for {_span(host['paused'])}")
    parts.append(f"{host['refused']:,} refused, {host['in_row']} in a row, {host['throttled']:,} throttled")
    return ", ".join(parts)


def _span(seconds: float) -> str:
    hours, rest = divmod(int(seconds), 3600)
    return f"{hours} h {rest // 60} min" if hours else f"{rest // 60} min {rest % 60} s"


def _size(count: int | None) -> str:
    return "unknown" if count is None else f"{count / 1e6:,.1f} MB"
