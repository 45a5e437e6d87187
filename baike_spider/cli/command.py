"""What every command's parser looks like."""

from __future__ import annotations

import argparse
from typing import Any

__all__ = ["Commands", "Parser", "add_command", "path", "path_or_stdout", "path_to_write", "port", "positive", "words", "workers"]

Commands = argparse._SubParsersAction
#: of rows, and of processes or threads
_MOST, _WORKERS = (1 << 31) - 1, 1024


class Parser(argparse.ArgumentParser):
    """argparse's, with options between the positional arguments as well as before and behind them: `add CRAWL --site X NAME`."""

    _is_splitting = False

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        if self._is_splitting or self._subparsers is not None:
            return super().parse_known_args(args, namespace)
        self._is_splitting = True
        try:
            return self.parse_known_intermixed_args(args, namespace)
        finally:
            self._is_splitting = False


def add_command(commands: Commands[argparse.ArgumentParser], name: str, text: str, example: str) -> argparse.ArgumentParser:
    """A subcommand with its one-line help and an example."""
    return commands.add_parser(
        name, help=text, description=text, epilog=f"example:\n  {example}", formatter_class=argparse.RawDescriptionHelpFormatter
    )


def port(text: str) -> int:
    """argparse type: a port, 0 for any free one."""
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: give a port from 0 to 65535")
    return int(text)


def positive(text: str) -> int:
    """argparse type: a whole number from 1."""
    return _number(text, _MOST)


def workers(text: str) -> int:
    """argparse type: how many processes or threads."""
    return _number(text, _WORKERS)


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)) or not 1 <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"{text[:40]!r}: give a whole number from 1 to {most}")
    return int(text)


def words(text: str) -> str:
    """argparse type: bytes of the command line that are no UTF-8 are nowhere in what we keep."""
    return text.encode("utf-8", "replace").decode()


def path(text: str) -> str:
    """argparse type: a file or folder. An empty one would be the folder that one happens to be in."""
    if not text:
        raise argparse.ArgumentTypeError("the path is empty")
    return text


def path_to_write(text: str) -> str:
    """argparse type: a file or folder that is written, which is never standard output: most take their name when they are whole."""
    if text == "-":
        raise argparse.ArgumentTypeError("'-' would be standard output, to which this is not written: give a path (./- for this name)")
    return path(text)


def path_or_stdout(text: str) -> str | None:
    """argparse type: a file to write; None for `-`, standard output."""
    return None if text == "-" else path_to_write(text)
