"""`baike extract --shards` on a Spark cluster: a list of files in, the same shards and manifest out.

    spark-submit baike_spider/jobs/extract.py --shards /shared/output/saved /shared/warcs/*.warc.gz

Comes in: paths that the driver and every executor see (a shared file system). Goes out: the shards that one machine would write, byte for byte. A
task writes into a folder of its attempt; the driver gives its shards their place when Spark says that the task is done. So a task that dies half-way,
or runs twice, leaves no duplicate; and the same command goes on after the driver was killed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.archive import PLAIN, Fields, Reading
from baike_spider.corpus.earlier import Earlier
from baike_spider.corpus.include import Include
from baike_spider.corpus.inputs import tasks
from baike_spider.corpus.paths import InputError, check_paths
from baike_spider.corpus.reextract import TASK_BYTES, Destination, tasks_left, write_task
from baike_spider.shards import ShardError, adopt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.corpus.extract import Done
    from baike_spider.corpus.inputs import Task

__all__ = ["extract_on_spark", "main"]

#: folder of attempts below the folder of the shards
ATTEMPTS = ".attempts"
#: tasks a core that are given to Spark at once: what a killed driver's successor does again at most
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class _Attempt:
    """What one attempt of a task left."""

    done: Done
    folder: str


def extract_on_spark(context: Any, todo: Iterable[Task], destination: Destination, *, reading: Reading = PLAIN) -> Iterator[Done]:
    """Does the tasks that the folder does not hold yet; the last outcome is that of the others. `context`: a SparkContext. Raises InputError, ShardError,
    and Spark's own errors."""
    earlier = Earlier(destination.folder)
    left = tasks_left(todo, destination.folder, earlier)
    work = partial(_attempt, destination=destination, reading=reading)
    try:
        while batch := list(islice(left, context.defaultParallelism * _ROUNDS)):
            for attempt in context.parallelize(batch, len(batch)).map(work).collect():
                adopt(Path(attempt.folder), destination.folder)
                yield attempt.done
        yield from earlier.done
    finally:
        # also of attempts that died, or came second
        shutil.rmtree(destination.folder / ATTEMPTS, ignore_errors=True)


def _attempt(task: Task, *, destination: Destination, reading: Reading) -> _Attempt:
    from pyspark import TaskContext  # noqa: PLC0415 - only where Spark is

    context = TaskContext.get()
    number = context.taskAttemptId() if context is not None else os.getpid()
    folder = destination.folder / ATTEMPTS / f"{task.number:07d}-{number}"
    shutil.rmtree(folder, ignore_errors=True)
    return _Attempt(write_task(task, destination=replace(destination, folder=folder), reading=reading), str(folder))


def main(argv: list[str] | None = None) -> int:
    """Runs under spark-submit; the exit code is that of `baike extract`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--shards", required=True, type=Path, metavar="FOLDER")
    parser.add_argument("--include", action="append", default=[], metavar="PATTERN")
    parser.add_argument("--task-bytes", type=int, default=TASK_BYTES, metavar="N", help="bytes of input a task (default: 32 MB)")
    for name in ("html", "url", "date"):
        parser.add_argument(f"--{name}-field", default=getattr(Fields(), name), metavar="NAME")
    args = parser.parse_args(argv)
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra

    session = SparkSession.builder.appName("baike extract").getOrCreate()
    counts: Counter[str] = Counter()
    skipped = False
    try:
        check_paths(args.paths)
        reading = Reading(wanted=Include.of(args.include), fields=Fields(args.html_field, args.url_field, args.date_field))
        place = Destination(args.shards, args.shards.resolve().name, "any")
        for done in extract_on_spark(session.sparkContext, tasks(args.paths, reading, size=args.task_bytes), place, reading=reading):
            counts += done.counts
            skipped = skipped or bool(done.told)
            print(*done.told, sep="\n", end="\n" if done.told else "", file=sys.stderr)  # noqa: T201
    except InputError as error:
        print(f"baike extract: {error}", file=sys.stderr)  # noqa: T201
        return 2
    except ShardError as error:
        print(f"baike extract: {error}", file=sys.stderr)  # noqa: T201
        return 4
    finally:
        session.stop()
    print(f"{counts.total()} pages: {dict(counts)}", file=sys.stderr)  # noqa: T201
    return 9 if skipped else 0


if __name__ == "__main__":
    sys.exit(main())
