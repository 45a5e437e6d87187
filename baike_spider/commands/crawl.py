"""`scrapy crawl`: arguments are checked before anything starts, and the exit code says how the crawl ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from baike_spider.crawl.plan import check_contact, make_plan
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
            plan = make_plan(args[0], opts.spargs, crawler.settings)
            check_contact(plan, crawler.settings.get("BAIKE_CONTACT") or "")
        except RunError as error:
            print(f"scrapy crawl {args[0]}: {error}", file=sys.stderr)  # noqa: T201
            self.exitcode = error.code
            return
        self.crawler_process.crawl(crawler, **opts.spargs)
        self.crawler_process.start()
        stats = crawler.stats
        reason = (stats.get_value("crawl/failure") or stats.get_value("finish_reason")) if stats else None
        if reason is None and not self.crawler_process.bootstrap_failed:
            reason = "shutdown"  # a second Ctrl-C: the crawl was cut off before it could say so
        self.exitcode = exit_code_for(reason)
