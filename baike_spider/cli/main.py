"""Finds the command, runs it, turns errors into exit codes."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING

from baike_spider.cli import extract, fixture, frontier, serve, show, status
from baike_spider.exits import EXIT_CODES, RunError
from extractors import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main", "parser"]


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code."""
    words, then = _split(list(sys.argv[1:] if argv is None else argv))
    args = parser().parse_args(words)
    args.then = then
    try:
        code: int = args.run(args)
    except RunError as error:
        print(f"baike {args.command}: {error}", file=sys.stderr)
        return error.code
    except BrokenPipeError:
        # whoever read our output has seen enough (`| head`); Python must not complain once more while it closes stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    codes = "exit codes:\n" + "\n".join(f"  {code:3}  {meaning}" for code, meaning in EXIT_CODES.items())
    top = argparse.ArgumentParser(
        prog="baike",
        description="Encyclopedia pages to entries and triples. `scrapy crawl baike` fetches them.",
        epilog=codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"baike-spider {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (extract, show, serve, status, frontier, fixture):
        module.add(commands)
    return top


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Our own words, and the command behind `--`."""
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
