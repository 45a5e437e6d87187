"""Small crawls of our own making, and what a corpus made of them must hold."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from baike_spider.corpus.reader import open_corpus, views
from baike_spider.shards import ShardWriter
from baike_spider.shards.tsv import clean_field
from extractors import Entry, triples

Plain = tuple[str, str, str]


def write_crawl(
    folder: Path, entries: list[Entry], *, rejects: Sequence[dict[str, Any]] = (), worker: str = "w", entries_a_shard: int = 7
) -> Path:
    """A finished crawl folder with several shards."""
    with ShardWriter(folder, worker=worker, crawl=folder.name, site="baidu_baike", clock=lambda: 1767323045.0) as writer:
        for at, entry in enumerate(entries):
            writer.write(entry)
            if at % entries_a_shard == entries_a_shard - 1:
                writer.roll()
        for record in rejects:
            writer.reject(record)
    return folder


def plain_triples(entries: list[Entry]) -> set[Plain]:
    return {
        (clean_field(triple.subject), clean_field(triple.predicate), clean_field(triple.object))
        for entry in entries
        for triple in triples(entry)
    }


def rows(corpus: Path, sql: str) -> list[tuple[Any, ...]]:
    with views(open_corpus(corpus)) as db:
        return list(db.execute(sql).fetchall())


def digests(folder: Path) -> dict[str, bytes]:
    """Every file's bytes."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
