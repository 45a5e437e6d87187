"""`baike corpus verify`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path
from baike_spider.cli.corpus.border import as_run_errors
from baike_spider.corpus.errors import CorpusDamaged
from baike_spider.corpus.manifest import how_to_rebuild, read_manifest
from baike_spider.corpus.verify import verify_corpus
from baike_spider.exits import DAMAGED

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "verify",
        "Checks every digest, count, order and uniqueness of a corpus; exit code 11 when something is wrong.",
        "baike corpus verify corpus",
    )
    command.add_argument("corpus", type=path, metavar="CORPUS", help="a corpus folder")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    folder = Path(args.corpus)
    problems = 0
    with as_run_errors():
        try:
            for problem in verify_corpus(folder):
                problems += 1
                print(problem, flush=True)
        except CorpusDamaged as error:
            print(error)
            return DAMAGED
        if problems:
            print(how_to_rebuild(read_manifest(folder), folder), file=sys.stderr)
    found = f"{problems:,} problem{'' if problems == 1 else 's'}" if problems else "sound"
    print(f"{folder}: {found}", file=sys.stderr)
    return DAMAGED if problems else 0
