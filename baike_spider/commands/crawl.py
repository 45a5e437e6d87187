"""`scrapy crawl`: arguments are checked before anything starts, and the exit code says how the crawl ended."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy.commands.crawl import Command as CrawlCommand
from scrapy.exceptions import UsageError

from baike_spider.commands.files import check_feeds, check_folders
from baike_spider.commands.settings import leave_on_bad_settings
from baike_spider.crawl.plan import check_contact, make_plan
from baike_spider.crawl.report import run_report, write_report
from baike_spider.crawl.run import Run
from baike_spider.exits import RunError, ending, exit_code_for
from baike_spider.frontier import worker_name
from baike_spider.streams import ReaderGone, own_streams

if TYPE_CHECKING:
    import argparse

    from scrapy.crawler import Crawler

    from baike_spider.crawl.plan import Plan

__all__ = ["Command"]


class Command(CrawlCommand):
    """Scrapy's crawl with the exit codes of `baike_spider.exits`."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        super().process_options(args, opts)
        assert self.settings is not None
        leave_on_bad_settings(self.settings)

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
            check_feeds(crawler.settings)
            check_folders(plan, crawler.settings)
        except RunError as error:
            print(f"scrapy crawl {args[0]}: {error}", file=sys.stderr)  # noqa: T201
            self.exitcode = error.code
            return
        try:
            self.crawler_process.crawl(crawler, **opts.spargs)
            self.crawler_process.start()
        except KeyboardInterrupt:  # before Twisted looks after signals
            self.exitcode = exit_code_for("shutdown")
            return
        self.exitcode = self._report(crawler, plan)

    def _report(self, crawler: Crawler, plan: Plan) -> int:
        """Says how the crawl ended, in the crawl's folder and where asked on standard output; the exit code."""
        assert self.crawler_process is not None
        run = Run.of(crawler)
        if run is not None:
            run.tell()  # cut off before it could close
        stats = crawler.stats.get_stats() if crawler.stats is not None else {}
        reason = stats.get("crawl/failure") or stats.get("finish_reason")
        if reason is None and not self.crawler_process.bootstrap_failed:
            reason = "shutdown"  # a second Ctrl-C
        reason = ending(reason, stats)
        code = exit_code_for(reason)
        report = run_report(plan.crawl, worker_name(), stats, reason=reason or "error", exit_code=code)
        try:
            if "crawl/pending" in stats:  # else the run never began, and the file is of another one
                write_report(plan.folder, report)
            if crawler.settings.getbool("BAIKE_SUMMARY"):
                with suppress(ReaderGone), own_streams():
                    print(json.dumps(report, ensure_ascii=False), flush=True)  # noqa: T201
        except RunError as error:
            print(f"scrapy crawl: {error}", file=sys.stderr)  # noqa: T201
            code = code or error.code
        return code
