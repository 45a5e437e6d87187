"""Files of records as the engine reads them: lines as an SQL relation, and who is to blame when they cannot be read.

Comes in: paths. Goes out: SQL, or an error that names the file.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.corpus.engine import EngineError, is_shortage, one_line, paths_literal
from baike_spider.corpus.errors import InputDamaged

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baike_spider.corpus.engine import Connection

__all__ = ["MACROS", "RECORD_BYTES", "blame", "checked", "compression", "lines_of", "unreadable"]

#: bytes of the longest entry that is read; every thread keeps two buffers of this size
RECORD_BYTES = 1 << 25

#: what `shards.tsv.clean_field` does, and the subject, in SQL
MACROS = r"""
CREATE MACRO clean(text) AS
    CASE WHEN regexp_matches(text, '[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]')
         THEN regexp_replace(text, '[\x00-\x1f\x7f-\x{9f}\x{2028}\x{2029}]+', ' ', 'g') ELSE text END;
CREATE MACRO subject_of(title, sense) AS clean(CASE WHEN sense <> '' THEN title || '（' || sense || '）' ELSE title END);
CREATE MACRO partition_of(text, partitions) AS md5_number_lower(text) % partitions;
"""


def checked(db: Connection, staged: str, expected: dict[str, int | None], *, bad: str, noun: str) -> Counter[str]:
    """How many records of the relation `staged` each `file` held. `expected`: lines by path, `bad`: what is staged but is no record.

    Raises InputDamaged, with the file.
    """
    rows = db.execute(f"SELECT file, count(*), count(*) FILTER ({bad}) FROM {staged} GROUP BY file ORDER BY file").fetchall()
    held: Counter[str] = Counter({file: count for file, count, _ in rows})
    for file, count, strangers in rows:
        if strangers:
            cure = f"give what `baike extract` wrote of {noun} alone, or a crawl folder"
            raise InputDamaged(f"{file}: {strangers:,} of its {count:,} lines are no {noun}", path=Path(file), cure=cure)
    for file, records in expected.items():
        if records is not None and held[file] != records:
            raise InputDamaged(f"{file}: {held[file]:,} lines, the crawl's manifest says {records:,}", path=Path(file))
    return held


def blame(db: Connection, files: Iterable[Path], error: Exception) -> Exception:
    """What stopped the reading: the first file that cannot be read by itself, as our error; the engine's own where none is to blame (no space, no memory)."""
    for file in () if is_shortage(error) else files:
        try:
            db.execute(f"SELECT count(*), max(json) FROM {lines_of([file])}").fetchall()
        except EngineError as reason:
            return reason if is_shortage(reason) else unreadable(file, reason)
    return error


def unreadable(file: Path, reason: Exception) -> InputDamaged:
    """The engine's word on a file as ours."""
    cure = "`baike verify CRAWL` says more of a crawl's shard; bring it back from a copy, or leave this input out"
    return InputDamaged(f"{file} cannot be read: {one_line(reason)}", path=file, cure=cure)


def lines_of(files: Iterable[Path]) -> str:
    """The files' lines as an SQL relation (json, filename). The engine is told what is compressed: it guesses wrong where a folder has a `?`."""
    by_kind: dict[str, list[Path]] = {}
    for file in files:
        by_kind.setdefault(compression(file), []).append(file)
    scans = (
        f"SELECT json, filename FROM read_ndjson_objects({paths_literal(some)}, compression = '{kind}', "
        f"maximum_object_size = {RECORD_BYTES}, filename = true)"
        for kind, some in sorted(by_kind.items())
    )
    return f"({' UNION ALL '.join(scans)})"


def compression(file: Path) -> str:
    """The engine's name of it."""
    return "zstd" if file.suffix == ".zst" else "none"
