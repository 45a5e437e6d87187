"""The crawl's queue: what to fetch next, what is being fetched, what is done. One `Frontier` a worker, one Redis for all.

Comes in: `Candidate`s (links, seeds). Goes out: `Lease`s. What a locator means, how a page is fetched and when its records are
durable is the crawl's knowledge, not ours. An item is in one place at any time, and every move is one step of a script:

    add --> pending --lease--> leased --ack--> done          claim: "this page is these entries too": first come, first served,
              ^                  |                           the others are parked until the owner is done, and come back if it dies
              +-- back, delayed -+--give_back, bury--> dead --retry_dead--> back
                 (lease ran out, give_back)       done --reopen--> pending, with a note of what to compare with

The order that loses nothing: `claim` with the page's links before a record is written, `ack` after the records are durable.
Every call is one round trip however many items it carries, and may be repeated after an error: it is idempotent, or fenced by the lease's token.
Every call raises FrontierUnreachable (wait and repeat), FrontierLost (stop) or another FrontierError.
"""

from __future__ import annotations

import json
import random
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from baike_spider.frontier.calls import BATCH, CrawlCalls, identified, named
from baike_spider.frontier.connection import Call, Connection
from baike_spider.frontier.item import unpack_item
from baike_spider.frontier.keys import FORMAT, CrawlKeys
from baike_spider.frontier.known import KnownKeys
from baike_spider.frontier.lease import Candidate, Lease
from baike_spider.frontier.recent import RecentAdds
from baike_spider.frontier.start_urls import StartUrls
from baike_spider.frontier.status import Counts, DeadLetter, FrontierStatus, read_hosts, read_workers
from baike_spider.frontier.throttle import Throttle
from baike_spider.frontier.worker import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from baike_spider.frontier.item import Key
    from baike_spider.frontier.lease import Revisit

__all__ = ["Candidate", "Frontier", "Lease"]

#: longest failure text that a dead letter keeps, in characters
_LONGEST_ERROR = 1000
#: seconds; a worker that has not said anything for so long does not hold up the clearing of a finished crawl
_SILENCE = 60


