"""One run of a worker: leases become requests, what stops it is told once, everything is closed in order. Its chores on timers are `Chores`.

Comes in: a `Plan`. Goes out: an attached scheduler and a ledger that pipelines and middlewares share. An error that ends the run is kept in
`failure`; `crawl/failure` in the stats names it.
"""

from __future__ import annotations

import gc
import logging
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.utils.defer import _schedule_coro

from baike_spider.crawl.chores import Chores
from baike_spider.crawl.door import State, write_state
from baike_spider.crawl.failed_fetch import settle_failed_fetch
from baike_spider.crawl.gate import Gate, Manners
from baike_spider.crawl.ledger import Ledger
from baike_spider.crawl.look import Look
from baike_spider.crawl.opening import Opened
from baike_spider.crawl.outage import Outage, Part
from baike_spider.crawl.plan import Plan, check_contact
from baike_spider.crawl.refresh import Refresh
from baike_spider.crawl.report import run_report, write_report
from baike_spider.crawl.start_urls import take_start_urls
from baike_spider.exits import BadInput, FrontierGone, OutputFailed, RunError
from baike_spider.frontier import FrontierError, FrontierUnreachable
from baike_spider.frontier.intake import Intake
from baike_spider.frontier.scheduler import FrontierScheduler
from baike_spider.shards import ShardError

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings
    from twisted.python.failure import Failure

    from baike_spider.frontier import Key, Lease

__all__ = ["Run"]

logger = logging.getLogger(__name__)

#: allocations between two looks for cycles, and looks between two deeper ones: a page makes thousands of objects and hardly a cycle
_GC_THRESHOLD = (10_000, 10, 10)

_runs: dict[Crawler, Run] = {}


