"""How a run ended, for scripts: one JSON object, in the crawl's folder and on request on standard output.

Comes in: Scrapy's stats, which hold what the ledger counted. Goes out: `last_run.json`, replaced in one step. While a run is under way the file says so: a script that
finds no `ended` knows that the run goes on or was killed.
"""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from baike_spider.exits import OutputFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LAST_RUN", "REPORT_FIELDS", "run_report", "write_report"]

#: in the crawl's folder; of several workers the one that began or ended last
LAST_RUN = "last_run.json"
#: keys of the object, in their order
REPORT_FIELDS = (
    "crawl",
    "worker",
    "reason",
    "exit_code",
    "started",
    "ended",
    "entries",
    "changed",
    "unchanged",
    "duplicates",
    "rejects",
    "failed",
    "dead",
    "pending",
    "requests",
    "bytes",
)


def run_report(
    crawl: str, worker: str, stats: Mapping[str, Any], *, reason: str | None = None, exit_code: int | None = None
) -> dict[str, Any]:
    """The report of a run, of one under way without `reason`. Counts are this run's, `dead` and `pending` the whole queue's (null: unknown)."""
    started = stats.get("start_time")
    verdicts = {name.removeprefix("crawl/verdict/"): count for name, count in sorted(stats.items()) if name.startswith("crawl/verdict/")}
    values = (
        crawl,
        worker,
        reason,
        exit_code,
        started.isoformat(timespec="seconds") if started else None,
        None if reason is None else datetime.now(UTC).isoformat(timespec="seconds"),
        stats.get("crawl/entries", 0),
        stats.get("crawl/changed", 0),
        stats.get("crawl/unchanged", 0),
        stats.get("crawl/duplicates", 0),
        verdicts,
        stats.get("crawl/failed", 0),
        stats.get("crawl/dead"),
        stats.get("crawl/pending"),
        stats.get("downloader/request_count", 0),
        stats.get("downloader/response_bytes", 0),
    )
    return dict(zip(REPORT_FIELDS, values, strict=True))


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Replaces the folder's file; whole or not at all. Raises OutputFailed."""
    part = folder / f".{LAST_RUN}-{os.getpid()}"
    try:
        part.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        part.replace(folder / LAST_RUN)
    except OSError as error:
        raise OutputFailed(f"{folder / LAST_RUN}: {error.strerror or error}") from error
