"""`baike extract`: saved pages to entries, triples or questions, as lines or as shards."""

from __future__ import annotations

import sys
from collections import Counter
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from baike_spider.archive import Fields, Reading
from baike_spider.cli.command import Commands, add_command, path, path_or_stdout, path_to_write, workers
from baike_spider.corpus.extract import Done, Format, extract_tasks
from baike_spider.corpus.include import Include
from baike_spider.corpus.inputs import tasks
from baike_spider.corpus.paths import STDIN, InputError, check_paths
from baike_spider.corpus.reextract import TASK_BYTES, Destination, extract_to_shards
from baike_spider.exits import SKIPPED, BadInput, OutputFailed
from baike_spider.shards import ShardError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

__all__ = ["add", "report"]

#: bytes of input that a job takes at once where the output is one stream: their lines wait in memory for their turn
_LINES_BYTES = 4 << 20


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "extract",
        "Saved pages to entries or triples: one JSON object a line, or a folder of shards like a crawl's.",
        "baike extract pages/ --format triples --jobs 2 -o triples.jsonl\n  baike extract saved.warc.gz --shards output/saved --jobs 4",
    )
    command.add_argument(
        "paths",
        nargs="+",
        type=path,
        metavar="PATH",
        help="HTML, WARC, ARC (.gz, .zst), WACZ, zip, tar or JSON lines, folders of them, a crawl's folder, or - for standard input",
    )
    command.add_argument(
        "--format",
        choices=("entries", "triples"),
        default="entries",
        help="what to write (default: entries; of pages of questions, questions)",
    )
    command.add_argument(
        "-o",
        "--output",
        type=path_or_stdout,
        metavar="FILE",
        help="write here, under a temporary name until complete (default, and -: standard output)",
    )
    command.add_argument(
        "--shards",
        type=path_to_write,
        metavar="FOLDER",
        help="write shards and a manifest like a crawl's; the same command goes on after an interruption",
    )
    command.add_argument("--jobs", type=workers, default=1, metavar="N", help="processes (default: 1); the output is the same")
    command.add_argument(
        "--include",
        action="append",
        default=[],
        metavar="PATTERN",
        help="only pages whose address matches: a glob such as 'https://baike.baidu.com/item/*', or re:REGEX; may be repeated",
    )
    command.add_argument("--html-field", default=Fields().html, metavar="NAME", help="JSON lines: the field of the page (default: html)")
    command.add_argument("--url-field", default=Fields().url, metavar="NAME", help="JSON lines: the field of its address (default: url)")
    command.add_argument(
        "--date-field", default=Fields().date, metavar="NAME", help="JSON lines: the field of the time of its fetch (default: fetched_at)"
    )
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
    _check(args)
    named = frozenset(args.paths)
    others: Counter[str] = Counter()
    try:
        reading = Reading(wanted=Include.of(args.include), fields=Fields(args.html_field, args.url_field, args.date_field))
        check_paths(args.paths)
        if args.output and Path(args.output).exists() and any(p != STDIN and Path(p).samefile(args.output) for p in args.paths):
            raise BadInput(f"-o {args.output}: that is the input; choose another file")
        if args.shards:
            folder = Path(args.shards)
            todo = tasks(args.paths, reading, size=TASK_BYTES, others=others)
            place = Destination(folder, folder.resolve().name, "any", rich=args.rich)
            return report(extract_to_shards(todo, place, jobs=args.jobs, reading=reading, named=named), others=others)
        form: Format = "explained" if args.explain else "normalised" if args.normalise_predicates else "rich" if args.rich else args.format
        todo = tasks(args.paths, reading, size=_LINES_BYTES, others=others)
        with _output(args.output) as out:
            return report(extract_tasks(todo, fmt=form, jobs=args.jobs, reading=reading, named=named), out, others=others)
    except InputError as error:
        raise BadInput(str(error)) from error
    except ShardError as error:
        raise OutputFailed(str(error)) from error


def _check(args: argparse.Namespace) -> None:
    if args.normalise_predicates and args.format != "triples":
        raise BadInput("--normalise-predicates goes with --format triples: entries keep the names of their rows")
    if args.rich and args.format != "entries":
        raise BadInput("--rich goes with --format entries: questions make no triples")
    if args.shards and (args.output or args.explain or args.format != "entries" or args.normalise_predicates):
        raise BadInput(
            "--shards writes entries, triples and rejects as a crawl does: it goes with none of -o, --format, --explain, --normalise-predicates"
        )


def report(results: Iterable[Done], out: TextIO | None = None, *, others: Counter[str] | None = None) -> int:
    """Writes the lines of each result to `out`, says what was skipped, then the counts; the exit code. `others`: endings of the files that were passed over
    in folders, which are counted while the results come."""
    counts: Counter[str] = Counter()
    skipped, apart, before = False, 0, 0
    with _progress() as advance:
        for done in results:
            if out is not None:
                out.write(done.lines)
            counts += done.counts
            apart += done.disagreeing
            before += done.before
            skipped = skipped or bool(done.told)
            for line in done.told:
                print(line, file=sys.stderr)
            advance(done.counts.total())
    told = (
        ", ".join(f"{count} {verdict.replace('_', ' ')}" for verdict, count in _ordered(counts))
        or "no page files found, or none that --include takes"
    )
    if apart:
        told += f"; in {apart} of them PAGE_DATA and the page itself disagree"
    if before:
        told += f"; {before} {'task was' if before == 1 else 'tasks were'} done before"
    if others:
        endings = ", ".join(f"{count} {ending or 'without an ending'}" for ending, count in _ordered(others)[:3])
        told += f"; {others.total()} files of other names were passed over ({endings}{', ...' if len(others) > 3 else ''}): name them to read them"
    print(f"{counts.total()} pages: {told}", file=sys.stderr)
    return SKIPPED if skipped else 0


def _ordered(counts: Counter[str]) -> list[tuple[str, int]]:
    """The commonest first; what is as common in the order of its names."""
    return sorted(counts.items(), key=lambda one: (-one[1], one[0]))


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
            with suppress(OSError):  # where it cannot be made it cannot be removed
                part.unlink(missing_ok=True)


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Pages so far on a terminal, silence elsewhere."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _pages: None
        return
    columns = (TextColumn("{task.completed:,.0f} pages"), TextColumn("{task.speed:.0f} a second"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("pages", total=None)
        yield lambda pages: bar.advance(task, pages)


if TYPE_CHECKING:
    from collections.abc import Callable
