"""How a build goes through its partitions: several at once, each with a connection of its own, each file the same whoever writes it.

Comes in: a connection and a step. Goes out: the shards that the step wrote, durable. Knows nothing of what is in them.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import file_digest
from typing import TYPE_CHECKING

from baike_spider.corpus.manifest import CorpusShard
from baike_spider.corpus.schema import shard_path
from baike_spider.shards.disk import sync

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from baike_spider.corpus.engine import Connection

__all__ = ["Work", "alone", "each_partition", "finished"]


@dataclass(frozen=True, slots=True)
class Work:
    """One build under way."""

    root: Path
    """The hidden folder that becomes the corpus."""
    scratch: Path
    """In it; gone at the end."""
    partitions: int
    jobs: int
    """Partitions at once."""
    threads: int
    told: Callable[[str], None]


def each_partition(db: Connection, work: Work, step: Callable[[Connection, Work, int], list[CorpusShard]]) -> list[CorpusShard]:
    """Runs the step for every partition, each with a connection of its own to the same database."""

    # one thread a partition: how several of one statement share the rows would show in the row groups of its file
    alone(db, 1)

    def run(part: int) -> list[CorpusShard]:
        with db.cursor() as own:
            return step(own, work, part)

    with ThreadPoolExecutor(work.jobs) as pool:
        futures = [pool.submit(run, part) for part in range(work.partitions)]
        try:
            return [shard for future in futures for shard in future.result()]
        except BaseException:
            pool.shutdown(cancel_futures=True)
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
