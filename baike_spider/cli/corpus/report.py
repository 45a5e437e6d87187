"""`baike corpus report`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path, path_to_write
from baike_spider.cli.corpus.border import add_limits, as_run_errors
from baike_spider.corpus.reader import open_corpus
from baike_spider.corpus.report import MEMORY, write_report

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "report",
        "What a corpus holds, as one HTML file: sizes, predicates, values, links, odd rows, rejects, changes.",
        "baike corpus report corpus -o report.html --previous corpus-2026-01",
    )
    command.add_argument("corpus", type=path, metavar="CORPUS", help="folder that `baike corpus build` wrote")
    command.add_argument(
        "-o", "--output", type=path_to_write, default="report.html", metavar="FILE", help="file to write (default: report.html)"
    )
    command.add_argument("--previous", type=path, metavar="OLD", help="an earlier corpus: says what changed since")
    add_limits(command, memory=MEMORY, to="count in")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    started = time.monotonic()
    output = Path(args.output)
    with as_run_errors(output):
        previous = open_corpus(args.previous) if args.previous else None
        write_report(open_corpus(args.corpus), output, previous=previous, memory=args.memory, threads=args.threads)
    print(f"{output}: written in {time.monotonic() - started:.1f} s", file=sys.stderr)
    return 0