class Frontier:
    """The queue of one crawl, as one worker sees it. Not for use by several threads at once."""

    @classmethod
    def connect(  # noqa: PLR0913 (the knobs of a worker)
        cls,
        url: str,
        *,
        crawl: str,
        worker: str,
        lease_seconds: float = 120,
        max_attempts: int = 5,
        max_lapses: int = 20,
        patience: float = 5,
        generation: str = "",
        start_urls: str = "baike:start_urls",
        clock: Callable[[], float] | None = None,
    ) -> Frontier:
        """Joins the crawl, or begins it when Redis does not know it.

        `worker`: a name that no other process has, see `worker_name`. `max_attempts`: failed attempts, `max_lapses`: leases that ran out, after which
        an entry is dead. `patience`: seconds for which a call is repeated while Redis is away. `generation`: that of an earlier connection; when
        Redis does not hold that crawl any more, FrontierLost is raised. `start_urls`: key of the list of start URLs. `clock`: for tests, in
        the place of the server's clock. Raises FrontierUnreachable, FrontierLost, FrontierMisconfigured, ValueError on bad names.
        """
        frontier = cls(CrawlCalls(Connection(url, patience=patience), CrawlKeys(crawl), clock), worker, lease_seconds, start_urls)
        frontier.max_attempts, frontier.max_lapses = max_attempts, max_lapses
        try:
            frontier._connection.check_server()
            frontier._join(generation)
        except BaseException:
            frontier._connection.close()
            raise
        return frontier

    def __init__(self, calls: CrawlCalls, worker: str, lease_seconds: float, start_urls: str) -> None:
        """Use `connect`."""
        self.worker = worker
        self.lease_seconds = lease_seconds
        self.max_attempts = 5
        self.max_lapses = 20
        self.begun_here = False
        """Whether this connection found no crawl and began it."""
        self.counts = Counts()
        """As of the last reply that told."""
        self.throttle = Throttle(calls, random.random)
        """The pace of all workers towards a host."""
        self._calls = calls
        self._keys = calls.keys
        self._connection = calls.connection
        self._start_urls = StartUrls(self._connection, key=start_urls, crawl=self._keys.crawl, hold_seconds=lease_seconds, time=calls.time)
        self._known = KnownKeys()
        self._recent = RecentAdds()
        self._connection.greeting = self._recent.again
        self._unanswered = ""

    @property
    def generation(self) -> str:
        """What tells this crawl from any other of the same name, before and after it."""
        return self._calls.generation

    def add(self, candidates: Iterable[Candidate]) -> int:
        """Queues those whose key nobody has seen; how many these were."""
        return sum(self._with_links([], list(candidates)))

    def lease(self, n: int) -> list[Lease]:
        """Up to n (at most 2,000) items, lowest depth first, then first seen. Whatever expired or is due comes back before.

        Raises FrontierLost also when the queue is empty while the books say that it is not.
        """
        repeated = bool(self._unanswered)
        self._unanswered = self._unanswered or secrets.token_hex(6)
        keys = self._keys.core + self._keys.pending
        args = (min(n, BATCH), self.lease_seconds, self.worker, self._unanswered)
        first, again = (self._calls.call("lease", keys, *args, mark, self.max_lapses) for mark in ("", "1"))
        tally, deadline, granted = self._connection.call(again if repeated else replace(first, again=again.args))
        self._unanswered = ""
        self._hear(tally)
        parts = zip(granted[::4], granted[1::4], granted[2::4], granted[3::4], strict=True)
        return [Lease(*unpack_item(item), int(token), int(tries), float(deadline), note.decode()) for item, token, tries, note in parts]

    def ack(self, leases: Iterable[Lease]) -> int:
        """Finishes items whose records are durable; how many were still held. A lease that was given away changes nothing."""
        return self._tallied("ack", [(*identified(lease.key), lease.token) for lease in leases])

    def give_back(self, leases: Iterable[Lease], *, delay: float = 0, failed: bool = False, error: str = "") -> int:
        """Returns items to the queue, `delay` seconds from now; how many were still held.

        `failed` counts an attempt; the last one makes the item a dead letter with `error`. Without it nothing is held against the item.
        """
        return self._give_back(leases, delay, "failed" if failed else "back", error)

    def bury(self, leases: Iterable[Lease], error: str) -> int:
        """Makes items dead letters at once; how many were still held."""
        return self._give_back(leases, 0, "bury", error)

    def renew(self, leases: Sequence[Lease]) -> list[Lease]:
        """More time; the leases that are still held, with their new deadline. Drop the work on the others."""
        replies = self._calls.run_batches("renew", [named(lease) for lease in leases], self.lease_seconds)
        self._hear(replies[-1][0])
        answers = [float(deadline) if held else None for _, deadline, all_held in replies for held in all_held]
        return [replace(lease, deadline=deadline) for lease, deadline in zip(leases, answers, strict=True) if deadline is not None]

    def claim(self, lease: Lease, aliases: Iterable[Key], *, links: Iterable[Candidate] = ()) -> bool:
        """One entry once: the page fetched under `lease` is also these identities. Adds the page's `links` in the same round trip.

        True: the lease's key owns them all; they count as seen. Asking again, also after a crash and under a later lease of the key, is True again.
        False: another key owns one or is done as one, or the lease was given away. Then write no record and `ack` the lease: it is parked, finishes with
        the owner, and comes back if the owner dies.
        """
        names = [part for key in aliases for part in identified(key)]
        call = self._calls.call("claim", self._keys.core, *identified(lease.key), lease.token, *names)
        return bool(self._with_links([call], list(links))[-1] == 1)

    def salvage(self, keys: Iterable[Key]) -> int:
        """Books entries whose records are on disk but whose acknowledgement was lost with their worker; how many. Repeating it is harmless.

        `keys`: all identities of these entries. Only a key whose claim is in Redis is booked: then the links of its page are there too. After a crash of Redis that
        cost the claim, the entry stays in the queue, is fetched again, and gives its links again.
        """
        return self._book("claimed", list(keys))

    def mark_done(self, keys: Iterable[Key], *, aliases: Iterable[Key] = ()) -> int:
        """Books entries that need not be fetched, whatever the queue knows of them, and their other names; how many names were news.

        For a new queue beside old shards. Their links are not queued: `add` those. After a crash use `salvage`.
        """
        return self._book("done", list(keys)) + self._book("alias", list(aliases))

    def reopen(self, revisits: Sequence[Revisit]) -> tuple[int, int]:
        """Queues finished entries once more, before all others, in this order: how many were not under way already, and how many items wait
        there now. Call it with what fits in one call (some hundred)."""
        rows = [part for revisit in revisits for part in self._calls.reopening(revisit)]
        tally, queued, waiting = self._calls.run("reopen", (*self._keys.core, self._keys.pending[0]), *rows)
        self._hear(tally)
        return int(queued), int(waiting)

    def be_alone(self, seconds: float, alive: Callable[[str], bool] = is_alive) -> str:
        """Takes, or keeps, the right to be the crawl's only exclusive run for so long: "" when it is ours, else who has it.

        A holder whose process is surely gone loses it at once, any other when its time ran out.
        """
        holder = self._alone(seconds)
        return "" if holder == self.worker or (not alive(holder) and self._alone(seconds, dead=holder) == self.worker) else holder

    def be_alone_no_more(self) -> None:
        """Frees that right, if it is ours."""
        self._alone(0)

    def _alone(self, seconds: float, dead: str = "") -> str:
        holder, _ = self._calls.run("alone", (self._keys.meta,), self.worker, seconds, dead)
        return str(holder.decode())

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Every dead letter, in no order; those buried meanwhile may be missing."""
        cursor: Any = 0
        while True:
            cursor, *parts = self._calls.run("dead", self._keys.core, cursor, 200)
            for at in range(0, len(parts), 5):
                yield DeadLetter.read(parts[at : at + 5])
            if int(cursor) == 0:
                return

    def retry_dead(self, keys: Iterable[Key] | None = None) -> int:
        """Dead letters go back to the queue, all of them or those of `keys`; how many."""
        if keys is not None:
            kids = [identified(key)[:1] for key in keys]
            return self._tallied("retry_dead", kids, 0) if kids else 0
        total = 0
        while batch := self._tallied("retry_dead", [], BATCH):
            total += batch
        return total

    def count(self) -> Counts:
        """How far the crawl is; `counts` has the same as of the last call, for nothing."""
        (tally,) = self._calls.run("counts", self._keys.core)
        self._hear(tally)
        return self.counts

    def status(self) -> FrontierStatus:
        """The whole state."""
        reply = self._calls.run("status", (*self._keys.core, self._keys.workers, self._keys.manners, *self._keys.pending))
        tally, pending, back, parked, ids, titles, now, begun, rows, holders, memory, hosts = reply
        self._hear(tally)
        return FrontierStatus(
            crawl=self._keys.crawl,
            generation=self.generation,
            counts=self.counts,
            pending=pending + back,
            parked=parked,
            seen=ids + titles,
            workers=read_workers(rows, holders, now=float(now)),
            hosts=read_hosts(hosts),
            begun=float(begun),
            now=float(now),
            redis_memory=int(memory) if memory else None,
            redis=self._connection.where,
        )

    def heartbeat(self, info: Mapping[str, Any]) -> None:
        """Says that this worker is alive, and what it does (anything JSON can hold)."""
        text = json.dumps(dict(info), ensure_ascii=False)
        self._calls.run("beat", (self._keys.meta, self._keys.workers), self.worker, text)

    def release_dead_workers(self, alive: Callable[[str], bool] = is_alive) -> int:
        """The leases of workers that are gone come back at once; how many. Call it at start. `alive` is asked for every other worker's name."""
        gone = [row.worker for row in self.status().workers if row.worker != self.worker and not alive(row.worker)]
        if not gone:
            return 0
        tally, back = self._calls.run("release", (*self._keys.core, self._keys.workers), self.max_lapses, *gone)
        self._hear(tally)
        return int(back)

    def pop_start_urls(self, n: int) -> list[str]:
        """Up to n URLs that somebody pushed to the start URLs key. They come again after `lease_seconds` unless `start_urls_queued` is told of them."""
        return self._start_urls.pop(n)

    def start_urls_queued(self, urls: Iterable[str]) -> int:
        """The popped URLs were added, or are none of ours: forget them."""
        return self._start_urls.queued(urls)

    def drain(self, *, stop: bool = True) -> None:
        """Hands out nothing more, whoever asks, until it is called with `stop=False`; what is leased may be finished."""
        self._calls.run("drain", (self._keys.meta,), "1" if stop else "")

    def clear_finished(self) -> bool:
        """Forgets the queue when the crawl is finished, has no dead letters and no other worker; whether it did.

        The crawl begins anew under another `generation`; who knows it by the old one may still `connect`.
        """
        generation = secrets.token_hex(8)
        if not self._calls.run("clear", self._keys.all, generation, FORMAT, self.worker, _SILENCE):
            return False
        self._begin_anew(generation)
        return True

    def purge(self) -> None:
        """Forgets the whole crawl and begins it anew; its other workers get FrontierLost. Start URLs stay."""
        generation = secrets.token_hex(8)
        self._connection.call(Call("purge", self._keys.all, (generation, FORMAT, self._calls.time())))
        self._begin_anew(generation)

    def close(self) -> None:
        """Takes this worker off the table of heartbeats and closes the connection. Give back or acknowledge the leases before."""
        try:
            self._calls.run("beat", (self._keys.meta, self._keys.workers), self.worker, "")
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin_anew(self, generation: str) -> None:
        self._calls.generation, self.begun_here, self.counts = generation, True, Counts()
        self._known.forget()
        self._recent.forget()

    def _join(self, expected: str) -> None:
        call = Call("open", self._keys.all, (secrets.token_hex(8), expected, FORMAT, self._calls.time()))
        generation, begun = self._connection.call(call)
        self._calls.generation, self.begun_here = generation.decode(), bool(begun)

    def _book(self, how: str, keys: Sequence[Key]) -> int:
        return self._tallied("mark_done", [identified(key) for key in keys], how) if keys else 0

    def _give_back(self, leases: Iterable[Lease], delay: float, how: str, error: str) -> int:
        return self._tallied("give_back", [named(lease) for lease in leases], delay, how, error[:_LONGEST_ERROR], self.max_attempts)

    def _tallied(self, name: str, rows: Sequence[tuple[Any, ...]], *args: Any) -> int:
        """Runs a script that answers {tally, n}; the sum of n."""
        replies = self._calls.run_batches(name, rows, *args)
        self._hear(replies[-1][0])
        return sum(n for _, n in replies)

    def _with_links(self, calls: list[Call], links: list[Candidate]) -> list[Any]:
        """The replies of adding the links that this worker does not know to be seen, then of the calls, in one round trip."""
        epoch = self._connection.epoch
        unknown = self._known.unknown(links, epoch=epoch)
        adding = self._calls.adding(unknown)
        replies = self._connection.call_many([*adding, *calls]) if adding or calls else []
        if self._connection.epoch != epoch and len(unknown) < len(links):
            return self._with_links(calls, links)  # the server may have forgotten what we took for seen
        self._known.learn(unknown, epoch=epoch)
        for call, new in zip(adding, replies, strict=False):
            if new:
                self._recent.keep(call)
        return replies

    def _hear(self, tally: Sequence[Any]) -> None:
        counts = Counts.read(tally)
        if counts.dead > self.counts.dead:
            self._known.forget()  # what a dead entry had claimed may be found again
        self.counts = counts
