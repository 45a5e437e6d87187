"""`baike replay`: a crawl's archive, extracted with today's extractors."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive import IndexFailed, Originals, Reading
from baike_spider.cli.command import Commands, add_command, path, path_to_write, workers
from baike_spider.cli.extract import report
from baike_spider.corpus.difference import Change, differences
from baike_spider.corpus.include import Include
from baike_spider.corpus.inputs import tasks
from baike_spider.corpus.paths import InputError
from baike_spider.corpus.reextract import TASK_BYTES, Destination, extract_to_shards
from baike_spider.corpus.replay import Kept, archive_of, index_archive
from baike_spider.exits import BadInput, OutputFailed
from baike_spider.shards import MANIFEST, ShardError, load_manifest, read_questions

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "replay",
        "Extracts a crawl's archive again, with today's extractors and without the network: shards like the crawl's, or what would differ.",
        "baike replay output/baike -o output/baike-again --jobs 2\n  baike replay output/baike --diff",
    )
    command.add_argument("crawl", type=path, metavar="CRAWL", help="a crawl's folder")
    command.add_argument(
        "-o", "--output", type=path_to_write, metavar="FOLDER", help="write the shards here; the same command goes on after an interruption"
    )
    command.add_argument(
        "--diff", action="store_true", help="print which entries and triples are added, removed or altered against the crawl's shards"
    )
    command.add_argument("--jobs", type=workers, default=1, metavar="N", help="processes (default: 1); the output is the same")
    command.add_argument(
        "--include", action="append", default=[], metavar="PATTERN", help="only pages whose address matches: a glob, or re:REGEX"
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if not args.output and not args.diff:
        raise BadInput("give -o FOLDER for the shards, or --diff to see what would differ")
    if args.diff and args.include:
        raise BadInput("--diff compares the whole crawl: it does not go with --include")
    crawl = Path(args.crawl)
    try:
        with tempfile.TemporaryDirectory(prefix="baike-replay-") as place:
            folder = Path(args.output) if args.output else Path(place, "shards")
            code = _replay(crawl, folder, args, kept=Path(place, "kept"))
            if args.diff:
                _print_differences(crawl, folder)
    except InputError as error:
        raise BadInput(str(error)) from error
    except ShardError as error:
        raise OutputFailed(str(error)) from error
    except IndexFailed as error:
        raise OutputFailed(f"{crawl}: the index of its archive cannot be made: {error}") from error
    return code


def _replay(crawl: Path, folder: Path, args: argparse.Namespace, *, kept: Path) -> int:
    archive = archive_of(crawl)
    try:
        # what cannot be compared is told before anything is extracted
        site, rich = _about(crawl, diff=args.diff) if args.diff or (crawl / MANIFEST).is_file() else ("any", False)
        unwanted = Kept.of(crawl, kept)
    except ShardError as error:
        raise BadInput(str(error)) from error
    index = index_archive(archive, kept.with_name("index"))  # what is damaged is told when it is read
    reading = Reading(wanted=Include.of(args.include), original=Originals(archive, path=index))
    todo = tasks([str(archive)], reading, size=TASK_BYTES)
    place = Destination(folder, crawl.resolve().name, site, rich=rich)
    return report(extract_to_shards(todo, place, jobs=args.jobs, reading=reading, unwanted=unwanted))


def _about(crawl: Path, *, diff: bool) -> tuple[str, bool]:
    """The crawl's site, and whether its questions hold all that their pages say. Raises ShardError."""
    site = load_manifest(crawl).site
    first = next(read_questions(crawl), None)
    if first is not None and diff:
        raise BadInput("--diff compares entries, and this is a crawl of questions: replay it with -o and compare the shards")
    return site, first is not None and "detail" in first


def _print_differences(old: Path, new: Path) -> None:
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    entries: Counter[str] = Counter()
    facts: Counter[str] = Counter()
    for change in differences(old, new):
        entries[change.kind] += 1
        facts += Counter(added=len(change.added), removed=len(change.removed), altered=len(change.altered))
        _print(change)
    for name, counts in (("entries", entries), ("triples", facts)):
        told = ", ".join(f"{counts[kind]} {kind}" for kind in ("added", "removed", "altered"))
        print(f"{name}: {told}", file=sys.stderr)


def _print(change: Change) -> None:
    fields = f": {', '.join(change.fields)}" if change.fields else ""
    print(f"{change.kind}\t{change.title}\t{change.url}{fields}")
    for sign, plain in (("-", change.removed), ("+", change.added), ("~", change.altered)):
        for triple in plain:
            print(sign, *(" ".join(field.split()) for field in triple), sep="\t")
