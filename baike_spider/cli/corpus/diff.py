"""`baike corpus diff`."""

from __future__ import annotations

import json
import sys
import tempfile
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from baike_spider.cli.command import Commands, add_command, path, path_or_stdout
from baike_spider.cli.corpus.border import as_run_errors, memory_size
from baike_spider.corpus.build import MEMORY
from baike_spider.corpus.diff import DiffSummary, compared, diff_corpora, summary_of
from baike_spider.corpus.digests import check_digests
from baike_spider.corpus.engine import EngineError
from baike_spider.corpus.export.lines import text_file
from baike_spider.corpus.export.place import exporting
from baike_spider.corpus.reader import failure, open_corpus

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
    command.add_argument("old", type=path, metavar="OLD", help="a corpus folder")
    command.add_argument("new", type=path, metavar="NEW", help="another")
    command.add_argument("--json", action="store_true", help="every change as a JSON line; with --summary: the summary as one JSON object")
    command.add_argument("--summary", action="store_true", help="the summary alone (the default without --json)")
    command.add_argument(
        "-o",
        "--output",
        type=path_or_stdout,
        metavar="FILE",
        help="file to write; an earlier one stays until this one is whole (default, and -: standard output)",
    )
    command.add_argument(
        "--memory", type=memory_size, default=MEMORY, metavar="SIZE", help="memory to keep to, such as 4G or 800M (default: 4G)"
    )
    command.add_argument(
        "--verify",
        action="store_true",
        help="first check the sha256 of every file that counts, also of those that both manifests call the same",
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    with as_run_errors(Path(args.output or tempfile.gettempdir())):
        old, new = open_corpus(args.old), open_corpus(args.new)
        for corpus in (old, new) if args.verify else ():
            check_digests(corpus, compared(corpus))
        summary = summary_of(old, new)
        with _output(args.output) as (out, temp):
            try:
                for change in diff_corpora(old, new, memory=int(args.memory * 0.6), temp=temp):
                    summary.add(change)
                    if args.json and not args.summary:
                        out.write(json.dumps(change.as_dict(), ensure_ascii=False) + "\n")
            except EngineError as error:
                raise failure(error, temp, old, new) from error
            if args.json and args.summary:
                out.write(json.dumps(summary.as_dict(), ensure_ascii=False, indent=1) + "\n")
            elif not args.json:
                _tell(summary, out)
            out.flush()
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
def _output(path: str | None) -> Iterator[tuple[TextIO, Path]]:
    """Where to write, and a folder for what does not fit into memory."""
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        with tempfile.TemporaryDirectory(prefix="baike-diff-") as temp:
            yield sys.stdout, Path(temp)
        return
    with exporting(Path(path), folder=False) as (part, spill), text_file(part) as file:
        out = TextIOWrapper(file, encoding="utf-8", newline="\n")
        yield out, spill
        out.flush()
        out.detach()
