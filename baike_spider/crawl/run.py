"""One run of a worker: opens the frontier, the shards and the ledger, keeps them alive, closes them in order.

Comes in: a `Plan`. Goes out: an attached scheduler and a ledger that pipelines and middlewares share. What opens here
closes here; an error that ends the run is kept in `failure`.
"""

from __future__ import annotations

import contextlib
import logging
import os
import time
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import _schedule_coro

from baike_spider.crawl.door import EMBEDDED, read_generation, write_generation
from baike_spider.crawl.ledger import Ledger, identities, reject_record
from baike_spider.crawl.pace import Pace
from baike_spider.crawl.plan import Plan, read_seed
from baike_spider.exits import BadInput, FrontierGone, OutputFailed, RunError
from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, FrontierError, FrontierUnreachable, worker_name
from baike_spider.frontier.intake import Intake
from baike_spider.frontier.scheduler import FrontierScheduler
from baike_spider.shards import ShardError, ShardWriter, read_entries, salvage
from extractors import Entry, EntryRef, NotAnEntry, Page, entry_ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.crawler import Crawler
    from scrapy.utils.asyncio import AsyncioLoopingCall
    from twisted.internet.task import LoopingCall
    from twisted.python.failure import Failure

    from baike_spider.frontier import Lease

__all__ = ["Run"]

logger = logging.getLogger(__name__)

#: seconds between two looks of a starving worker at the frontier
_POLL_SECONDS = 0.25
#: seconds for which one call waits for a Redis that is away: longer would block the whole worker
_PATIENCE_SECONDS = 1.0
#: seconds between two heartbeats
_HEARTBEAT_SECONDS = 5.0
#: seconds between two looks at the list of start URLs, and how many are taken at once
_START_URLS_SECONDS, _START_URLS = 1.0, 500

_runs: WeakKeyDictionary[Crawler, Run] = WeakKeyDictionary()


