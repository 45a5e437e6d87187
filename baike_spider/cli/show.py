"""`baike head`, `cat`, `summary`, `verify`: what lies in a crawl's folder."""

from __future__ import annotations

import json
import sys
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.cli.command import Commands, add_command, positive
from baike_spider.exits import BadInput
from baike_spider.shards import ShardError, load_manifest, read_entries, read_questions, read_rejects, read_triples, verify

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["add"]

#: exit code of `verify` when something is damaged
_DAMAGED = 11
#: what a plain triple may not hold: it has exactly three tab-separated fields
_FIELD = str.maketrans("\t\r\n", "   ")


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    head = add_command(
        commands, "head", "The first records of a crawl (default: plain triples, or questions).", "baike head output/baike -n 20"
    )
    head.add_argument("-n", type=positive, default=10, metavar="N", help="records to print (default: 10)")
    cat = add_command(
        commands, "cat", "All records of a crawl (default: plain triples, or questions).", "baike cat output/baike --entries | jq .title"
    )
    cat.set_defaults(n=None)
    for command in (head, cat):
        command.add_argument("folder", metavar="CRAWL", help="a crawl's folder, or one shard")
        what = command.add_mutually_exclusive_group()
        what.add_argument("--entries", dest="what", action="store_const", const="entries", help="entries as JSON lines")
        what.add_argument("--questions", dest="what", action="store_const", const="questions", help="questions as JSON lines")
        what.add_argument("--rejects", dest="what", action="store_const", const="rejects", help="rejected pages as JSON lines")
        what.add_argument("--json", dest="what", action="store_const", const="triples", help="triples as JSON lines, with provenance")
        command.set_defaults(what="plain", run=_run_records)
    summary = add_command(
        commands,
        "summary",
        "The first triples or questions of a crawl, its counts, and where everything lies.",
        "baike summary output/baike",
    )
    summary.add_argument("folder", metavar="CRAWL", help="a crawl's folder")
    summary.add_argument("-n", type=positive, default=10, metavar="N", help="triples or questions to print (default: 10)")
    summary.set_defaults(run=_run_summary)
    check = add_command(commands, "verify", "Checks every shard of a crawl against its manifest.", "baike verify output/baike")
    check.add_argument("folder", metavar="CRAWL", help="a crawl's folder")
    check.set_defaults(run=_run_verify)


def _run_records(args: argparse.Namespace) -> int:
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    try:
        for line in islice(_lines(Path(args.folder), args.what), args.n):
            print(line)
    except ShardError as error:
        raise BadInput(str(error)) from error
    return 0


def _lines(folder: Path, what: str) -> Iterator[str]:
    if not folder.exists():
        raise BadInput(f"{folder}: no such crawl folder or shard")
    questions = what in ("plain", "triples") and _holds_questions(folder)
    if what == "plain" and questions:
        for record in read_questions(folder):
            yield "\t".join(field.translate(_FIELD) for field in (record["question"], "、".join(record["tags"]), record["url"]))
        return
    if what == "plain":
        for triple in read_triples(folder):
            yield "\t".join(field.translate(_FIELD) for field in (triple.subject, triple.predicate, triple.object))
        return
    readers: dict[str, Callable[[Path], Iterable[dict[str, Any]]]] = {
        "entries": read_entries,
        "questions": read_questions,
        "rejects": read_rejects,
        "triples": lambda source: (triple.as_dict() for triple in read_triples(source)),
    }
    for record in readers["questions" if questions else what](folder):
        yield json.dumps(record, ensure_ascii=False)


def _holds_questions(source: Path) -> bool:
    """Whether a crawl's folder, or one shard, is of questions."""
    if source.is_dir():
        return bool(load_manifest(source).of("questions"))
    return source.absolute().parent.name == "questions"


def _run_summary(args: argparse.Namespace) -> int:
    folder = Path(args.folder)
    try:
        counts = load_manifest(folder).counts
        first = list(islice(_lines(folder, "plain"), args.n))
    except ShardError as error:
        raise BadInput(str(error)) from error
    print(*first, sep="\n")
    print()
    for name, count in _told(counts):
        print(f"{name:>28}  {count:,}")
    print()
    for what in ("manifest.json", "entries", "triples", "questions", "rejects"):
        if (folder / what).exists():
            print(f"{what:>28}  {folder / what}")
    print(f"{'all questions' if 'questions' in counts else 'all triples':>28}  baike cat {folder}")
    print(f"{'check the shards':>28}  baike verify {folder}")
    return 0


def _told(counts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """The manifest's counts, one a line: kinds first, then what they are made of."""
    finer = {name: count for name, count in counts.items() if isinstance(count, dict)}
    # a crawl of questions has no entries to tell of
    untold = {"entries", "triples"} if "questions" in counts and not counts["entries"] else set()
    yield from ((name, count) for name, count in counts.items() if name not in finer and name not in untold)
    for name, parts in finer.items():
        yield from ((f"{name}/{part}", count) for part, count in parts.items())


def _run_verify(args: argparse.Namespace) -> int:
    folder = Path(args.folder)
    if not folder.is_dir():
        raise BadInput(f"{folder}: no such crawl folder")
    problems = verify(folder)
    for problem in problems:
        print(problem)
    print(f"{folder}: {f'{len(problems)} problems' if problems else 'sound'}", file=sys.stderr)
    return _DAMAGED if problems else 0
