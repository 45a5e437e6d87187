"""`baike extract`: saved pages to entries or triples; pages of questions to questions."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from baike_spider.cli.command import Commands, add_command, positive
from baike_spider.corpus.extract import Format, Outcome, extract_files
from baike_spider.corpus.inputs import STDIN, InputError, check_paths, page_files
from baike_spider.exits import BadInput, OutputFailed

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

__all__ = ["add"]

#: exit code when some input was skipped
_SKIPPED = 9
#: outcomes that need no word in a folder of pages: the page was read, and says what it is
_READ = frozenset({"entry", "not_an_entry", "question", "question_list", "sense_list"})
#: outcomes that are records
_RECORDS = frozenset({"entry", "question"})


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "extract",
        "Saved pages to entries or triples: one JSON object a line.",
        "baike extract pages/ --format triples --jobs 2 -o triples.jsonl",
    )
    command.add_argument("paths", nargs="+", metavar="PATH", help="HTML files, folders of them, or - for standard input")
    command.add_argument(
        "--format",
        choices=("entries", "triples"),
        default="entries",
        help="what to write (default: entries; of pages of questions, questions)",
    )
    command.add_argument(
        "-o", "--output", metavar="FILE", help="write here, under a temporary name until complete (default: standard output)"
    )
    command.add_argument("--jobs", type=positive, default=1, metavar="N", help="processes (default: 1); the output is the same")
    command.add_argument(
        "--normalise-predicates", action="store_true", help="triples: 外文名 for 英文名称 and the like; the raw name is kept beside it"
    )
    command.add_argument(
        "--explain", action="store_true", help="show how each row became values: the rule that split it, its type, its link"
    )
    command.add_argument(
        "--rich", action="store_true", help="questions: with detail, time, number of answers and the best one behind url, question, tags"
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    if args.normalise_predicates and args.format != "triples":
        raise BadInput("--normalise-predicates goes with --format triples: entries keep the names of their rows")
    if args.rich and args.format != "entries":
        raise BadInput("--rich goes with --format entries: questions make no triples")
    form: Format = "explained" if args.explain else "normalised" if args.normalise_predicates else "rich" if args.rich else args.format
    counts: Counter[str] = Counter()
    named, skipped, apart = frozenset(args.paths), False, 0
    try:
        check_paths(args.paths)
        if args.output and Path(args.output).exists() and any(p != STDIN and Path(p).samefile(args.output) for p in args.paths):
            raise BadInput(f"-o {args.output}: that is the input; choose another file")
        with _output(args.output) as out, _progress(args.paths) as advance:
            jobs = 1 if STDIN in args.paths else args.jobs
            for outcome in extract_files(page_files(args.paths), fmt=form, jobs=jobs):
                counts[outcome.verdict] += 1
                apart += bool(outcome.disagreements)
                out.write(outcome.lines)
                if outcome.verdict not in _READ or (outcome.verdict not in _RECORDS and outcome.source in named):
                    skipped = True
                    print(f"{outcome.source}: {outcome.verdict}: {outcome.message}", file=sys.stderr)
                advance(outcome)
    except InputError as error:
        raise BadInput(str(error)) from error
    told = ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in counts.most_common()) or "no page files found"
    if apart:
        told += f"; in {apart} of them PAGE_DATA and the page itself disagree"
    print(f"{sum(counts.values())} pages: {told}", file=sys.stderr)
    return _SKIPPED if skipped else 0


@contextmanager
def _output(path: str | None) -> Iterator[TextIO]:
    """Standard output, or a file that has its name only when it is complete."""
    if path is None:
        sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
        yield sys.stdout
        return
    # a device or a pipe is written to as it is: putting a file in its place would destroy it
    direct = Path(path).exists() and not Path(path).is_file()
    part = Path(path if direct else f"{path}.part")
    try:
        with part.open("w", encoding="utf-8", errors="replace", newline="\n") as out:
            yield out
        if not direct:
            part.replace(path)
    except OSError as error:
        raise OutputFailed(f"{path}: {error.strerror or error}") from error
    finally:
        if not direct:
            part.unlink(missing_ok=True)


@contextmanager
def _progress(paths: Sequence[str]) -> Iterator[Advance]:
    """A bar on a terminal, silence elsewhere. The files are counted for it alone: a list of all would grow with their number."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _outcome: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("pages", total=sum(1 for _ in page_files(paths)))
        yield lambda _outcome: bar.advance(task)


if TYPE_CHECKING:
    from collections.abc import Callable

    Advance = Callable[[Outcome], None]
