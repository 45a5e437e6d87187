"""Opens what a run needs, and closes it again: the folder, the queue, the shards, and what they owe each other.

Comes in: a `Plan` and settings. Goes out: `Opened`. What a dead worker left on disk is recovered and booked in the queue before anything is
leased; a queue that begins anew beside old shards is told what they hold.
"""

from __future__ import annotations

import contextlib
import logging
import os
from itertools import chain
from typing import TYPE_CHECKING, TypeVar

from baike_spider.crawl.archive import open_archive
from baike_spider.crawl.archived import archived_links
from baike_spider.crawl.door import EMBEDDED, State, read_state, shown, write_state
from baike_spider.crawl.ledger import identities
from baike_spider.crawl.look import entry_name
from baike_spider.crawl.visits import Visits
from baike_spider.exits import AlreadyRunning, FrontierGone, OutputFailed
from baike_spider.frontier import Candidate, EmbeddedServer, Frontier, FrontierError, FrontierLost, worker_name
from baike_spider.shards import ENTRY_KINDS, QUESTION_KINDS, ShardError, ShardWriter, read_entries, read_questions, salvage
from extractors import Entry, Question, entry_ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy.settings import BaseSettings

    from baike_spider.crawl.plan import Plan

__all__ = ["Opened"]

logger = logging.getLogger(__name__)

T = TypeVar("T")

#: seconds for which one call waits for a Redis that is away: longer would block the whole worker
_PATIENCE_SECONDS = 1.0
#: entries that are booked, or links that are queued, in one round trip
_BATCH = 500


