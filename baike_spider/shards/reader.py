"""Reads finished records back: of a crawl folder, or of one file.

Comes in: a crawl folder, of which only what manifest.json lists is believed (a crawl may still be running), or a
single `.jsonl`, `.tsv`, `.jsonl.zst` or `.tsv.zst`. Goes out: one record at a time; memory holds one line.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.shards.errors import ShardDamaged, ShardError
from baike_spider.shards.frames import read_lines
from baike_spider.shards.jsonl import triple_from_dict
from baike_spider.shards.manifest import load_manifest
from baike_spider.shards.names import ENTRIES, QUESTIONS, REJECTS, TRIPLES
from baike_spider.shards.tsv import triple_from_tsv

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from extractors.model import Triple

__all__ = [
    "parse_object",
    "parse_triple_json",
    "parse_triple_tsv",
    "parser_for",
    "read_entries",
    "read_questions",
    "read_rejects",
    "read_triples",
]

#: what a parser raises on a line that is no record
BAD_LINE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def read_entries(source: Path | str) -> Iterator[dict[str, Any]]:
    """The entries' JSON objects, in the order of the shards. `Entry.from_dict` makes entries of them.

    Raises ShardError when `source` cannot be read, ShardDamaged, with file and place, when a shard is not what the manifest says.
    """
    return _records(Path(source), ENTRIES)


def read_questions(source: Path | str) -> Iterator[dict[str, Any]]:
    """The questions' JSON objects (`url`, `question`, `tags`, and what a rich record has behind them), in the order of the shards.
    `Question.from_dict` makes questions of them. Raises like `read_entries`."""
    return _records(Path(source), QUESTIONS)


def read_triples(source: Path | str) -> Iterator[Triple]:
    """The triples. Raises like `read_entries`."""
    return _records(Path(source), TRIPLES)


def read_rejects(source: Path | str) -> Iterator[dict[str, Any]]:
    """The rejected pages' objects; `body` is base64 or None. Raises like `read_entries`."""
    return _records(Path(source), REJECTS)


def parse_object(line: bytes) -> dict[str, Any]:
    """The JSON object of a line. Raises one of BAD_LINE."""
    data = json.loads(line)
    if not isinstance(data, dict):
        raise TypeError("the line is no JSON object")
    return data


def parse_triple_json(line: bytes) -> Triple:
    return triple_from_dict(parse_object(line))


def parse_triple_tsv(line: bytes) -> Triple:
    return triple_from_tsv(line.decode())


def parser_for(kind: str, path: Path) -> Callable[[bytes], Any]:
    """What makes a record of a line of that kind of file."""
    if kind != TRIPLES:
        return parse_object
    return parse_triple_tsv if ".tsv" in path.suffixes else parse_triple_json


def _records(source: Path, kind: str) -> Iterator[Any]:
    if not source.is_dir():
        yield from _of_file(source, kind)
        return
    for shard in load_manifest(source).of(kind):
        path = source / shard.path
        size = _size(path)
        if size != shard.bytes:
            raise ShardDamaged(f"{size} bytes long, the manifest says {shard.bytes}", path=path, offset=min(size, shard.bytes))
        count = 0
        for record in _of_file(path, kind):
            yield record
            count += 1
        if count != shard.records:
            raise ShardDamaged(f"it holds {count} records, the manifest says {shard.records}", path=path)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        message = f"listed in the manifest, but cannot be read ({error.strerror})"
        raise ShardDamaged(message, path=path) from error


def _of_file(path: Path, kind: str) -> Iterator[Any]:
    if path.is_dir():
        raise ShardError(f"{path} is a folder", path=path)
    parse = parser_for(kind, path)
    for number, line in enumerate(read_lines(path), 1):
        try:
            record = parse(line)
        except BAD_LINE as error:
            what = f"it lacks {error}" if isinstance(error, KeyError) else str(error)
            raise ShardDamaged(f"line {number} is no record ({what})", path=path) from error
        yield record
