"""Whether a crawl folder holds what its manifest says.

Comes in: a crawl folder, of a running crawl too. Goes out: a list of problems, empty when all is sound. Changes nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.shards.errors import ManifestDamaged, ShardDamaged, ShardError, on_disk
from baike_spider.shards.frames import read_lines
from baike_spider.shards.lock import LOCK_FILE, folder_lock, is_held
from baike_spider.shards.manifest import Manifest, Shard, load_manifest
from baike_spider.shards.names import ENTRIES, KINDS, QUESTIONS, REJECTS
from baike_spider.shards.reader import BAD_LINE, parser_for
from extractors.model import Entry, Question

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Problem", "verify"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `str()` is a line for people."""

    path: str
    """Relative to the crawl folder."""
    kind: Literal["count", "damaged", "digest", "leftover", "manifest", "missing", "record", "size", "stray"]
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


def verify(folder: Path | str) -> list[Problem]:
    """Every listed shard: there, of the right length and digest, readable, of the right counts, every line a record.

    Files that nobody lists are strays; parts without a writer are leftovers for `salvage`. Memory: one line, and the manifest.
    Raises ShardError when `folder` is no crawl folder.
    """
    root = Path(folder)
    try:
        manifest = load_manifest(root)
    except ManifestDamaged as error:
        return [Problem("manifest.json", "manifest", str(error))]
    problems = [problem for shard in manifest.shards for problem in _of_shard(root, shard)]
    return [*problems, *_unlisted(root)]


def _of_shard(root: Path, shard: Shard) -> Iterator[Problem]:
    path = root / shard.path
    try:
        with on_disk("read", path), path.open("rb") as file:
            digest = file_digest(file, "sha256").hexdigest()
            size = file.seek(0, 2)
    except ShardError as error:
        missing = isinstance(error.__cause__, FileNotFoundError)
        yield Problem(shard.path, "missing" if missing else "damaged", "the file is missing" if missing else str(error))
        return
    if size != shard.bytes:
        yield Problem(shard.path, "size", f"{size} bytes long, the manifest says {shard.bytes}")
    if digest != shard.sha256:
        yield Problem(shard.path, "digest", f"its sha256 is {digest}, the manifest says {shard.sha256}")
    yield from _of_records(path, shard)


def _of_records(path: Path, shard: Shard) -> Iterator[Problem]:
    parse = parser_for(shard.kind, path)
    records = raw_bytes = 0
    counts: Counter[str] = Counter()
    try:
        for line in read_lines(path):
            records += 1
            raw_bytes += len(line) + 1
            try:
                counted_as = _checked(parse(line), shard.kind)
            except BAD_LINE as error:
                yield Problem(shard.path, "record", f"line {records} is no record ({type(error).__name__}: {error})")
                return
            if counted_as is not None:
                counts[counted_as] += 1
    except ShardDamaged as error:
        yield Problem(shard.path, "damaged", str(error))
        return
    found = {"records": records, "raw_bytes": raw_bytes, "counts": dict(counts)}
    for field, value in found.items():
        if value != getattr(shard, field):
            yield Problem(shard.path, "count", f"its {field} are {value}, the manifest says {getattr(shard, field)}")


def _checked(record: Any, kind: str) -> str | None:
    """What the record is counted as. Raises one of BAD_LINE when it lacks a field."""
    if kind == ENTRIES:
        return Entry.from_dict(record).layout
    if kind == QUESTIONS:
        Question.from_dict(record)
    return str(record["verdict"]) if kind == REJECTS else None


def _unlisted(root: Path) -> Iterator[Problem]:
    """Files that no manifest lists and nobody writes."""
    if not (root / LOCK_FILE).exists():
        yield from _look(root, load_manifest(root))
        return
    with folder_lock(root):
        yield from list(_look(root, load_manifest(root)))


def _look(root: Path, manifest: Manifest) -> Iterator[Problem]:
    listed = {shard.path for shard in manifest.shards}
    for kind in KINDS:
        folder = root / kind
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            name = f"{kind}/{path.name}"
            if name in listed or not path.is_file() or is_held(path):
                continue
            if path.name.endswith(".part"):
                yield Problem(name, "leftover", "left by a dead worker; the next run recovers it")
            else:
                yield Problem(
                    name, "stray", "not in the manifest: no reader believes it; the next run recovers it when it is a shard of ours"
                )
