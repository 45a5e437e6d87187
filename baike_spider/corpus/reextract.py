"""Saved pages to a folder of shards, like a crawl's: a task's shards are listed together when it is done, or not at all.

Comes in: tasks. Goes out: shards named after their tasks, so that the same command goes on where a killed one stopped, and the same input gives
the same shards however many processes work. What a killed process left half-written is deleted and made again.
"""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from baike_spider.archive import PLAIN, Damage
from baike_spider.corpus.earlier import STEM, Earlier
from baike_spider.corpus.extract import Done, extract_page, in_order, note
from baike_spider.corpus.inputs import read_task
from baike_spider.shards import ShardWriter, TriplesFormat, alias_records, reject_record, unread_record
from baike_spider.shards.errors import on_disk
from baike_spider.shards.lock import claim, folder_lock
from baike_spider.shards.names import KINDS, files_of
from extractors import Entry, Question, with_details

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from baike_spider.archive import Piece, Reading
    from baike_spider.corpus.inputs import Task

__all__ = ["TASK_BYTES", "Destination", "extract_to_shards", "tasks_left", "write_task"]

#: bytes of compressed input that become one shard: half a minute of work, which is what a kill costs
TASK_BYTES = 32 << 20
#: a task's records are one shard a kind, whatever their size: only so are they listed in one step
_NEVER = 1 << 62


@dataclass(frozen=True, slots=True)
class Destination:
    """The folder that is written."""

    folder: Path
    crawl: str
    """What its manifest calls it."""
    site: str
    triples_format: TriplesFormat = "tsv"
    rich: bool = False
    """Questions with all that their pages say."""


def _every(_entry: Entry | Question) -> str | None:
    return None


def extract_to_shards(
    todo: Iterable[Task],
    destination: Destination,
    *,
    jobs: int = 1,
    reading: Reading = PLAIN,
    named: frozenset[str] = frozenset(),
    unwanted: Callable[[Entry | Question], str | None] = _every,
) -> Iterator[Done]:
    """Does the tasks that the folder does not hold yet; the outcomes in the order of the tasks.

    `unwanted` says why an entry is left out, None where it is not. The last outcome is that of the tasks that earlier runs did. Raises InputError when the
    folder holds the shards of other inputs or of something else, ShardError when it cannot be written.
    """
    earlier = Earlier(destination.folder, named=named)
    work = partial(write_task, destination=destination, reading=reading, named=named, unwanted=unwanted)
    yield from in_order(work, tasks_left(todo, destination.folder, earlier), jobs=jobs)
    yield from earlier.done


def tasks_left(todo: Iterable[Task], folder: Path, earlier: Earlier) -> Iterator[Task]:
    """The tasks that the folder does not hold yet, after what killed processes left in it is cleared away.

    Raises InputError when the folder holds the shards of other inputs.
    """
    _clear(folder, earlier.numbers)
    yield from (task for task in todo if not earlier.holds(task))


def write_task(
    task: Task,
    *,
    destination: Destination,
    reading: Reading = PLAIN,
    named: frozenset[str] = frozenset(),
    unwanted: Callable[[Entry | Question], str | None] = _every,
) -> Done:
    """The shards of one task. Raises ShardError."""
    done = Done(Counter())
    writer = ShardWriter(
        destination.folder,
        worker=f"t{task.number:07d}-{task.digest}",
        site=destination.site,
        crawl=destination.crawl,
        triples_format=destination.triples_format,
        roll_bytes=_NEVER,
    )
    try:
        for piece in read_task(task, reading):
            if isinstance(piece, Damage):
                done.counts["damaged"] += 1
                done.told.append(str(piece))
                writer.reject(unread_record("damaged", piece.path, str(piece)))
            else:
                _write(piece, writer, done, named=piece.where in named, rich=destination.rich, unwanted=unwanted)
    except BaseException:
        writer.abandon()
        raise
    writer.close()
    return done


def _write(
    piece: Piece, writer: ShardWriter, done: Done, *, named: bool, rich: bool, unwanted: Callable[[Entry | Question], str | None]
) -> None:
    outcome = extract_page(piece.page)
    if outcome.entry is not None and (reason := unwanted(outcome.entry)):
        done.counts[reason] += 1
        for record in alias_records(outcome.entry) if isinstance(outcome.entry, Entry) else ():
            writer.reject(record)
        return
    note(done, outcome, piece.where, named=named)
    if isinstance(outcome.entry, Question):
        writer.write_question(outcome.entry, with_details(piece.page, outcome.entry).as_rich_dict() if rich else None)
    elif outcome.entry is not None:
        writer.write(outcome.entry)
    elif outcome.refusal is not None:
        writer.reject(reject_record(piece.page, outcome.refusal))
    else:
        writer.reject(unread_record(outcome.verdict, piece.page.source, outcome.message, page=piece.page))


def _clear(folder: Path, listed: set[str]) -> None:
    """Deletes what killed processes left of tasks that are not listed; of live ones nothing."""
    if not folder.is_dir():
        return
    with folder_lock(folder):
        for kind in KINDS:
            for name, is_part in files_of(folder, kind):
                stem = STEM.fullmatch(name.stem)
                if stem is None or stem[1] in listed:
                    continue
                path = folder / (name.part if is_part else name.path)
                with on_disk("clear away", path):
                    descriptor = claim(path)
                    if descriptor is not None:
                        path.unlink()
                        os.close(descriptor)
