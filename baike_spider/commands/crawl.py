"""`scrapy crawl`: arguments are checked before anything starts, and the exit code says how the crawl ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from baike_spider.crawl.plan import make_plan
from baike_spider.exits import RunError, exit_code_for

if TYPE_CHECKING:
    import argparse

__all__ = ["Command"]


class Command(CrawlCommand):
    """Scrapy's crawl with the exit codes of `baike_spider.exits`."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give one spider: scrapy crawl baike -a seeds=刘德华,清华大学")
        assert self.crawler_process is not None
        try:
            crawler = self._create_crawler(args[0])
        except KeyError as error:
            raise UsageError(f"{error.args[0]}; `scrapy list` names the spiders", print_help=False) from error
        try:
            make_plan(args[0], opts.spargs, crawler.settings)
        except RunError as error:
            print(f"scrapy crawl {args[0]}: {error}", file=sys.stderr)  # noqa: T201
            self.exitcode = error.code
            return
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        reason = crawler.stats.get_value("finish_reason") if crawler.stats else None
        self.exitcode = exit_code_for(reason)
