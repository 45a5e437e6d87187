"""How a build goes through its inputs and partitions: several at once, each with a connection of its own, each file the same whoever writes it.

Comes in: a connection and a step. Goes out: what the steps return, in order; of partitions their shards, durable. Knows nothing of what is in them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import file_digest
from threading import Event
from typing import TYPE_CHECKING, TypeVar

from baike_spider.corpus.manifest import CorpusShard
from baike_spider.corpus.schema import shard_path
from baike_spider.shards.disk import sync

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from baike_spider.corpus.engine import Connection

Item = TypeVar("Item")
Made = TypeVar("Made")

__all__ = ["Work", "alone", "each", "each_partition", "finished"]


@dataclass(frozen=True, slots=True)
class Work:
    """One build under way."""

    root: Path
    """The hidden folder that becomes the corpus."""
    scratch: Path
    """In it; gone at the end."""
    partitions: int
    jobs: int
    """Partitions, or inputs, at once."""
    threads: int
    told: Callable[[str], None]
    stopping: Event = field(default_factory=Event)
    """Set when the build has failed or was interrupted."""


def each_partition(db: Connection, work: Work, step: Callable[[Connection, Work, int], list[CorpusShard]]) -> list[CorpusShard]:
    """Runs the step for every partition; its shards in their order."""

    def run(own: Connection, part: int) -> list[CorpusShard]:
        return step(own, work, part)

    return [shard for shards in each(db, work, range(work.partitions), run) for shard in shards]


def each(db: Connection, work: Work, items: Iterable[Item], step: Callable[[Connection, Item], Made]) -> list[Made]:
    """Runs the step for every item, `work.jobs` at once, each with a connection of its own to the same database; what it returns in the order of the items."""

    # one thread an item: how several of one statement share the rows would show in the row groups of its file
    alone(db, 1)

    running: set[Connection] = set()

    def run(item: Item) -> Made:
        with db.cursor() as own:
            running.add(own)
            try:
                return step(own, item)
            finally:
                running.discard(own)

    with ThreadPoolExecutor(work.jobs) as pool:
        futures = [pool.submit(run, item) for item in items]
        try:
            return [future.result() for future in futures]
        except BaseException:
            # nobody waits for what is under way: statements end at once, a step that is none asks `stopping`
            work.stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            for own in list(running):
                own.interrupt()
            raise


def alone(db: Connection, threads: int) -> None:
    """Lets a statement run on so many threads; what order the rows have matters only where it is one."""
    db.execute(f"SET threads = {threads}")
    db.execute(f"SET preserve_insertion_order = {'true' if threads == 1 else 'false'}")
    # joins look their right side up row by row: the left side's order stays
    db.execute(f"SET disabled_optimizers = '{'join_order,build_side_probe_side' if threads == 1 else ''}'")


def finished(db: Connection, root: Path, table: str, part: int) -> CorpusShard:
    """The shard of a written file, made durable."""
    path = root / shard_path(table, part)
    with path.open("rb") as file:
        digest = file_digest(file, "sha256").hexdigest()
        size = file.seek(0, 2)
        sync(file.fileno())
    rows = db.execute("SELECT sum(num_rows)::BIGINT FROM parquet_file_metadata(?)", [str(path)]).fetchone()[0]
    return CorpusShard(shard_path(table, part), table, part, rows, size, digest)
