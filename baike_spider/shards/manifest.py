"""manifest.json: the list of finished shards, and the only thing a reader of a crawl folder believes.

Comes in: shards that are durable under their final names. Goes out: one file, replaced in one step under the folder's
lock, so that several workers can share a folder. Its counts are sums over the list: same shards, same bytes, but for
`created` and `updated`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

from baike_spider.shards.disk import write_whole
from baike_spider.shards.errors import IsCorpus, ManifestDamaged, ShardError, on_disk
from baike_spider.shards.lock import folder_lock
from baike_spider.shards.names import ENTRIES, ENTRY_KINDS, KINDS, REJECTS, parse_path
from baike_spider.shards.tsv import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["MANIFEST", "MANIFEST_SCHEMA", "Manifest", "Shard", "load_manifest", "merge", "try_load"]

MANIFEST = "manifest.json"
#: rises when a field changes its meaning
MANIFEST_SCHEMA = 1

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Shard:
    """One finished file."""

    path: str
    """Relative to the crawl folder, with `/`."""
    kind: str
    """entries, triples, questions or rejects."""
    records: int
    bytes: int
    raw_bytes: int
    """Length when decompressed."""
    sha256: str
    """Hex digest of the file."""
    counts: dict[str, int]
    """Records by layout in entries, by verdict in rejects; empty in triples and questions."""
    extractors: tuple[str, ...]
    """Sorted versions that made the records; empty in rejects, and in questions that were recovered."""

    def as_dict(self) -> dict[str, Any]:
        return {**asdict(self), "counts": dict(sorted(self.counts.items())), "extractors": list(self.extractors)}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The inverse. Raises ValueError on anything that no writer of ours could have listed."""
        if not isinstance(data, dict) or data.keys() != {field.name for field in fields(cls)}:
            raise ValueError("it does not have the fields of a shard")
        numbers = [data["records"], data["bytes"], data["raw_bytes"]]
        if not isinstance(data["counts"], dict) or not isinstance(data["extractors"], list):
            raise ValueError("counts is no object or extractors no list")
        if not all(type(number) is int and number >= 0 for number in (*numbers, *data["counts"].values())):
            raise ValueError("a count is no natural number")
        name = parse_path(data["path"]) if isinstance(data["path"], str) else None
        if name is None or name.kind != data["kind"]:
            raise ValueError(f"{data['path']!r} is no path of a shard of kind {data['kind']!r}")
        if not _SHA256.fullmatch(str(data["sha256"])) or not all(isinstance(version, str) for version in data["extractors"]):
            raise ValueError("the digest or an extractor version is no text of ours")
        return cls(**{**data, "extractors": tuple(data["extractors"])})


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a crawl folder holds."""

    crawl: str
    site: str
    created: str
    updated: str
    """UTC, ISO 8601 with Z, of the last change of the list."""
    shards: tuple[Shard, ...]
    """In the order of their paths."""

    @property
    def extractors(self) -> tuple[str, ...]:
        """Every version of the extractors that made a record, sorted as text."""
        return tuple(sorted({version for shard in self.shards for version in shard.extractors}))

    @property
    def counts(self) -> dict[str, Any]:
        """Records by kind (questions only where there are any), entries by layout, rejects by verdict."""
        totals: dict[str, Any] = dict.fromkeys(ENTRY_KINDS, 0)
        finer: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
        for shard in self.shards:
            totals[shard.kind] = totals.get(shard.kind, 0) + shard.records
            finer[shard.kind].update(shard.counts)
        return {**totals, "layouts": dict(sorted(finer[ENTRIES].items())), "verdicts": dict(sorted(finer[REJECTS].items()))}

    def of(self, kind: str) -> list[Shard]:
        """The shards of one kind, in order."""
        return [shard for shard in self.shards if shard.kind == kind]

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema": MANIFEST_SCHEMA,
            "crawl": self.crawl,
            "site": self.site,
            "created": self.created,
            "updated": self.updated,
            "extractors": list(self.extractors),
            "counts": self.counts,
            "triples_columns": list(COLUMNS),
            "shards": [shard.as_dict() for shard in self.shards],
        }


def load_manifest(folder: Path) -> Manifest:
    """The folder's manifest. Raises ShardError when there is none, IsCorpus when it is a corpus', ManifestDamaged when it is not what we wrote."""
    manifest = try_load(folder)
    if manifest is None:
        raise ShardError(f"{folder} has no {MANIFEST}", path=folder, cure="give the folder of a crawl, for example output/<crawl>")
    return manifest


def try_load(folder: Path) -> Manifest | None:
    """The folder's manifest; None where there is none yet. Raises IsCorpus, ManifestDamaged, ShardError."""
    path = folder / MANIFEST
    try:
        with on_disk("read", path):
            data = path.read_bytes()
    except ShardError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return None
        raise
    try:
        found = json.loads(data)
        if isinstance(found, dict) and str(found.get("kind")).endswith("-corpus"):
            raise IsCorpus(folder)
        return _read(found)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ManifestDamaged(f"{type(error).__name__}: {error}", path=path) from error


def _read(data: Any) -> Manifest:
    if not isinstance(data, dict):
        raise TypeError("it is no JSON object")
    if data["schema"] != MANIFEST_SCHEMA:
        raise ValueError(f"schema {data['schema']!r} is not {MANIFEST_SCHEMA}: it was written by another version of this program")
    head = {key: data[key] for key in ("crawl", "site", "created", "updated")}
    if not all(isinstance(value, str) for value in head.values()):
        raise TypeError("crawl, site, created and updated are texts")
    shards = []
    for index, shard in enumerate(data["shards"]):
        try:
            shards.append(Shard.from_dict(shard))
        except ValueError as error:
            raise ValueError(f"shards[{index}]: {error}") from None
    manifest = Manifest(**head, shards=tuple(shards))
    if len({shard.path for shard in shards}) != len(shards) or manifest.counts != data["counts"]:
        raise ValueError("a shard is listed twice, or the counts are not the sums of the list")
    return manifest


def merge(folder: Path, shards: Iterable[Shard], *, crawl: str, site: str, clock: Callable[[], float]) -> Manifest:
    """Lists the shards (a path that is listed already is replaced) and makes the list durable; creates the manifest where there is none.

    Idempotent. `clock` gives seconds since 1970. Raises ShardError when the folder belongs to another crawl or cannot be written.
    """
    new = {shard.path: shard for shard in shards}
    with folder_lock(folder):
        old = try_load(folder)
        if old is not None and (old.crawl, old.site) != (crawl, site):
            message = f"{folder} holds crawl {old.crawl!r} of {old.site}, not {crawl!r} of {site}"
            raise ShardError(message, path=folder, cure="give every crawl a folder of its own")
        if old is not None and not new:
            return old
        now = datetime.fromtimestamp(clock(), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        listed = {**{shard.path: shard for shard in (old.shards if old else ())}, **new}
        manifest = Manifest(crawl, site, old.created if old else now, now, tuple(shard for _, shard in sorted(listed.items())))
        with on_disk("write", folder / MANIFEST):
            write_whole(folder / MANIFEST, (json.dumps(manifest.as_dict(), ensure_ascii=False, indent=1) + "\n").encode())
        return manifest
