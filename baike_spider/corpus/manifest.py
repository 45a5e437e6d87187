"""manifest.json of a corpus: what a reader believes.

Comes in: the shards of a finished build and what they were built from. Goes out: one JSON file. It holds no clock and no path of
the machine that built it: same input, same bytes.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from baike_spider.corpus.errors import CorpusDamaged, CorpusError
from baike_spider.corpus.schema import CORPUS_SCHEMA, ENTRY_CORPUS, KINDS, QUESTION_CORPUS, shard_path

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.schema import Kind

__all__ = ["MANIFEST", "CorpusInput", "CorpusManifest", "CorpusShard", "how_to_rebuild", "read_manifest"]

MANIFEST = "manifest.json"
#: what a corpus of the other kind counts in its inputs
_FOREIGN = {ENTRY_CORPUS.name: ("questions",), QUESTION_CORPUS.name: ("entries", "triples")}

_SHA256 = re.compile(r"[0-9a-f]{64}")


class CorpusShard(NamedTuple):
    """One Parquet file."""

    path: str
    """Relative to the corpus, with `/`."""
    table: str
    partition: int
    rows: int
    bytes: int
    sha256: str
    """Hex digest of the file."""


class CorpusInput(NamedTuple):
    """What went in: a crawl folder or a file of records."""

    name: str
    """The crawl's name, or the file's."""
    kind: str
    """crawl, entries or questions"""
    site: str
    """"" for a file, which may hold several."""
    digest: str
    """Of a crawl: sha256 of the lines `<sha256>  <path>` of its shards, in their order; of a file: its own sha256."""
    entries: int
    """Records, before any deduplication."""
    triples: int
    rejects: dict[str, int]
    """Rejected pages by verdict."""
    questions: int = 0
    """Records of a crawl or file of questions, before any deduplication; the manifest of a corpus of entries has none, as that of questions
    has no entries and triples."""


class CorpusManifest(NamedTuple):
    """What a corpus holds."""

    partitions: int
    """Files of every table; a power of two."""
    builder: str
    """Version of the program that built it."""
    engine: str
    """Name and version of the library that wrote the files: another one may write other bytes for the same rows."""
    extractors: tuple[str, ...]
    """Sorted versions of the extraction rules behind the entries."""
    counts: dict[str, Any]
    """Rows a table; `versions`: entries or questions read; `triples_read`; `sites`, `layouts`, `verdicts`: entries and rejects by kind."""
    fetched: tuple[str, str] | None
    """First and last `fetched_at` of the entries; of questions, when the first of the crawls began and the last was written to. None when none is known."""
    inputs: tuple[CorpusInput, ...]
    """In the order of their digests."""
    shards: tuple[CorpusShard, ...]
    """In the order of the tables, then of the partitions."""
    kind: Kind = ENTRY_CORPUS
    """What it is a corpus of."""

    def of(self, table: str) -> list[CorpusShard]:
        """The shards of one table, in order."""
        return [shard for shard in self.shards if shard.table == table]

    def as_dict(self) -> dict[str, Any]:
        return {
            "schema": CORPUS_SCHEMA,
            "kind": self.kind.name,
            "builder": self.builder,
            "engine": self.engine,
            "extractors": list(self.extractors),
            "counts": self.counts,
            "fetched": list(self.fetched) if self.fetched else None,
            "partitions": self.partitions,
            "partition_function": "md5_number_lower(text) % partitions",
            "tables": {
                table.name: {
                    "columns": {column.name: column.type for column in table.columns},
                    "partitioned_by": table.partitioned_by,
                    "order": list(table.order),
                }
                for table in self.kind.tables
            },
            "inputs": [_input_dict(one, self.kind) for one in self.inputs],
            "shards": [shard._asdict() for shard in self.shards],
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """The inverse. Raises ValueError, KeyError or TypeError on anything that no build of ours could have written."""
        shards = tuple(CorpusShard(**shard) for shard in data["shards"])
        kind = KINDS[data["kind"]]
        manifest = cls(
            partitions=data["partitions"],
            builder=data["builder"],
            engine=data["engine"],
            extractors=tuple(data["extractors"]),
            counts=data["counts"],
            fetched=tuple(data["fetched"]) if data["fetched"] else None,
            inputs=tuple(CorpusInput(**{**dict.fromkeys(_FOREIGN[kind.name], 0), **one}) for one in data["inputs"]),
            shards=shards,
            kind=kind,
        )
        expected = [(table.name, number, shard_path(table.name, number)) for table in kind.tables for number in range(manifest.partitions)]
        if [(shard.table, shard.partition, shard.path) for shard in shards] != expected:
            raise ValueError("its shards are not every partition of every table, in order")
        for shard in shards:
            if not all(type(number) is int and number >= 0 for number in (shard.rows, shard.bytes)) or not _SHA256.fullmatch(shard.sha256):
                raise ValueError(f"{shard.path} has no rows, bytes and sha256 of ours")
        for table in kind.tables:
            if data["counts"][table.name] != sum(shard.rows for shard in manifest.of(table.name)):
                raise ValueError(f"counts.{table.name} is not the sum of its shards")
        if manifest.as_dict() != data:
            raise ValueError("it holds other fields, tables or columns than this program writes")
        return manifest


def _input_dict(one: CorpusInput, kind: Kind) -> dict[str, Any]:
    return {name: value for name, value in one._asdict().items() if name not in _FOREIGN[kind.name]}


def read_manifest(folder: Path) -> CorpusManifest:
    """The corpus' manifest. Raises CorpusError when `folder` is no corpus, CorpusDamaged when the manifest is not what we wrote."""
    path = folder / MANIFEST
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        cure = "give the folder that `baike corpus build -o` wrote"
        raise CorpusError(f"{folder} is no corpus: it has no {MANIFEST}", path=folder, cure=cure) from error
    except OSError as error:
        raise CorpusError(f"cannot read {path}: {error.strerror or error}", path=path) from error
    try:
        data = json.loads(text)
        if isinstance(data, dict) and "kind" not in data and "crawl" in data:
            raise CorpusError(f"{folder} is a crawl, no corpus", path=folder, cure=f"make one of it: baike corpus build {folder} -o CORPUS")
        if not isinstance(data, dict) or data.get("kind") not in KINDS:
            raise ValueError("it is no manifest of a corpus")
        if data["schema"] != CORPUS_SCHEMA:
            raise ValueError(f"schema {data['schema']!r} is not {CORPUS_SCHEMA}: it was written by another version of this program")
        return CorpusManifest.from_dict(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        cure = "build the corpus again from its inputs"
        raise CorpusDamaged(f"damaged manifest {path}: {type(error).__name__}: {error}", path=path, cure=cure) from error


def how_to_rebuild(manifest: CorpusManifest, folder: Path) -> str:
    """What to do about a damaged corpus, for people."""
    inputs = "".join(
        f"  {one.kind} {one.name}: {one.questions if manifest.kind == QUESTION_CORPUS else one.entries:,} {manifest.kind.noun}, digest {one.digest}\n"
        for one in manifest.inputs
    )
    return (
        f"To rebuild, either bring the named files back from a copy, or run `baike corpus build INPUT... -o {folder}` with the same inputs:\n{inputs}"
        f"With baike-spider {manifest.builder} and {manifest.engine} every file comes out with the sha256 that {MANIFEST} lists."
    )