class Run:
    """A worker's open resources, one object a crawler."""

    def __init__(self, crawler: Crawler, plan: Plan) -> None:
        self.crawler = crawler
        self.plan = plan
        self.failure: RunError | None = None
        self.refusals_in_row = 0
        self.stopping = False
        self._pace = Pace(time.monotonic())
        self._embedded: EmbeddedServer | None = None
        self._timers: list[AsyncioLoopingCall | LoopingCall] = []

    @staticmethod
    def of(crawler: Crawler) -> Run | None:
        """The crawler's run; None in `scrapy shell`, `parse` and `check`, which have none."""
        return _runs.get(crawler)

    @classmethod
    def open(cls, crawler: Crawler, plan: Plan) -> Self:
        """Opens everything and queues the seeds. Raises RunError; what was opened until then is closed again."""
        run = cls(crawler, plan)
        try:
            run._open()
        except BaseException:
            run._close_connections()
            raise
        _runs[crawler] = run
        return run

    def _open(self) -> None:
        settings, plan = self.crawler.settings, self.plan
        _make_folder(plan)
        try:
            self._open_frontier()
            recovered = self._open_shards()
            self.intake = Intake(self.frontier, batch=2 * settings.getint("CONCURRENT_REQUESTS"), max_entries=self._entries_left())
            self.ledger = Ledger(self.intake, self.writer, max_depth=plan.max_depth, retry_seconds=settings.getfloat("BAIKE_RETRY_SECONDS"))
            new = self.ledger.follow(plan.seeds, depth=0)
            remaining = self.frontier.count().open
        except FrontierError as error:
            raise FrontierGone(str(error)) from error
        except ShardError as error:
            raise OutputFailed(str(error)) from error
        logger.info(
            "crawl %s: %d entries waiting, %d of them new seeds, %d recovered from an earlier run", plan.crawl, remaining, new, recovered
        )
        if not plan.seeds and not remaining and not self._entries_before and not settings.getfloat("BAIKE_IDLE_SECONDS"):
            raise BadInput(f"crawl {plan.crawl!r} is new and has no seeds: give -a seeds=刘德华,清华大学 or -a seeds=@FILE")
        self._attach()

    def _open_frontier(self) -> None:
        settings = self.crawler.settings
        url = settings.get("REDIS_URL")
        if not url:
            self._embedded = EmbeddedServer.start(self.plan.folder / EMBEDDED)
            url = self._embedded.url
        self.frontier = Frontier.connect(
            url,
            crawl=self.plan.crawl,
            worker=worker_name(),
            generation=read_generation(self.plan.folder),
            lease_seconds=settings.getfloat("BAIKE_LEASE_SECONDS"),
            max_attempts=settings.getint("BAIKE_MAX_ATTEMPTS"),
            patience=_PATIENCE_SECONDS,
            start_urls=f"{self.crawler.spidercls.name}:start_urls",
        )
        write_generation(self.plan.folder, self.frontier.generation)

    def _open_shards(self) -> int:
        settings, plan = self.crawler.settings, self.plan
        form = settings["BAIKE_TRIPLES_FORMAT"]
        saved = salvage(plan.folder, crawl=plan.crawl, site=plan.site.name, triples_format=form, before_listing=self._salvage)
        self.frontier.release_dead_workers()
        self.writer = ShardWriter(
            plan.folder,
            worker=worker_name(),
            site=plan.site.name,
            crawl=plan.crawl,
            triples_format=form,
            roll_bytes=settings.getint("BAIKE_SHARD_BYTES"),
        )
        self._entries_before = self.writer.listed_entries()
        if self._entries_before and not self.frontier.count().done:
            self._book(map(Entry.from_dict, read_entries(plan.folder)))
        return saved.entry_count

    def _salvage(self, entries: Iterable[Entry]) -> None:
        """Tells the frontier which entries a dead worker left on disk: what it had claimed is done, anything else is fetched again."""
        for entry in entries:
            self.frontier.salvage(identities(entry))

    def _book(self, entries: Iterable[Entry]) -> None:
        """Tells a frontier that begins anew what lies on disk: it is done, and what its rows link to is known."""
        for entry in entries:
            asked, *others = identities(entry)
            self.frontier.mark_done([asked], aliases=others)
            refs = [ref for row in entry.rows for link in row.links if (ref := entry_ref(link.url)) is not None]
            self.frontier.add([Candidate(ref.key, ref.locator, 1) for ref in refs])

    def _entries_left(self) -> int | None:
        return None if self.plan.max_entries is None else self.plan.max_entries - self._entries_before

    def _attach(self) -> None:
        assert self.crawler.engine is not None
        scheduler = self.crawler.engine.scheduler
        if not isinstance(scheduler, FrontierScheduler):
            raise BadInput(f"SCHEDULER is {type(scheduler).__name__}: this spider needs baike_spider.frontier.scheduler.FrontierScheduler")
        self._scheduler = scheduler
        scheduler.attach(
            self.intake,
            request_for=self.request_for,
            before_idle=self.commit,
            on_lost=self._lost,
            idle_seconds=self.crawler.settings.getfloat("BAIKE_IDLE_SECONDS"),
        )
        self._beat()
        settings = self.crawler.settings
        for tick, seconds in (
            (self._poll, _POLL_SECONDS),
            (self.commit, settings.getfloat("BAIKE_COMMIT_SECONDS")),
            (self._renew, settings.getfloat("BAIKE_LEASE_SECONDS") / 3),
            (self._beat, _HEARTBEAT_SECONDS),
            (self._take_start_urls, _START_URLS_SECONDS),
        ):
            timer = create_looping_call(tick)
            timer.start(seconds, now=False)
            self._timers.append(timer)

    def request_for(self, lease: Lease) -> Request:
        """The request that fetches a leased entry."""
        ref = self.plan.site.locate(lease.locator)
        assert ref is not None, lease.locator
        return Request(self.plan.fetch_url(ref), errback=self._fetch_failed, dont_filter=True, meta={"lease": lease, "depth": lease.depth})

    def commit(self) -> None:
        """Makes finished work durable and acknowledges it. A full disk ends the run, a Redis that is away does not."""
        try:
            self.ledger.commit()
        except ShardError as error:
            self.fail(OutputFailed(str(error)))
        except FrontierUnreachable as error:
            logger.debug("commit waits: %s", error)
        except FrontierError as error:
            self._lost(error)

    def fail(self, error: RunError) -> None:
        """Ends the run with this error; the first one stays."""
        if self.failure is None:
            self.failure = error
            logger.error("%s", error)
            self.stop(error.reason)

    def stop(self, reason: str) -> None:
        """Closes the spider; running requests are finished, leases given back."""
        self.stopping = True
        self._scheduler.detach()
        assert self.crawler.engine is not None
        _schedule_coro(self.crawler.engine.close_spider_async(reason=reason))

    def close(self) -> None:
        """Finishes the shards, gives back the leases, closes Redis: in this order."""
        for timer in self._timers:
            timer.stop()
        self._scheduler.detach()
        try:
            self.ledger.close()
        except ShardError as error:
            self.failure = self.failure or OutputFailed(str(error))
            logger.error("%s", error)
        except FrontierError as error:
            self.failure = self.failure or FrontierGone(str(error))
            logger.error("%s", error)
        try:
            self.intake.close()
        except FrontierError as error:
            logger.warning("leases come back by themselves after %s s: %s", self.crawler.settings["BAIKE_LEASE_SECONDS"], error)
        self._close_connections()
        for name, count in sorted(self.ledger.counts.items()):
            assert self.crawler.stats is not None
            self.crawler.stats.set_value(f"crawl/{name}", count)

    def _close_connections(self) -> None:
        frontier = getattr(self, "frontier", None)
        if frontier is not None:
            frontier.close()
        if self._embedded is not None:
            self._embedded.close()

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
        error = f"{failure.type.__name__ if failure.type else 'error'}: {failure.getErrorMessage()}"
        logger.info("%s failed: %s", request.url, error)
        if self.stopping:
            self.intake.give_back(lease)
        elif isinstance(failure.value, IgnoreRequest):
            # robots.txt, or a page beyond DOWNLOAD_MAXSIZE: asking again would change nothing
            page = Page(b"", self.plan.real_url(request.url), source=request.url)
            verdict = NotAnEntry(str(failure.value), reason="robots" if "robots.txt" in str(failure.value) else "ignored")
            self.ledger.reject(reject_record(page, verdict), lease, outcome="dead")
        else:
            self.ledger.failed(lease, error)

    def _renew(self) -> None:
        try:
            lost = self.intake.renew()
        except FrontierUnreachable:
            return
        except FrontierError as error:
            self._lost(error)
            return
        if lost:
            logger.warning("%d leases ran out and were given away", lost)

    def _take_start_urls(self) -> None:
        """Queues what somebody pushed to `<spider>:start_urls`; what is no entry of the site is said and forgotten."""
        try:
            urls = self.frontier.pop_start_urls(_START_URLS)
            if not urls:
                return
            refs: list[EntryRef] = []
            for url in urls:
                try:
                    refs.append(read_seed(url, where="start_urls", site=self.plan.site))
                except BadInput as error:
                    self.ledger.counts["start_urls/refused"] += 1
                    logger.warning("start URL left out: %s", error)
            self.ledger.follow(refs, depth=0)
            self.frontier.start_urls_queued(urls)
        except FrontierUnreachable as error:
            logger.debug("start URLs wait: %s", error)
        except FrontierError as error:
            self._lost(error)

    def _beat(self) -> None:
        """Says that this worker lives and how fast it goes."""
        counts = self.ledger.counts
        refused = counts["verdict/refused"]
        pages = counts["entries"] + counts["duplicates"] + sum(count for name, count in counts.items() if name.startswith("verdict/"))
        self._pace.sample(time.monotonic(), pages)
        rates = {str(window): round(rate, 3) for window, rate in self._pace.rates().items()}
        said = {"entries": counts["entries"], "pages": pages, "refused": refused, "failed": counts["failed"], "held": self.intake.held}
        with contextlib.suppress(FrontierUnreachable):
            self.frontier.heartbeat({**said, "rates": rates})

    def _lost(self, error: FrontierError) -> None:
        self.fail(FrontierGone(str(error)))


def _make_folder(plan: Plan) -> None:
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        probe = plan.folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputFailed(f"output folder {plan.folder}: {error.strerror or error}; choose another with BAIKE_OUTPUT") from error
