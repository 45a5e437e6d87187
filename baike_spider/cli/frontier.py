"""`baike frontier`: the queue of a crawl, by hand."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path
from baike_spider.crawl.door import State, open_frontier, write_state
from baike_spider.crawl.plan import named_site, read_seeds
from baike_spider.exits import BadInput
from baike_spider.frontier import Candidate
from baike_spider.shards import ShardError, load_manifest

if TYPE_CHECKING:
    import argparse

    from baike_spider.frontier import Frontier

__all__ = ["add"]


_DRAINED = (
    "nothing more is handed out; workers finish what they hold and stop (reason drained); `baike frontier resume` lets the crawl go on"
)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "frontier",
        "The queue of a crawl: add entries, list the dead letters, retry them, drain it and let it go on, forget everything.",
        "baike frontier retry output/baike",
    )
    command.add_argument("action", choices=("add", "dead", "retry", "drain", "resume", "purge"), help="what to do")
    command.add_argument(
        "folder", type=path, metavar="CRAWL", help="a crawl's folder; REDIS_URL says where its queue is, empty: the embedded Redis"
    )
    command.add_argument("entries", nargs="*", metavar="ENTRY", help="add, retry: names, entry URLs, or @FILE (retry: none means all)")
    command.add_argument("--site", help="add, retry: the entries' site (default: the crawl's own)")
    command.add_argument("--yes", action="store_true", help="purge: really forget the queue; the shards stay")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.action == "purge" and not args.yes:
        raise BadInput("purge forgets what was seen, waits and failed (the shards stay); say --yes to do it")
    if args.action == "add" and not args.entries:
        raise BadInput("add what? Give names, entry URLs, or @FILE")
    if args.action in ("dead", "drain", "resume", "purge") and args.entries:
        raise BadInput(f"{args.action} takes no entries: it is about the whole queue")
    refs = [ref for words in args.entries for ref in read_seeds(words, named_site(args.site or _site_of(Path(args.folder))))]
    with open_frontier(
        Path(args.folder), redis_url=os.environ.get("REDIS_URL", ""), generation="" if args.action == "purge" else None
    ) as frontier:
        if args.action == "add":
            print(f"{frontier.add([Candidate(ref.key, ref.locator) for ref in refs])} new", file=sys.stderr)
        elif args.action == "retry":
            print(f"{frontier.retry_dead([ref.key for ref in refs] if refs else None)} back in the queue", file=sys.stderr)
        elif args.action in ("drain", "resume"):
            frontier.drain(stop=args.action == "drain")
            print(_DRAINED if args.action == "drain" else "entries are handed out again", file=sys.stderr)
        elif args.action == "purge":
            frontier.purge()
            write_state(Path(args.folder), State(frontier.generation))
        else:
            _print_dead(frontier)
    return 0


def _site_of(folder: Path) -> str:
    """The site of the crawl, as its manifest says; the encyclopedia's where it has none yet."""
    try:
        return load_manifest(folder).site
    except ShardError:
        return "baidu_baike"


def _print_dead(frontier: Frontier) -> None:
    for letter in frontier.dead_letters():
        print(f"{letter.locator}\t{letter.attempts}\t{letter.error}")
