"""Small hostile crawls: the corpus is that of a naive program of a few lines."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import baike_spider.corpus.build as building
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.verify import verify_corpus
from extractors import Entry, Quantity, Relation, Row, Target, Value
from tests.corpus.crawls import rows, write_crawl
from tests.corpus.naive import naive_corpus
from tests.shards.specimens import entry_of, reject_of

#: few, so that names clash: by a control character, a line separator, a combining accent, a byte order mark, a bracket, a number
NAMES = [
    "甲",
    "甲\n",
    "甲 ",
    "甲\u2028",
    "甲\u0000",
    "é",
    "e\u0301",
    "\ufeff甲",
    "甲（乙）",
    "7",
    "A",
    "a",
    "\U0001f600",
    "\uffff",
    "baidu_baike#7",
    "a/b",
]
names = st.sampled_from(NAMES)
texts = st.sampled_from([*NAMES, "", " ", "\t", '"', "\\", "null", "长" * 3000])
urls = st.sampled_from(["", "https://baike.baidu.com/item/甲", "https://baike.baidu.com/item/甲/7", "https://baike.baidu.com/view/7.htm"])
numbers = st.sampled_from([None, 1, 7, 10, 999999999999])
values = st.builds(
    lambda text, link, date, amount: Value(text, date, amount, link),
    texts,
    st.none() | st.builds(Target, urls, numbers),
    st.none() | st.just("1961"),
    st.none()
    | st.builds(Quantity, st.sampled_from([None, 0, -1, 1e300, 2**53]), st.sampled_from([None, 1.5]), st.sampled_from(["", "米"])),
)


def entry(digest: int, url: str | None, **fields: Any) -> Entry:
    """No two have one digest, so that the newest is always known."""
    made = entry_of(1, **fields, digest=f"sha256:{digest:064d}")
    return made if url is None else entry_of(1, **fields, digest=f"sha256:{digest:064d}", url=url)


entries = st.lists(
    st.fixed_dictionaries(
        {
            "url": st.none() | urls,
            "site": st.sampled_from(["baidu_baike", "hudong"]),
            "lemma_id": numbers,
            "title": names,
            "sense": st.sampled_from([None, "", "乙", "乙\t", "县"]),
            "aliases": st.lists(texts, max_size=3).map(tuple),
            "tags": st.lists(texts, max_size=2).map(tuple),
            "summary": texts,
            "updated": st.sampled_from([None, "", "2020-01-01", "2021-01-01"]),
            "fetched_at": st.sampled_from([None, "", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"]),
            "extractor": st.sampled_from(["0.9.0", "0.10.0", "0.10", "dev", "1.0.0"]),
            "rows": st.lists(st.builds(Row, texts, texts, st.lists(values, max_size=3).map(tuple), st.just(())), max_size=3).map(tuple),
            "relations": st.lists(st.builds(Relation, texts, texts, urls, numbers), max_size=2).map(tuple),
        }
    ),
    min_size=1,
    max_size=9,
).map(lambda found: [entry(at, **fields) for at, fields in enumerate(found)])
SQL = {
    "entries": "SELECT entry, subject, title, aliases, fetched_at, versions, digest FROM entries",
    "triples": "SELECT subject, predicate, object, entry, coalesce(object_url, '') FROM triples",
    "names": "SELECT name, kind, entry, subject FROM names",
    "links": "SELECT target, subject, predicate, object, entry FROM links",
}


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(entries=entries, aliases=st.lists(st.tuples(urls, texts), max_size=2), crawls=st.integers(1, 3))
def test_the_corpus_is_that_of_a_naive_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entries: list[Entry], aliases: list[tuple[str, str]], crawls: int
) -> None:
    monkeypatch.setattr(building, "PARTITION_BYTES", 5000)
    shutil.rmtree(tmp_path, ignore_errors=True)
    rejects = [reject_of(at, verdict="alias", url=url, reason=name) for at, (url, name) in enumerate(aliases)]
    inputs = [write_crawl(tmp_path / f"{at}", entries[at::crawls], rejects=rejects[at::crawls], entries_a_shard=2) for at in range(crawls)]
    build_corpus(inputs, tmp_path / "corpus")
    assert [str(problem) for problem in verify_corpus(tmp_path / "corpus")] == []
    for table, expected in naive_corpus(entries, aliases).items():
        found = [tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row) for row in rows(tmp_path / "corpus", SQL[table])]
        assert sorted(found, key=repr) == sorted(expected, key=repr), table
