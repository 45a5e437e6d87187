"""The crawl's queue: what to fetch next, what is being fetched, what is done. One `Frontier` a worker, one Redis for all.

Comes in: `Candidate`s (links, seeds). Goes out: `Lease`s. What a locator means, how a page is fetched and when its records are
durable is the crawl's knowledge, not ours. An item is in one place at any time, and every move is one step of a script:

    add --> pending --lease--> leased --ack--> done          claim: "this page is these entries too": first come, first served,
              ^                  |                           the others are parked until the owner is done, and come back if it dies
              +-- back, delayed -+--give_back, bury--> dead --retry_dead--> pending
                 (lease ran out, give_back)

The order that loses nothing: `claim` before a record is written, links added before `ack`, `ack` after the records are durable.
Every call is one round trip however many items it carries, and may be repeated after an error: it is idempotent, or fenced by the lease's token.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from baike_spider.frontier.connection import Call, Connection
from baike_spider.frontier.item import Key, fingerprint, kid, pack_item, unpack_item
from baike_spider.frontier.keys import FORMAT, LEVELS, CrawlKeys
from baike_spider.frontier.lease import Candidate, Lease
from baike_spider.frontier.start_urls import StartUrls
from baike_spider.frontier.status import Counts, DeadLetter, FrontierStatus, read_workers
from baike_spider.frontier.worker import is_alive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

__all__ = ["Candidate", "Frontier", "Lease"]

#: candidates, leases or keys a script call: above it one round trip carries several calls, so that no call blocks the server for long
_BATCH = 2000
#: longest failure text that a dead letter keeps, in characters
_LONGEST_ERROR = 1000


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
        frontier = cls(
            Connection(url, patience=patience),
            CrawlKeys(crawl),
            worker=worker,
            lease_seconds=lease_seconds,
            max_attempts=max_attempts,
            max_lapses=max_lapses,
            start_urls=start_urls,
            clock=clock,
        )
        try:
            frontier._connection.check_server()
            frontier._join(generation)
        except BaseException:
            frontier._connection.close()
            raise
        return frontier

    def __init__(
        self,
        connection: Connection,
        keys: CrawlKeys,
        *,
        worker: str,
        lease_seconds: float,
        max_attempts: int,
        max_lapses: int,
        start_urls: str,
        clock: Callable[[], float] | None,
    ) -> None:
        """Use `connect`."""
        self.worker = worker
        self.generation = ""
        self.begun_here = False
        """Whether this connection found no crawl and began it."""
        self.counts = Counts()
        """As of the last reply that told."""
        self.lease_seconds = lease_seconds
        self.max_attempts = max_attempts
        self.max_lapses = max_lapses
        self._connection = connection
        self._keys = keys
        self._clock = clock
        self._start_urls = StartUrls(connection, key=start_urls, crawl=keys.crawl, hold_seconds=lease_seconds, time=self._time)
        self._unanswered = ""

    def add(self, candidates: Iterable[Candidate]) -> int:
        """Queues those whose key nobody has seen; how many these were."""
        return sum(self._connection.call_many(self._add_calls(candidates)))

    def lease(self, n: int) -> list[Lease]:
        """Up to n (at most 2,000) items, lowest depth first, then first seen. Whatever expired or is due comes back before.

        Raises FrontierLost also when the queue is empty while the books say that it is not.
        """
        repeated = bool(self._unanswered)
        self._unanswered = self._unanswered or secrets.token_hex(6)
        args = (min(n, _BATCH), self.lease_seconds, self.worker, self._unanswered)
        first, again = (self._call("lease", self._keys.core + self._keys.pending, *args, mark, self.max_lapses) for mark in ("", "1"))
        tally, deadline, granted = self._connection.call(again if repeated else replace(first, again=again.args))
        self._unanswered = ""
        self.counts = Counts.read(tally)
        triples = zip(granted[::3], granted[1::3], granted[2::3], strict=True)
        return [Lease(*unpack_item(item), int(token), int(attempts), float(deadline)) for item, token, attempts in triples]

    def ack(self, leases: Iterable[Lease]) -> int:
        """Finishes items whose records are durable; how many were still held. A lease that was given away changes nothing."""
        return self._tallied("ack", [(kid(x.key), fingerprint(x.key), x.token) for x in leases])

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
        held: list[Lease] = []
        for batch, (tally, deadline, answers) in self._batches("renew", self._keys.core, leases, _named, self.lease_seconds):
            self.counts = Counts.read(tally)
            for lease, answer in zip(batch, answers, strict=True):
                if answer:
                    held.append(Lease(lease.key, lease.locator, lease.depth, lease.token, lease.attempts, float(deadline)))
        return held

    def claim(self, lease: Lease, aliases: Iterable[Key], *, links: Iterable[Candidate] = ()) -> bool:
        """One entry once: the page fetched under `lease` is also these identities. Adds the page's `links` in the same round trip.

        True: the lease's key owns them all; they count as seen. Asking again, also after a crash and under a later lease of the key, is True again.
        False: another key owns one or is done as one, or the lease was given away. Then write no record and `ack` the lease: it is parked, finishes with
        the owner, and comes back if the owner dies.
        """
        names = [part for key in aliases for part in (kid(key), fingerprint(key))]
        call = self._call("claim", self._keys.core, kid(lease.key), fingerprint(lease.key), lease.token, *names)
        return bool(self._connection.call_many([call, *self._add_calls(links)])[0] == 1)

    def mark_done(self, keys: Iterable[Key], *, aliases: Iterable[Key] = ()) -> int:
        """Books entries found on disk whose acknowledgement may be lost, and their other names; how many names were news. Repeating it is harmless."""
        booked = 0
        for word, names in (("done", list(keys)), ("alias", list(aliases))):
            for _, (tally, news) in self._batches("mark_done", self._keys.core, names, lambda key: (kid(key), fingerprint(key)), word):
                self.counts = Counts.read(tally)
                booked += news
        return booked

    def dead_letters(self) -> Iterator[DeadLetter]:
        """Every dead letter, in no order; those buried meanwhile may be missing."""
        cursor: Any = 0
        while True:
            cursor, *parts = self._connection.call(self._call("dead", self._keys.core, cursor, 200))
            for at in range(0, len(parts), 5):
                yield DeadLetter.read(parts[at : at + 5])
            if int(cursor) == 0:
                return

    def retry_dead(self, keys: Iterable[Key] | None = None) -> int:
        """Dead letters go back to the queue, all of them or those of `keys`; how many."""
        if keys is not None:
            names = list(keys)
            return self._tallied("retry_dead", [(kid(key),) for key in names], 0) if names else 0
        total = 0
        while batch := self._tallied("retry_dead", [], _BATCH):
            total += batch
        return total

    def count(self) -> Counts:
        """How far the crawl is; `counts` has the same as of the last call, for nothing."""
        (tally,) = self._connection.call(self._call("counts", self._keys.core))
        self.counts = Counts.read(tally)
        return self.counts

    def status(self) -> FrontierStatus:
        """The whole state."""
        call = self._call("status", (*self._keys.core, self._keys.workers, *self._keys.pending))
        tally, pending, back, parked, ids, titles, now, begun, rows, holders, memory = self._connection.call(call)
        self.counts = Counts.read(tally)
        return FrontierStatus(
            crawl=self._keys.crawl,
            generation=self.generation,
            counts=self.counts,
            pending=pending + back,
            parked=parked,
            seen=ids + titles,
            workers=read_workers(rows, holders, now=float(now)),
            begun=float(begun),
            now=float(now),
            redis_memory=int(memory) if memory else None,
            redis=self._connection.where,
        )

    def heartbeat(self, info: Mapping[str, Any]) -> None:
        """Says that this worker is alive, and what it does (anything JSON can hold)."""
        text = json.dumps(dict(info), ensure_ascii=False)
        self._connection.call(self._call("beat", (self._keys.meta, self._keys.workers), self.worker, text))

    def release_dead_workers(self, alive: Callable[[str], bool] = is_alive) -> int:
        """The leases of workers that are gone come back at once; how many. Call it at start. `alive` is asked for every other worker's name."""
        gone = [row.worker for row in self.status().workers if row.worker != self.worker and not alive(row.worker)]
        if not gone:
            return 0
        call = self._call("release", (*self._keys.core, self._keys.workers), self.max_lapses, *gone)
        tally, back = self._connection.call(call)
        self.counts = Counts.read(tally)
        return int(back)

    def pop_start_urls(self, n: int) -> list[str]:
        """Up to n URLs that somebody pushed to the start URLs key. They come again after `lease_seconds` unless `start_urls_queued` is told of them."""
        return self._start_urls.pop(n)

    def start_urls_queued(self, urls: Iterable[str]) -> int:
        """The popped URLs were added, or are none of ours: forget them."""
        return self._start_urls.queued(urls)

    def purge(self) -> None:
        """Forgets the whole crawl and begins it anew; its other workers get FrontierLost. Start URLs stay."""
        generation = secrets.token_hex(8)
        self._connection.call(Call("purge", self._keys.all, (generation, FORMAT, self._time())))
        self.generation, self.begun_here, self.counts = generation, True, Counts()

    def close(self) -> None:
        """Takes this worker off the table of heartbeats and closes the connection. Give back or acknowledge the leases before."""
        try:
            self._connection.call(self._call("beat", (self._keys.meta, self._keys.workers), self.worker, ""))
        finally:
            self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _join(self, expected: str) -> None:
        call = Call("open", self._keys.all, (secrets.token_hex(8), expected, FORMAT, self._time()))
        generation, begun = self._connection.call(call)
        self.generation, self.begun_here = generation.decode(), bool(begun)

    def _give_back(self, leases: Iterable[Lease], delay: float, how: str, error: str) -> int:
        return self._tallied("give_back", [_named(lease) for lease in leases], delay, how, error[:_LONGEST_ERROR], self.max_attempts)

    def _tallied(self, name: str, rows: Sequence[tuple[Any, ...]], *args: Any) -> int:
        """Runs a script that answers {tally, n}; the sum of n."""
        total = 0
        for _, (tally, n) in self._batches(name, self._keys.core, rows, lambda row: row, *args):
            self.counts = Counts.read(tally)
            total += n
        return total

    def _batches(
        self, name: str, keys: Sequence[bytes], rows: Sequence[Any], spell: Callable[[Any], tuple[Any, ...]], *args: Any
    ) -> list[tuple[Sequence[Any], Any]]:
        """One round trip over all rows: (rows of a batch, its reply)."""
        batches = [rows[at : at + _BATCH] for at in range(0, max(len(rows), 1), _BATCH)]
        calls = [self._call(name, keys, *args, *(part for row in batch for part in spell(row))) for batch in batches]
        return list(zip(batches, self._connection.call_many(calls), strict=True))

    def _add_calls(self, candidates: Iterable[Candidate]) -> list[Call]:
        listed = list(candidates)
        return [self._add_call(listed[at : at + _BATCH]) for at in range(0, len(listed), _BATCH)]

    def _add_call(self, candidates: Sequence[Candidate]) -> Call:
        lists: dict[int, int] = {}
        args = []
        for candidate in candidates:
            number = lists.setdefault(min(candidate.depth, LEVELS - 1), len(lists) + 1)
            mark = fingerprint(candidate.key)
            args.append(bytes((number, len(mark))) + mark + pack_item(candidate.key, candidate.locator, candidate.depth))
        return self._call("add", (*self._keys.seen, *(self._keys.pending[level] for level in lists)), *args)

    def _call(self, name: str, keys: Sequence[bytes], *args: Any) -> Call:
        return Call(name, keys, (self.generation, self._time(), *args))

    def _time(self) -> str:
        return "" if self._clock is None else repr(float(self._clock()))


def _named(lease: Lease) -> tuple[bytes, int]:
    return kid(lease.key), lease.token
