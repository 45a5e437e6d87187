"""The border to DuckDB: the only module that imports it.

Comes in: limits. Goes out: a connection that keeps to them, with texts compared by bytes, no network, no configuration from outside.
DuckDB comes with the extra `corpus`; without it every function here raises EngineMissing.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from baike_spider.corpus.errors import CorpusError, EngineMissing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "Connection",
    "EngineError",
    "connect",
    "engine_version",
    "failure",
    "is_shortage",
    "literal",
    "of_the_statement",
    "one_line",
    "only_reading",
    "paths_literal",
    "seal",
]

#: rows, parameters, columns: DuckDB's own types are not ours to promise
Connection = Any

_duckdb: Any
try:
    # the package `duckdb` around it adds a data frame door that we do not use and that costs 50 ms to import
    _duckdb = import_module("_duckdb")
except ImportError:
    _duckdb = None

#: what DuckDB raises
EngineError: type[Exception] = _duckdb.Error if _duckdb is not None else Exception

#: statements that read, in DuckDB's words; MULTI is a PIVOT
_READS = frozenset({"SELECT", "EXPLAIN", "MULTI"})
#: those that a statement is to blame for, unless they speak of files
_OF_STATEMENTS: tuple[type[Exception], ...] = (
    (_duckdb.ProgrammingError, _duckdb.DataError, _duckdb.NotSupportedError, _duckdb.OperationalError) if _duckdb is not None else ()
)
_OF_FILES = (".parquet", "Invalid unicode")
#: characters of one of its messages that are shown
_SHOWN = 200

#: what its errors say when a disk is full, or may not be filled further
_FULL = ("No space left", "max_temp_directory_size", "Disk quota exceeded", "File too large")


def engine_version() -> str:
    """Name and version of the library that writes corpora."""
    return f"duckdb {_module().__version__}"


@contextmanager
def connect(*, threads: int | None = None, memory: int | None = None, temp: Path | None = None) -> Iterator[Connection]:
    """A connection with an empty database in memory. `memory`: bytes; beyond them it spills to the folder `temp`, which must be there.

    Same rows in, same rows out for any number of `threads` (None: one a core).
    """
    options: dict[str, Any] = {
        "threads": threads or os.cpu_count() or 1,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(temp) if temp is not None else "",
    }
    if memory is not None:
        options["memory_limit"] = f"{memory}B"
    connection = _module().connect(":memory:", config=options)
    try:
        # the bar of statements that take seconds would stand in the middle of what a command prints
        connection.execute("SET enable_progress_bar = false")
        yield connection
    except RuntimeError as error:
        if str(error) == "Query interrupted":
            raise KeyboardInterrupt from error
        raise
    finally:
        connection.close()


def seal(connection: Connection, files: Iterable[Path]) -> None:
    """From now on no file but `files` (and its own temporary ones) is opened, nor the network, whatever a statement says, and no statement undoes this."""
    connection.execute(f"SET allowed_paths = {paths_literal(files)}")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def only_reading(connection: Connection, sql: str) -> Any:
    """The one statement of `sql`, to be executed on a sealed connection. Raises CorpusError where it is not one, or does more than read."""
    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise CorpusError(f"{len(statements) or 'no'} statements", cure="give one; WITH names what comes before it")
    kind = statements[0].type.name
    # a COPY may stand within others, and could write to the very files that are read
    if kind not in _READS or any(word == "COPY" for word in _keywords(sql)):
        what = "COPY" if kind in _READS else kind
        raise CorpusError(f"{what} may do more than read", cure="give a SELECT, DESCRIBE, SUMMARIZE, PIVOT, SHOW or EXPLAIN")
    return statements[0]


def _keywords(sql: str) -> Iterator[str]:
    text = sql.encode()  # its offsets are bytes
    tokens = [*_module().tokenize(sql), (len(text), None)]
    for (start, kind), (end, _) in pairwise(tokens):
        if kind.name == "keyword":
            yield text[start:end].decode().strip().upper()


def is_shortage(error: Exception) -> bool:
    """Whether memory or a disk was too small, which is no fault of what was read."""
    return _is_full(error) or "out of memory" in str(error).lower()


def failure(error: Exception, place: Path) -> Exception:
    """The engine's error as ours or the system's, where a user can do something about it. `place` is where it wrote."""
    text = one_line(error)
    if _is_full(error):
        return OSError(28, f"no space left on the disk of {place} ({text})")
    if is_shortage(error):
        if "bad allocation" in text:
            return CorpusError(f"the system gives no more memory ({text})", cure="give --memory less, or fewer --threads")
        return CorpusError(f"the memory limit is too low for this ({text})", cure="give --memory more")
    return error


def of_the_statement(error: Exception) -> bool:
    """Whether the statement is wrong, or the limits are too low for it; not what it read."""
    return isinstance(error, _OF_STATEMENTS) and not any(sign in str(error) for sign in _OF_FILES)


def one_line(error: Exception) -> str:
    """What the engine says, without its stack, a second telling as JSON, and without what a damaged file put into it.

    >>> one_line(ValueError("don't know what type: \\x0e\\nStack Trace:..."))
    "don't know what type:"
    """
    text = "".join(
        character if character.isprintable() else " " for character in str(error).partition("\n")[0].partition(': {"exception_')[0]
    ).strip()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _is_full(error: Exception) -> bool:
    return any(sign in str(error) for sign in _FULL)


def literal(text: str) -> str:
    """The text as an SQL literal, for places that take no parameter.

    >>> literal("it's")
    "'it''s'"
    """
    return "'" + text.replace("'", "''") + "'"


def paths_literal(paths: Iterable[Path]) -> str:
    """A list of files as SQL: `['a.parquet', 'b.parquet']`."""
    return "[" + ", ".join(literal(str(path)) for path in paths) + "]"


def _module() -> Any:
    if _duckdb is None:
        raise EngineMissing("corpora are read and written with DuckDB, which is not installed", cure="pip install 'baike-spider[corpus]'")
    return _duckdb