class Opened:
    """The open resources of one worker. Raises RunError; what was opened until then is closed again."""

    def __init__(self, plan: Plan, settings: BaseSettings, *, spider: str) -> None:
        self._plan = plan
        self._settings = settings
        self._server: EmbeddedServer | None = None
        self._frontier: Frontier | None = None
        self._visits: Visits | None = None
        _make_folder(plan)
        try:
            self.frontier = self._open_frontier(spider)
            self.keep_alone()
            self._visits = self.visits = Visits.open(plan.folder)
            self.recovered = self._salvage()
            self.writer = self._open_writer()
            self.entries_before = self.writer.listed_entries() - self.visits.count_replaced()
            self.archive = open_archive(plan, settings) if settings.getbool("BAIKE_ARCHIVE") else None
            self._book()
            if plan.refresh_seconds is not None:
                self.visits.catch_up(self.keep_alone)
        except FrontierError as error:
            self.close()
            state, cure = read_state(plan.folder), ""
            if state.generation:
                other = state.misplaced(settings.get("REDIS_URL")) if isinstance(error, FrontierLost) else ""
                cure = f"; {other or f'`baike frontier purge {plan.folder} --yes` begins a new queue, the shards stay'}"
            raise FrontierGone(f"{error}{cure}") from error
        except ShardError as error:
            self.close()
            raise OutputFailed(str(error)) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Closes Redis and the book of visits. The writer is closed by who wrote."""
        if self._visits is not None:
            self._visits.close()
        if self._frontier is not None:
            if self._plan.exclusive:
                with contextlib.suppress(FrontierError):
                    self._frontier.be_alone_no_more()
            with contextlib.suppress(FrontierError):
                self._frontier.close()
        if self._server is not None:
            self._server.close()

    def keep_alone(self) -> None:
        """Takes, and keeps, the right of an exclusive run. Raises AlreadyRunning when another one has it."""
        if not self._plan.exclusive:
            return
        holder = self.frontier.be_alone(self._settings.getfloat("BAIKE_LEASE_SECONDS"))
        if holder:
            raise AlreadyRunning(
                f"crawl {self._plan.crawl!r} has an exclusive run already: {holder.rsplit(':', 2)[0]} (host:pid). This one ends, nothing was "
                "changed. Wait for that run; if it is dead, its right ends by itself after BAIKE_LEASE_SECONDS. To help it on purpose, start "
                "a worker without refresh= and exclusive="
            )

    def _open_frontier(self, spider: str) -> Frontier:
        settings, folder = self._settings, self._plan.folder
        url = settings.get("REDIS_URL")
        if not url:
            self._server = EmbeddedServer.start(folder / EMBEDDED)
            url = self._server.url
        state = read_state(folder)
        self._frontier = frontier = Frontier.connect(
            url,
            crawl=self._plan.crawl,
            worker=worker_name(),
            generation=state.generation,
            lease_seconds=settings.getfloat("BAIKE_LEASE_SECONDS"),
            max_attempts=settings.getint("BAIKE_MAX_ATTEMPTS"),
            patience=_PATIENCE_SECONDS,
            start_urls=f"{spider}:start_urls",
        )
        if frontier.generation != state.generation:
            write_state(folder, State(frontier.generation, redis=shown(settings.get("REDIS_URL"))))
        return frontier

    def _salvage(self) -> int:
        """Recovers what dead workers left on disk; how many entries. What they had claimed is booked, anything else is fetched again."""

        def book(entries: Iterable[Entry | Question]) -> None:
            for batch in _batches(entries):
                self.frontier.salvage([key for entry in batch for key in identities(entry)])
                self.keep_alone()

        plan = self._plan
        form = self._settings["BAIKE_TRIPLES_FORMAT"]
        saved = salvage(plan.folder, crawl=plan.crawl, site=plan.site.name, triples_format=form, before_listing=book)
        for damage in saved.damaged:
            logger.warning("%d damaged bytes of %s are kept in %s: %s", damage.bytes, damage.path, damage.kept, damage.reason)
        self.frontier.release_dead_workers()
        return saved.entry_count

    def _open_writer(self) -> ShardWriter:
        return ShardWriter(
            self._plan.folder,
            worker=worker_name(),
            site=self._plan.site.name,
            crawl=self._plan.crawl,
            triples_format=self._settings["BAIKE_TRIPLES_FORMAT"],
            roll_bytes=self._settings.getint("BAIKE_SHARD_BYTES"),
            kinds=QUESTION_KINDS if self._plan.site.holds == "questions" else ENTRY_KINDS,
        )

    def _book(self) -> None:
        """Tells a queue that begins anew what the shards hold: it is done, and what it links to is known, as far as the plan follows links.

        Links of summaries, texts and questions are not in the shards: they are found again in the archive, without one only where another page
        leads to them.
        """
        plan = self._plan
        if read_state(plan.folder).booked:
            return
        follow = plan.follow != "none" and plan.max_depth != 0
        stored: chain[Entry | Question] = chain(
            map(Entry.from_dict, read_entries(plan.folder)), map(Question.from_dict, read_questions(plan.folder))
        )
        for batch in _batches(stored):
            self.keep_alone()
            known = [identities(entry) for entry in batch]
            self.frontier.mark_done([keys[0] for keys in known], aliases=[key for keys in known for key in keys[1:]])
            if follow:
                self.frontier.add([candidate for entry in batch if isinstance(entry, Entry) for candidate in self._links(entry)])
        if follow and plan.follow != "infobox":
            for candidates in _batches(archived_links(plan, self.visits)):
                self.keep_alone()
                self.frontier.add(candidates)
        write_state(plan.folder, State(self.frontier.generation, booked=True, redis=shown(self._settings.get("REDIS_URL"))))

    def _links(self, entry: Entry) -> list[Candidate]:
        """What a stored entry's infobox links to, no deeper than the plan goes."""
        depth = self.visits.depth_of(entry_name(entry.lemma_id, entry.url)) + 1
        if self._plan.max_depth is not None and depth > self._plan.max_depth:
            return []
        refs = (entry_ref(link.url) for row in entry.rows for link in row.links)
        return [Candidate(ref.key, ref.locator, depth) for ref in refs if ref is not None]


def _batches(things: Iterable[T]) -> Iterable[list[T]]:
    batch: list[T] = []
    for thing in things:
        batch.append(thing)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _make_folder(plan: Plan) -> None:
    try:
        plan.folder.mkdir(parents=True, exist_ok=True)
        probe = plan.folder / f".writable-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise OutputFailed(f"output folder {plan.folder}: {error.strerror or error}; choose another with BAIKE_OUTPUT") from error
