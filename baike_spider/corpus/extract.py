"""Saved pages to entries, triples or questions, on one core or many: what `baike extract` and `baike replay` do.

Comes in: tasks. Goes out: one `Done` a task, in the order of the tasks, whatever the number of jobs. Memory: one task a job, twice.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter, deque
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import partial
from json import JSONEncoder
from multiprocessing import parent_process
from multiprocessing.connection import wait
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.archive import PLAIN, Damage
from baike_spider.corpus.explain import explain_entry, explain_question
from baike_spider.corpus.inputs import read_task
from baike_spider.exits import RunError
from extractors import Question, Verdict, disagreements, extract_record, triples, with_details
from extractors.predicates import canonical_predicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from concurrent.futures import Future

    from baike_spider.archive import Reading
    from baike_spider.corpus.inputs import Task
    from extractors import Entry, Page

__all__ = ["READ", "Done", "Format", "Outcome", "extract_page", "extract_task", "extract_tasks", "in_order", "note"]

#: what an entry is written as; `normalised` are triples under canonical predicates, `explained` is for people, `rich` has all of a question
Format = Literal["entries", "triples", "normalised", "explained", "rich"]

#: built once: json.dumps with options builds one a call
_encode = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
#: outcomes that need no word in a folder of pages: the page was read, and says what it is
READ = frozenset({"entry", "not_an_entry", "question", "question_list", "sense_list"})


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one page became."""

    verdict: str
    """"entry", "question", the `kind` of a verdict, or "error"."""
    page: Page
    entry: Entry | Question | None = None
    refusal: Verdict | None = None
    message: str = ""
    disagreements: int = 0
    """Fields that the page's two sources tell differently (PAGE_DATA and the DOM of a React page)."""


@dataclass(slots=True)
class Done:
    """What one task came to."""

    counts: Counter[str] = field(default_factory=Counter)
    """Pages by verdict; `damaged` are stretches that hold no page."""
    told: list[str] = field(default_factory=list)
    """Lines for people: what was skipped, where, and why."""
    disagreeing: int = 0
    """Entries whose page contradicts itself."""
    before: int = 0
    """Tasks that an earlier run did, and that are counted in this one."""
    lines: str = ""
    """JSON lines of the entries, or of their triples; "" where they went elsewhere."""


def extract_page(page: Page) -> Outcome:
    """One page's outcome. A verdict is an outcome, not an error."""
    try:
        entry = extract_record(page)
    except Verdict as verdict:
        return Outcome(verdict.kind, page, refusal=verdict, message=str(verdict))
    except Exception as error:  # noqa: BLE001 - the edge of the loop: one page that we fail on must not end a night's work; it is counted
        return Outcome("error", page, message=f"{type(error).__name__}: {error}; please report the page")
    if isinstance(entry, Question):
        return Outcome("question", page, entry)
    return Outcome("entry", page, entry, disagreements=len(disagreements(page)) if entry.layout == "react" else 0)


def note(done: Done, outcome: Outcome, where: str, *, named: bool = False) -> None:
    """Counts an outcome, and says what was skipped. `named`: the page was asked for by its name, so that it is to be an entry."""
    done.counts[outcome.verdict] += 1
    done.disagreeing += bool(outcome.disagreements)
    if outcome.verdict not in READ or (outcome.entry is None and named):
        done.told.append(f"{where}: {outcome.verdict}: {outcome.message}")


def extract_task(task: Task, *, fmt: Format = "entries", reading: Reading = PLAIN, named: frozenset[str] = frozenset()) -> Done:
    """The entries of a task as lines. `named`: the files that were asked for by their names."""
    done, lines = Done(), []
    for piece in read_task(task, reading):
        if isinstance(piece, Damage):
            done.counts["damaged"] += 1
            done.told.append(str(piece))
            continue
        outcome = extract_page(piece.page)
        if isinstance(outcome.entry, Question) and fmt in ("triples", "normalised"):
            outcome = replace(
                outcome, verdict="not_an_entry", entry=None, message="a question, which makes no triples: use --format entries"
            )
        note(done, outcome, piece.where, named=piece.where in named)
        if outcome.entry is not None:
            lines.append(_lines(outcome.page, outcome.entry, fmt))
    done.lines = "".join(lines)
    return done


def extract_tasks(
    todo: Iterable[Task], *, fmt: Format = "entries", jobs: int = 1, reading: Reading = PLAIN, named: frozenset[str] = frozenset()
) -> Iterator[Done]:
    """The outcomes of tasks, in their order. `jobs`: processes."""
    return in_order(partial(extract_task, fmt=fmt, reading=reading, named=named), todo, jobs=jobs)


def in_order(work: Callable[[Task], Done], todo: Iterable[Task], *, jobs: int) -> Iterator[Done]:
    """`work` done to each task, the results in the order of the tasks; never more than two tasks a job are under way.

    Raises RunError when a process dies, besides what `work` raises.
    """
    if jobs == 1:
        yield from map(work, todo)
        return
    with ProcessPoolExecutor(jobs, initializer=_end_with_the_command) as pool:
        running: deque[Future[Done]] = deque()
        try:
            for task in todo:
                running.append(pool.submit(work, task))
                if len(running) >= 2 * jobs:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        except BrokenProcessPool as error:
            raise RunError(
                "a process of --jobs died: killed, or out of memory; nothing half-done is listed. Run again with fewer --jobs "
                "(with --shards or -o of a replay the same command goes on)"
            ) from error
        finally:
            for future in running:
                future.cancel()


def _end_with_the_command() -> None:
    """Ctrl-C reaches every process, and only the command's own has anything to say of it; a command that is killed takes its processes along."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:  # ignored where a shell script runs the command in the background
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    threading.Thread(target=_end_when_alone, daemon=True).start()


def _end_when_alone() -> None:
    command = parent_process()
    if command is not None:
        wait([command.sentinel])
        os._exit(1)


def _question_lines(page: Page, question: Question, fmt: Format) -> str:
    if fmt == "explained":
        return "".join(f"{line}\n" for line in explain_question(with_details(page, question))) + "\n"
    return _encode(with_details(page, question).as_rich_dict() if fmt == "rich" else question.as_dict()) + "\n"


def _lines(page: Page, entry: Entry | Question, fmt: Format) -> str:
    if isinstance(entry, Question):
        return _question_lines(page, entry, fmt)
    if fmt == "explained":
        return "".join(f"{line}\n" for line in explain_entry(entry)) + "\n"
    objects: Iterable[dict[str, Any]]
    if fmt in ("entries", "rich"):
        objects = (entry.as_dict(),)
    else:
        predicate = canonical_predicate if fmt == "normalised" else None
        objects = (triple.as_dict() for triple in triples(entry, predicate=predicate))
    return "".join(_encode(one) + "\n" for one in objects)
