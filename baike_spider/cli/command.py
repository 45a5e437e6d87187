"""What every command's parser looks like."""

from __future__ import annotations

import argparse

__all__ = ["Commands", "add_command", "port", "positive"]

Commands = argparse._SubParsersAction


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
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from 1")
    return int(text)
