"""`baike corpus diff`."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from baike_spider.cli.command import Commands, add_command
from baike_spider.cli.corpus.border import as_run_errors, memory_size
from baike_spider.corpus.build import MEMORY
from baike_spider.corpus.diff import DiffSummary, diff_corpora, summary_of
from baike_spider.corpus.engine import EngineError
from baike_spider.corpus.reader import open_corpus
from baike_spider.exits import BadInput

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "diff",
        "Entries and triples, or questions, added, removed, changed from one corpus to another: counted, or each as a JSON line.",
        "baike corpus diff corpus-2026-01 corpus-2026-02 --json -o changes.jsonl",
    )
    command.add_argument("old", metavar="OLD", help="a corpus folder")
    command.add_argument("new", metavar="NEW", help="another")
    command.add_argument("--json", action="store_true", help="every change as a JSON line; with --summary: the summary as one JSON object")
    command.add_argument("--summary", action="store_true", help="the summary alone (the default without --json)")
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write here, under a temporary name until complete (default: standard output)"
    )
    command.add_argument(
        "--memory", type=memory_size, default=MEMORY, metavar="SIZE", help="memory to keep to, such as 4G or 800M (default: 4G)"
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with as_run_errors(Path(args.output) if args.output else None):
        old, new = open_corpus(args.old), open_corpus(args.new)
        summary = summary_of(old, new)
        try:
            with _output(args.output) as out:
                for change in diff_corpora(old, new, memory=int(args.memory * 0.6)):
                    summary.add(change)
                    if args.json and not args.summary:
                        out.write(json.dumps(change.as_dict(), ensure_ascii=False) + "\n")
                if args.json and args.summary:
                    out.write(json.dumps(summary.as_dict(), ensure_ascii=False, indent=1) + "\n")
                elif not args.json:
                    _tell(summary, out)
        except EngineError as error:
            raise BadInput(f"{str(error).splitlines()[0]}; `baike corpus verify` says which shard is damaged") from error
    if args.json and not args.summary:
        _tell(summary, sys.stderr)
    return 0


def _tell(summary: DiffSummary, out: TextIO) -> None:
    told = summary.as_dict()
    print(f"{'':10}{'before':>14}{'after':>14}{'added':>12}{'removed':>12}{'changed':>12}", file=out)
    predicates = told.pop("predicates", {})
    for name, row in told.items():
        print(f"{name:10}{row['before']:>14,}{row['after']:>14,}{row['added']:>12,}{row['removed']:>12,}{row['changed']:>12,}", file=out)
    for predicate, count in predicates.items():
        print(f"{count:>14,}  {predicate}", file=out)


@contextmanager
def _output(path: str | None) -> Iterator[TextIO]:
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        yield sys.stdout
        return
    part = Path(f"{path}.part")
    try:
        with part.open("w", encoding="utf-8", newline="\n") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
