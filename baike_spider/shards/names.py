"""What files are called: kinds of shards, their final and their temporary names.

    <kind>/<worker>-<number><suffix>           finished: entries/host-42-00000.jsonl.zst
    <kind>/.<worker>-<number><suffix>.part     being written: no reader looks at it

The shards of one number hold the records of the same entries. Pure but for listing folders.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = [
    "DAMAGED",
    "ENTRIES",
    "ENTRY_KINDS",
    "KINDS",
    "QUESTIONS",
    "QUESTION_KINDS",
    "REJECTS",
    "TRIPLES",
    "ShardName",
    "TriplesFormat",
    "files_of",
    "next_stem",
    "parse_path",
    "triples_suffix",
    "worker_id",
]

ENTRIES = "entries"
TRIPLES = "triples"
QUESTIONS = "questions"
REJECTS = "rejects"
#: in the order in which the shards of one number are finished
KINDS = (ENTRIES, TRIPLES, QUESTIONS, REJECTS)
#: what the folder of an encyclopedia's crawl holds, and that of a crawl of questions
ENTRY_KINDS, QUESTION_KINDS = (ENTRIES, TRIPLES, REJECTS), (QUESTIONS, REJECTS)
#: folder of what could not be read, kept for people
DAMAGED = "damaged"

TriplesFormat = Literal["jsonl", "tsv"]

_SUFFIXES = {
    ENTRIES: (".jsonl.zst",),
    TRIPLES: (".tsv.zst", ".jsonl.zst"),
    QUESTIONS: (".jsonl.zst",),
    REJECTS: (".jsonl.zst",),
}
_FILE = re.compile(r"(?P<dot>\.?)(?P<stem>[a-z0-9-]{1,64}-[0-9]{5,12})(?P<suffix>\.jsonl\.zst|\.tsv\.zst)(?P<part>\.part)?")
_UNSAFE = re.compile(r"[^a-z0-9]+")
#: characters; leaves room for number and suffix under every file system's limit
_WORKER_LENGTH = 48


@dataclass(frozen=True, slots=True, order=True)
class ShardName:
    """One shard of a crawl folder, whatever its state."""

    kind: str
    stem: str
    """`<worker>-<number>`"""
    suffix: str

    @property
    def path(self) -> str:
        """Where it lies once finished, relative to the crawl folder, with `/`."""
        return f"{self.kind}/{self.stem}{self.suffix}"

    @property
    def part(self) -> str:
        """Where it lies while it is written."""
        return f"{self.kind}/.{self.stem}{self.suffix}.part"


def triples_suffix(triples_format: TriplesFormat) -> str:
    return f".{triples_format}.zst"


def worker_id(text: str) -> str:
    """A worker's name as a file name: lower case letters, digits and `-`, safe on every file system.

    >>> worker_id("Crawl-1.example.org:4242"), worker_id("../../etc"), worker_id("工")
    ('crawl-1-example-org-4242', 'etc', 'worker')
    """
    return _UNSAFE.sub("-", text.lower())[:_WORKER_LENGTH].strip("-") or "worker"


def _parse(kind: str, file: str) -> tuple[ShardName, bool] | None:
    match = _FILE.fullmatch(file)
    if match is None or bool(match["dot"]) != bool(match["part"]) or match["suffix"] not in _SUFFIXES[kind]:
        return None
    return ShardName(kind, match["stem"], match["suffix"]), bool(match["part"])


def parse_path(path: str) -> ShardName | None:
    """The name of a finished shard's relative path; None when no writer of ours could have written it."""
    kind, _, file = path.partition("/")
    parsed = _parse(kind, file) if kind in KINDS else None
    return parsed[0] if parsed is not None and not parsed[1] else None


def files_of(folder: Path, kind: str) -> Iterator[tuple[ShardName, bool]]:
    """The kind's files in the order of their names; True where it is a part. Other files are passed over."""
    try:
        files = sorted(path.name for path in (folder / kind).iterdir())
    except FileNotFoundError:
        return
    for file in files:
        parsed = _parse(kind, file)
        if parsed is not None:
            yield parsed


def next_stem(folder: Path, worker: str, listed: Iterable[str] = ()) -> str:
    """The worker's first number above every one that any file, finished or not, or the manifest bears. Call it under the folder's lock."""
    stems = [name.stem for kind in KINDS for name, _ in files_of(folder, kind)]
    stems += [name.stem for path in listed if (name := parse_path(path)) is not None]
    numbers = [int(number) for owner, _, number in (stem.rpartition("-") for stem in stems) if owner == worker]
    return f"{worker}-{max(numbers, default=-1) + 1:05d}"
