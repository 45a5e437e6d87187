"""What became of every lease: nothing is acknowledged before its records are durable.

Comes in: entries with their leases and links, and rejects. Goes out: shards on disk, then acknowledgements to the
frontier, in group commits. A plain policy class: no Scrapy.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.crawl.look import NO_VALIDATORS, Look, Validators, record_print
from baike_spider.frontier import Candidate
from baike_spider.shards import ShardError, alias_records
from extractors import Question, entry_ref

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from baike_spider.archive import ArchiveWriter
    from baike_spider.crawl.items import EntryItem
    from baike_spider.crawl.visits import Visits
    from baike_spider.frontier import Key, Lease
    from baike_spider.frontier.intake import Intake
    from baike_spider.shards import ShardWriter
    from extractors import Entry, EntryRef

__all__ = ["Ledger", "Outcome", "identities"]

#: what happens to the lease of a page that gave no entry
Outcome = Literal["done", "dead", "again"]


def identities(entry: Entry | Question) -> list[Key]:
    """Every key the entry or question goes by: its id, the canonical address, the address that was asked for."""
    refs = (entry_ref(entry.url), entry_ref(entry.source))
    number = entry.question_id if isinstance(entry, Question) else entry.lemma_id
    keys: list[Key] = [number] if number is not None else []
    return list(dict.fromkeys([*keys, *(ref.key for ref in refs if ref is not None)]))


class Ledger:
    """Group commits of one worker. `max_depth`: links found deeper are not queued, None: no limit. `archive`: None where none is kept;
    `visits`: the folder's book of visits.

    Only `entry` and `commit` talk to Redis; what the others are told waits in memory for the next commit, so that a Redis that is away
    costs time and no page.
    """

    def __init__(
        self,
        intake: Intake,
        writer: ShardWriter,
        *,
        archive: ArchiveWriter | None = None,
        max_depth: int | None = None,
        retry_seconds: float = 30,
        visits: Visits | None = None,
    ) -> None:
        self._intake = intake
        self._writer = writer
        self._archive = archive
        self._max_depth = max_depth
        self._retry_seconds = retry_seconds
        self._visits = visits
        self._found: list[Candidate] = []
        self._done: list[Lease] = []
        self._dead: list[tuple[Lease, str]] = []
        self._back: list[tuple[Lease, float, bool, str]] = []
        self._entries = 0
        self._dirty = False
        self.counts: Counter[str] = Counter()

    def entry(self, item: EntryItem) -> bool:
        """Queues the entry's links and writes its records; False when another name already brought this entry, or when what is stored of it
        says the same.

        Raises FrontierError before anything is written: the call may be repeated. Raises ShardError when the records are taken, but wait
        for space: not to be repeated.
        """
        lease = item.lease
        if lease is None:
            self._write(item)
            return True
        links = self._candidates(item.links, lease.depth + 1)
        # claimed even under no other name: only so does whoever comes by another name meanwhile see that it is taken
        if not self._intake.frontier.claim(lease, identities(item.entry), links=links):
            self.counts["duplicates"] += 1
            self._looked(lease, item["fetched_at"])
            self._alias(item)
            self._done.append(lease)
            return False
        if self._says_the_same(item, lease):
            return False
        try:
            self._write(item)
        except ShardError:
            self._done.append(lease)
            raise
        self._done.append(lease)
        self._entries += 1
        return True

    def unchanged(self, lease: Lease, *, at: str | None, validators: Validators = NO_VALIDATORS, digest: str = "") -> None:
        """The page is the one that is stored: notes that it was looked at, and writes nothing. `digest`: of the bytes, where there were any."""
        look = Look.of(lease.note)
        if look is not None and self._visits is not None:
            self._visits.looked(look, at, validators=validators, digest=digest)
        self.counts["unchanged"] += 1
        self._entries += 1
        self._done.append(lease)

    def follow(self, refs: Iterable[EntryRef], *, depth: int) -> None:
        """Queues what a page links to, with the next commit."""
        self._found += self._candidates(refs, depth)

    def reject(self, record: dict[str, Any], lease: Lease | None, *, outcome: Outcome = "done", delay: float = 0) -> None:
        """Keeps and counts a page that gave no entry, and settles its lease with the next commit; `delay`: seconds, for `again`."""
        self.counts[f"verdict/{record['verdict']}"] += 1
        if lease is not None:
            self._settle(lease, outcome, delay=delay, error=record["message"])
            if outcome != "again" and self._looked(lease, record["fetched_at"]):
                self._entries += outcome == "done"  # the entry is gone; what is stored of it stays
        self._dirty = True
        self._writer.reject(record)

    def failed(self, lease: Lease, error: str) -> None:
        """A fetch that failed: back to the queue, later with every attempt, to the dead letters in the end."""
        self.counts["failed"] += 1
        if lease.attempts + 1 >= self._intake.frontier.max_attempts:
            self._looked(lease, None)
        self._back.append((lease, self._retry_seconds * 2 ** min(lease.attempts, 10), True, error))

    def throttled(self, lease: Lease, *, delay: float) -> None:
        """A fetch that the host put off: back to the queue after `delay` seconds, nothing held against the entry."""
        self.counts["throttled"] += 1
        self._back.append((lease, delay, False, ""))

    def give_back(self, lease: Lease) -> None:
        """To the queue again, nothing held against it."""
        self._back.append((lease, 0.0, False, ""))

    def unless_settled(self, lease: Lease, outcome: Outcome, *, error: str = "") -> None:
        """Settles a lease whose item never came to an end here: another pipeline dropped it, or failed."""
        waiting = (*self._done, *(lease for lease, _ in self._dead), *(back[0] for back in self._back))
        if self._intake.holds(lease) and lease not in waiting:
            self._settle(lease, outcome, error=error)

    def commit(self) -> None:
        """Makes everything durable, then tells the frontier. Nothing to do costs nothing. May be repeated after an error.

        The archive comes first: an entry that is acknowledged, or that the next run recovers from the shards, has its page in it.
        """
        if self._archive is not None:
            self._archive.sync()
        if self._dirty:
            self._writer.commit()
            self._dirty = False
        if self._visits is not None:
            self._visits.commit(self._writer.stem)
        if self._found:
            self._intake.frontier.add(self._found)
            self._found = []
        if self._done:
            self._intake.ack(self._done, entries=self._entries)
            self._done, self._entries = [], 0
        while self._dead:
            self._intake.bury(*self._dead[0])
            del self._dead[0]
        while self._back:
            lease, delay, failed, error = self._back[0]
            self._intake.give_back(lease, delay=delay, failed=failed, error=error)
            del self._back[0]

    def close(self) -> None:
        """Commits, then finishes the shards. When the frontier cannot be told, the shards stay unlisted: the next run books and lists them."""
        try:
            self.commit()
            self._writer.close()
        finally:
            if self._archive is not None:
                self._archive.close()

    @property
    def unacknowledged(self) -> Sequence[Lease]:
        """Leases whose records are written, and of which the frontier does not know it yet."""
        return tuple(self._done)

    def _settle(self, lease: Lease, outcome: Outcome, *, delay: float = 0, error: str = "") -> None:
        if outcome == "again":
            self._back.append((lease, delay, False, error))
        elif outcome == "dead":
            self._dead.append((lease, error))
        else:
            self._done.append(lease)

    def _candidates(self, refs: Iterable[EntryRef], depth: int) -> list[Candidate]:
        if self._max_depth is not None and depth > self._max_depth:
            return []
        return [Candidate(ref.key, ref.locator, depth) for ref in refs]

    def _write(self, item: EntryItem) -> None:
        self._dirty = True
        if isinstance(item.entry, Question):
            self._writer.write_question(item.entry, dict(item))
        else:
            self._writer.write(item.entry, dict(item))
        self.counts["entries"] += 1
        if self._visits is None or item.lease is None or "digest" not in item:
            return
        before = Look.of(item.lease.note)
        if before is not None:
            self.counts["changed"] += 1
        self._visits.stored(item, depth=item.lease.depth, validators=item.validators, before=before)

    def _looked(self, lease: Lease, at: str | None) -> bool:
        """Notes that an entry was looked at in vain, so that it is not the first again in every refresh; whether it is one that is visited again."""
        look = Look.of(lease.note)
        if look is None:
            return False
        if self._visits is not None:
            self._visits.looked(look, at)
        return True

    def _says_the_same(self, item: EntryItem, lease: Lease) -> bool:
        """Whether a page whose bytes changed (a clock, a token) asserts what is stored already."""
        look = Look.of(lease.note)
        if look is None or not look.record or look.record != record_print(item):
            return False
        self.unchanged(lease, at=item["fetched_at"], validators=item.validators, digest=item["digest"])
        return True

    def _alias(self, item: EntryItem) -> None:
        if isinstance(item.entry, Question):
            return  # another number of the same question says nothing of it
        for record in alias_records(item.entry):
            self._writer.reject(record)
            self._dirty = True
