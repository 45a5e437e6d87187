"""`baike corpus sql`: any question to a corpus, no server."""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from rich.text import Text

from baike_spider.cli.command import Commands, add_command, path, positive, workers
from baike_spider.cli.corpus.border import as_run_errors, memory_size
from baike_spider.corpus.engine import EngineError, of_the_statement, one_line, only_reading, seal
from baike_spider.corpus.reader import damage, open_corpus, views
from baike_spider.exits import BadInput

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from baike_spider.corpus.engine import Connection
    from baike_spider.corpus.reader import Corpus

__all__ = ["add"]

#: rows fetched at once
_BATCH = 2048
#: characters of a cell in the table; --csv and --json print all of it
_CELL = 200


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "sql",
        "Asks the corpus in SQL (DuckDB's): tables entries, triples, names, links as in docs/corpus.md. It reads the corpus and nothing else, and writes nothing.",
        'baike corpus sql corpus "SELECT predicate, count(*) AS n FROM triples GROUP BY predicate ORDER BY n DESC" --csv',
    )
    command.add_argument("corpus", type=path, metavar="CORPUS", help="folder that `baike corpus build` wrote")
    command.add_argument("query", metavar="SQL", help="one statement; - reads it from standard input")
    form = command.add_mutually_exclusive_group()
    form.add_argument("--csv", dest="form", action="store_const", const="csv", help="all rows as CSV, with a header")
    form.add_argument("--json", dest="form", action="store_const", const="json", help="all rows as JSON objects, one a line")
    command.add_argument("-n", type=positive, default=100, metavar="N", help="rows of the table that is printed else (default: 100)")
    command.add_argument("--memory", type=memory_size, metavar="SIZE", help="memory to keep to (default: most of the machine's)")
    command.add_argument("--threads", type=workers, metavar="N", help="threads (default: one a core)")
    command.set_defaults(run=_run, form="table")


def _run(args: argparse.Namespace) -> int:
    sys.stdout.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]
    query = _query(args.query)
    with as_run_errors(), TemporaryDirectory(prefix="baike-sql-") as temp:
        corpus = open_corpus(args.corpus)
        with views(corpus, threads=args.threads, memory=args.memory, temp=Path(temp)) as db:
            seal(db, corpus.files())
            _answer(db, query, args, corpus)
    return 0


def _query(text: str) -> str:
    try:
        return sys.stdin.buffer.read().decode() if text == "-" else os.fsencode(text).decode()
    except UnicodeDecodeError as error:
        raise BadInput(f"the query is not UTF-8 at byte {error.start}") from error


def _answer(db: Connection, query: str, args: argparse.Namespace, corpus: Corpus) -> None:
    try:
        result = db.execute(only_reading(db, query))
        columns = [column[0] for column in result.description]
        _PRINT[args.form](columns, _rows(result), args.n)
    except EngineError as error:
        if of_the_statement(error):
            raise BadInput(f"the database says: {error}") from error
        raise (damage(error, corpus) or BadInput(f"the database says: {one_line(error)}")) from error


def _rows(result: Any) -> Iterator[tuple[Any, ...]]:
    while batch := result.fetchmany(_BATCH):
        yield from batch


def _print_csv(columns: Sequence[str], rows: Iterator[tuple[Any, ...]], _: int) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)


def _print_json(columns: Sequence[str], rows: Iterator[tuple[Any, ...]], _: int) -> None:
    for row in rows:
        print(json.dumps(dict(zip(columns, map(_plain, row), strict=True)), ensure_ascii=False, default=str))


def _print_table(columns: Sequence[str], rows: Iterator[tuple[Any, ...]], most: int) -> None:
    table = Table(box=SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(Text(column))
    for row in islice(rows, most):
        table.add_row(*(Text(_cell(value), style="dim" if value is None else "") for value in row))
    # a pipe has no width: nothing is cut there
    console = Console(width=None if sys.stdout.isatty() else 10_000, highlight=False)
    console.print(table)
    if next(rows, None) is not None:
        print(f"the first {most} rows; -n for more, --csv or --json for all", file=sys.stderr)


def _cell(value: Any) -> str:
    text = "NULL" if value is None else str(value)
    return text if len(text) <= _CELL else f"{text[:_CELL]}…"


def _plain(value: Any) -> Any:
    """JSON knows no NaN and no infinity."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


_PRINT = {"csv": _print_csv, "json": _print_json, "table": _print_table}
