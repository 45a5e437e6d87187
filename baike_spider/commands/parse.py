"""`scrapy parse`: takes a saved file as well as a URL."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.commands.parse import Command as ParseCommand
from scrapy.exceptions import UsageError
from w3lib.url import is_url

from baike_spider.commands.settings import leave_on_bad_settings

if TYPE_CHECKING:
    import argparse

__all__ = ["Command"]


class Command(ParseCommand):
    """Scrapy's parse for files and URLs."""

    def syntax(self) -> str:
        return "[options] <url or file>"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        leave_on_bad_settings(self.settings)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) == 1 and not is_url(args[0]):
            path = Path(args[0])
            if not path.is_file():
                raise UsageError(f"{args[0]} is neither a URL nor a file", print_help=False)
            args = [path.resolve().as_uri()]
        super().run(args, opts)
