"""`baike corpus export`."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path, path_to_write
from baike_spider.cli.corpus.border import add_limits, as_run_errors
from baike_spider.corpus.export import MEMORY, export_corpus, formats
from baike_spider.corpus.reader import open_corpus

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    known = formats()
    command = add_command(
        commands, "export", "Writes a corpus in the form that another tool reads.", "baike corpus export tsv corpus -o triples.tsv"
    )
    width = max(map(len, known))
    command.epilog = f"{command.epilog}\n\nformats:\n" + "\n".join(
        f"  {name:{width}}  {form.text}{' (a folder)' if form.folder else ''}" for name, form in known.items()
    )
    command.add_argument("format", metavar="FORMAT", choices=tuple(known), help=", ".join(known))
    command.add_argument("corpus", type=path, metavar="CORPUS", help="folder that `baike corpus build` wrote")
    command.add_argument(
        "-o",
        "--output",
        type=path_to_write,
        required=True,
        metavar="PATH",
        help="file or folder to write; an earlier export there stays until this one is whole",
    )
    add_limits(command, memory=MEMORY, to="sort in")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    started = time.monotonic()
    output = Path(args.output)
    with as_run_errors(output):
        told = export_corpus(open_corpus(args.corpus), formats()[args.format], output, memory=args.memory, threads=args.threads)
    print(f"{output}: {told[0]} in {time.monotonic() - started:.1f} s", *told[1:], sep="\n", file=sys.stderr)
    return 0