class Run:
    """A worker at work, one object a crawler."""

    def __init__(self, crawler: Crawler, plan: Plan) -> None:
        """Opens everything and queues the seeds. Raises RunError; what was opened until then is closed again."""
        settings = crawler.settings
        check_contact(plan, settings.get("BAIKE_CONTACT") or "")
        assert crawler.engine is not None
        scheduler = crawler.engine.scheduler
        if not isinstance(scheduler, FrontierScheduler):
            raise BadInput(f"SCHEDULER is {type(scheduler).__name__}: this spider needs baike_spider.frontier.scheduler.FrontierScheduler")
        self.crawler = crawler
        self.plan = plan
        self.failure: RunError | None = None
        self.stopping = False
        self.host = urlsplit(plan.mirror or plan.site.fetch_base or plan.site.base).netloc
        """Where the entries are fetched."""
        self.outage = Outage()
        self._scheduler = scheduler
        self._unsent: set[Key] = set()
        self._opened = opened = Opened(plan, settings, spider=crawler.spidercls.name)
        left = plan.max_entries
        if left is not None and plan.refresh_seconds is None:
            left -= opened.entries_before
        self.gate = Gate(opened.frontier.throttle, _manners(settings), self)
        self.intake = Intake(
            opened.frontier,
            batch=2 * settings.getint("CONCURRENT_REQUESTS"),
            max_entries=left,
            room=lambda: self.gate.room(self.host, len(self._unsent)),
        )
        self.archive = opened.archive
        self.ledger = Ledger(
            self.intake,
            opened.writer,
            archive=opened.archive,
            max_depth=plan.max_depth,
            retry_seconds=settings.getfloat("BAIKE_RETRY_SECONDS"),
            visits=opened.visits,
        )
        try:
            self._queue_seeds()
            self.gate.watch(self.host)
            self._chores = Chores(self, opened, self._plan_refresh())
        except FrontierError as error:
            opened.close()
            raise FrontierGone(str(error)) from error
        except ShardError as error:
            opened.close()
            raise OutputFailed(str(error)) from error
        except RunError:
            opened.close()
            raise

    @staticmethod
    def of(crawler: Crawler) -> Run | None:
        """The crawler's run; None in `scrapy shell`, `parse` and `check`, which have none."""
        return _runs.get(crawler)

    @classmethod
    def begin(cls, crawler: Crawler, plan: Plan) -> Self:
        """Opens a run and lets it lease. Raises RunError."""
        run = cls(crawler, plan)
        _runs[crawler] = run
        run._attach()
        stats = crawler.stats.get_stats() if crawler.stats is not None else {}
        write_report(plan.folder, run_report(plan.crawl, run.intake.frontier.worker, stats))
        gc.collect()
        gc.freeze()  # what was imported until now is never garbage: with it, looking for cycles was a fifth of a page's cost
        gc.set_threshold(*_GC_THRESHOLD)
        return run

    def _queue_seeds(self) -> None:
        plan, before = self.plan, self._opened.entries_before
        self.ledger.follow(plan.seeds, depth=0)
        self.ledger.commit()
        take_start_urls(self.intake.frontier, self.ledger, plan.site)
        counts = self.intake.frontier.count()
        waiting, self._dead_before = counts.open, counts.dead
        logger.info("crawl %s: %d entries waiting, %d stored, %d of them recovered", plan.crawl, waiting, before, self._opened.recovered)
        if not plan.seeds and not waiting and not before and not self.crawler.settings.getfloat("BAIKE_IDLE_SECONDS"):
            example = "刘德华,清华大学" if plan.site.holds == "entries" else f"{plan.site.fetch_base}/list?cid=106"
            raise BadInput(f"crawl {plan.crawl!r} is new and has no seeds: give -a seeds={example} or -a seeds=@FILE")

    def _plan_refresh(self) -> Refresh | None:
        plan, visits = self.plan, self._opened.visits
        if plan.refresh_seconds is None:
            return None
        before = int(time.time()) - plan.refresh_seconds
        refresh = Refresh(self.intake.frontier, visits, plan.site, before=before, most=plan.max_entries)
        refresh.feed()
        logger.info(
            "refresh: %d entries were looked at last before %s",
            visits.count_due(before),
            time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(before)),
        )
        return refresh

    def _attach(self) -> None:
        settings = self.crawler.settings
        # Scrapy makes two records of every page for handlers that show none of them
        logging.getLogger("scrapy").setLevel(settings.get("LOG_LEVEL"))
        self._scheduler.attach(
            self.intake,
            request_for=self.request_for,
            before_idle=self._chores.before_idle,
            on_lost=self.lost,
            on_away=self.away,
            idle_seconds=settings.getfloat("BAIKE_IDLE_SECONDS"),
        )
        self._chores.begin(settings, poll=self._poll, look=self.gate.look)

    def request_for(self, lease: Lease) -> Request | None:
        """The request that fetches a leased entry; None, and a dead letter, when nobody knows its address."""
        ref = self.plan.site.locate(lease.locator)
        if ref is None:
            self.ledger.unless_settled(lease, "dead", error=f"{lease.locator!r} is no entry of {self.plan.site.title}")
            return None
        self._unsent.add(lease.key)
        look = Look.of(lease.note)
        return Request(
            self.plan.fetch_url(ref),
            headers=look.headers() if look is not None else None,
            errback=self._fetch_failed,
            dont_filter=True,
            meta={"lease": lease, "depth": lease.depth},
        )

    def left(self, lease: Lease | None) -> None:
        """The request of this lease is on its way, or answered."""
        if lease is not None:
            self._unsent.discard(lease.key)

    def fail(self, error: RunError) -> None:
        """Ends the run with this error; the first one stays."""
        if self.failure is None:
            self.failure = error
            logger.error("%s", error)
            self.stop(error.reason)

    def stop(self, reason: str) -> None:
        """Closes the spider; requests under way are finished, those that wait do not leave any more, leases are given back."""
        self.stopping = True
        self._scheduler.detach()
        if self.crawler.engine is not None:
            _schedule_coro(self.crawler.engine.close_spider_async(reason=reason))

    def is_closing(self) -> bool:
        """Whether the crawl ends, for whatever reason: nothing leaves any more, and waiting for Redis would only hold up the end."""
        engine = self.crawler.engine
        # Scrapy closes a spider by itself too (signals, CLOSESPIDER_*), and tells of it only when all requests are done
        return self.stopping or engine is None or not engine.running or engine._slot is None or engine._slot.closing is not None

    def refused(self, host: str) -> None:
        """All workers together met too many refusals in a row: this one ends too."""
        logger.error(
            "%s refused %d times in a row; stopping. Nothing is lost: the same command asks again. "
            "Lawful inputs meanwhile: saved pages (baike extract), WARC archives, the site's own API. "
            "站点连续拒绝，抓取停止；词条都还在队列里，同一条命令会继续。可改用已保存的网页（baike extract 目录）、WARC 存档或官方 API。",
            host,
            self.crawler.settings.getint("BAIKE_REFUSALS_TO_STOP"),
        )
        self.stop("refused")

    def close(self) -> None:
        """Finishes the shards, gives back the leases, closes Redis: in this order, each of them whatever became of the others."""
        self._chores.end()
        self._scheduler.detach()
        with ExitStack() as last:
            last.callback(self.tell)
            last.callback(_runs.pop, self.crawler, None)
            last.callback(self._opened.close)
            last.callback(self._finish, self._clear_finished)
            last.callback(self._finish, self._give_back)
            last.callback(self._finish, self.ledger.close)

    def _finish(self, step: Callable[[], None]) -> None:
        try:
            step()
        except RunError as error:
            self._keep(error)
        except ShardError as error:
            self._keep(OutputFailed(str(error)))
        except FrontierError as error:
            self._keep(FrontierGone(f"{error}; what is on disk and not listed yet is listed by the next run"))

    def _give_back(self) -> None:
        """What is written, but could not be acknowledged, stays leased: another worker would fetch it again, the next run here books it."""
        self.intake.close(besides=self.ledger.unacknowledged)

    def _clear_finished(self) -> None:
        """`SCHEDULER_PERSIST=False`: the queue of a finished crawl leaves Redis with its last worker; what is stored is known from the shards."""
        if self.crawler.settings.getbool("SCHEDULER_PERSIST") or self.failure is not None:
            return
        frontier = self.intake.frontier
        if frontier.clear_finished():
            write_state(self.plan.folder, State(frontier.generation))
            logger.info("SCHEDULER_PERSIST is off: the queue of the finished crawl is cleared")
        else:
            logger.info("SCHEDULER_PERSIST is off, but the queue is kept: entries, dead letters or other workers are left")

    def tell(self) -> None:
        """Puts what this run did, and what the queue held as it was heard of last, into the stats."""
        stats, counts = self.crawler.stats, self.intake.frontier.counts
        if stats is None:
            return
        for name, count in sorted(self.ledger.counts.items()):
            stats.set_value(f"crawl/{name}", count)
        stats.set_value("crawl/pending", counts.open)
        stats.set_value("crawl/dead", counts.dead)
        nothing_done = counts.done + counts.duplicates == 0
        died = counts.dead if nothing_done else max(counts.dead - self._dead_before, 0)
        stats.set_value("crawl/died", died)
        if died:
            logger.warning("%d entries are dead letters: `baike frontier dead %s` says why", died, self.plan.folder)
        if self.failure is not None:
            stats.set_value("crawl/failure", self.failure.reason)

    def _keep(self, error: RunError) -> None:
        if self.failure is None or str(self.failure) != str(error):
            logger.error("%s", error)
        self.failure = self.failure or error

    def away(self, error: FrontierUnreachable, *, part: Part = "queue") -> None:
        """Redis is away: it is waited for, but not for ever."""
        self.outage.goes_on(error, of=part)
        patience = self.crawler.settings.getfloat("BAIKE_REDIS_PATIENCE")
        if self.outage.seconds > patience:
            self.fail(
                FrontierGone(
                    f"{error}. It stayed away for {patience:g} s (BAIKE_REDIS_PATIENCE); the same command goes on, nothing is lost"
                )
            )

    def _poll(self) -> None:
        """A starving engine asks again only when it is given something."""
        if not self._scheduler.starving or self.crawler.engine is None:
            return
        request = self._scheduler.next_request()
        if request is not None:
            self.crawler.engine.crawl(request)

    def _fetch_failed(self, failure: Failure) -> None:
        """Settles the lease of a request that never became a response."""
        request: Request = failure.request  # type: ignore[attr-defined]
        lease: Lease = request.meta["lease"]
        self.left(lease)
        if self.is_closing():
            self.ledger.give_back(lease)
            return
        settle_failed_fetch(failure, request, ledger=self.ledger, plan=self.plan)

    def lost(self, error: FrontierError) -> None:
        """Waiting for Redis does not help: ends the run."""
        self.fail(FrontierGone(f"{error}; `baike frontier purge {self.plan.folder} --yes` begins a new queue, the shards stay"))


def _manners(settings: BaseSettings) -> Manners:
    return Manners(
        delay=settings.getfloat("DOWNLOAD_DELAY"),
        longest_interval=settings.getfloat("BAIKE_BACKOFF_SECONDS"),
        longest_pause=settings.getfloat("BAIKE_PAUSE_SECONDS"),
        refusals_to_stop=settings.getint("BAIKE_REFUSALS_TO_STOP"),
    )
