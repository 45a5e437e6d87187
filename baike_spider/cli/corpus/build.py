"""`baike corpus build`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path, path_to_write
from baike_spider.cli.corpus.border import add_limits, as_run_errors
from baike_spider.corpus.build import MEMORY, build_corpus
from baike_spider.corpus.schema import QUESTION_CORPUS

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "build",
        "Merges crawls and extractions into one corpus: newest version of every entry, all its names, every triple once; or every question once.",
        "baike corpus build output/2026-01 output/2026-02 saved.jsonl.zst -o corpus",
    )
    command.add_argument(
        "inputs",
        nargs="+",
        type=path,
        metavar="CRAWL",
        help="crawl folders, and .jsonl(.zst) files of `baike extract`, all of entries or all of questions",
    )
    command.add_argument(
        "-o",
        "--output",
        type=path_to_write,
        required=True,
        metavar="CORPUS",
        help="folder to write; an earlier corpus there stays until this one is whole",
    )
    add_limits(command, memory=MEMORY, to="keep to")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    started = time.monotonic()

    def told(what: str) -> None:
        print(f"{time.monotonic() - started:7.1f} s  {what}", file=sys.stderr)

    with as_run_errors(Path(args.output)):
        manifest = build_corpus(
            [Path(path) for path in args.inputs], Path(args.output), memory=args.memory, threads=args.threads, told=told
        )
    counts = manifest.counts
    if manifest.kind == QUESTION_CORPUS:
        told(f"{args.output}: {counts['questions']:,} questions of {counts['versions']:,} records")
        return 0
    told(
        f"{args.output}: {counts['entries']:,} entries of {counts['versions']:,} records, {counts['triples']:,} triples, "
        f"{counts['names']:,} names, {counts['links']:,} links"
    )
    return 0
