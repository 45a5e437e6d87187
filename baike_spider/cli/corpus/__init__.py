"""`baike corpus`: one module a subcommand, found by being in this folder. Each has `add(commands)`, as the commands above have."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands, "corpus", "Crawls and extractions to one corpus: built, checked, compared.", "baike corpus build output/baike -o corpus"
    )
    actions = command.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name in sorted(module.name for module in iter_modules(__path__)):
        module = import_module(f"{__name__}.{name}")
        if hasattr(module, "add"):
            module.add(actions)
