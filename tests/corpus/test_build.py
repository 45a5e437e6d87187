"""`baike corpus build`: exact, one entry once, the newest version, all names; the same bytes whatever the order, threads and memory."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import baike_spider.corpus.build as building
from baike_spider.cli import main
from baike_spider.corpus import spill
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.errors import CorpusError, InputDamaged
from baike_spider.corpus.reader import open_corpus, views
from baike_spider.corpus.schema import ENTRIES, TABLES, TRIPLES, partition_of
from baike_spider.corpus.tables import sort_again
from baike_spider.corpus.verify import verify_corpus
from baike_spider.shards import read_triples, verify
from baike_spider.shards.jsonl import json_line
from extractors import Entry, Link, Quantity, Relation, Row, Target, Value, triples
from tests.bench.corpora import make_crawls
from tests.corpus.crawls import digests, plain_triples, rows, write_crawl
from tests.shards.specimens import as_field_texts, entry_of, reject_of, weird_text

#: small enough that the crawls here fill several partitions
PARTITION_BYTES = 300_000


@pytest.fixture
def many_partitions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "PARTITION_BYTES", PARTITION_BYTES)


def sound(corpus: Path) -> Path:
    assert [str(problem) for problem in verify_corpus(corpus)] == []
    return corpus


def titled(title: str, **changes: object) -> Entry:
    """An entry whose number nobody knows."""
    url = f"https://baike.baidu.com/item/{title}"
    return entry_of(1, **{"lemma_id": None, "title": title, "sense": None, "url": url, "source": url, "aliases": (), **changes})


def test_the_distinct_set_is_that_of_sort_u(tmp_path: Path, many_partitions: None) -> None:
    crawls = make_crawls(tmp_path / "crawls", 20_000, shards=8)
    assert [verify(crawl) for crawl in crawls] == [[], []]
    read = [triple for crawl in crawls for triple in read_triples(crawl)]
    tsv = tmp_path / "triples.tsv"
    tsv.write_text("".join(f"{triple.subject}\t{triple.predicate}\t{triple.object}\n" for triple in read), encoding="utf-8")
    expected = subprocess.run(["sort", "-u", tsv], env={"LC_ALL": "C"}, capture_output=True, check=True).stdout
    manifest = build_corpus(crawls, tmp_path / "corpus")
    assert manifest.partitions > 1
    found = rows(
        sound(tmp_path / "corpus"),
        "SELECT DISTINCT subject || chr(9) || predicate || chr(9) || object || chr(10) AS line FROM triples ORDER BY line",
    )
    assert "".join(line for (line,) in found).encode() == expected
    assert manifest.counts["triples_read"] == len(read)
    assert manifest.counts["triples"] == len({(t.subject_id, t.predicate, t.object, t.object_url) for t in read}) < len(read)


def test_the_triples_are_those_of_the_extractors(tmp_path: Path) -> None:
    """The SQL derives what `extractors.triples` derives, typed and linked alike."""
    (crawl, *_) = make_crawls(tmp_path, 3000, shards=2, duplicates=0)
    build_corpus([crawl], tmp_path / "corpus")
    found = rows(
        tmp_path / "corpus",
        "SELECT subject, predicate, object, subject_id, subject_url, object_id, coalesce(object_url, ''), date, low, high, unit, digest, layout, extractor,"
        " fetched_at FROM triples",
    )
    expected = [
        (t.subject, t.predicate, t.object, t.subject_id, t.subject_url, t.object_id, t.object_url, t.date)
        + ((t.quantity.low, t.quantity.high, t.quantity.unit) if t.quantity else (None, None, None))
        + (t.digest, t.layout, t.extractor, t.fetched_at)
        for t in read_triples(crawl)
    ]
    assert sorted(map(repr, found)) == sorted(
        repr((*row[:8], *(row[8:10] if row[8] is None else map(float, row[8:10])), *row[10:])) for row in expected
    )


weird_entries = st.builds(
    lambda number, title, sense, names, texts, summary, tags, url: entry_of(
        number,
        title=title,
        sense=sense,
        aliases=tuple(names),
        tags=tuple(tags),
        summary=summary,
        rows=tuple(
            Row(name, text, (Value(text), Value(text, link=Target(url, 7)), Value(text, quantity=Quantity(1, None, ""))))
            for name, text in texts
        ),
        relations=(Relation("妻子", title, url, None),),
    ),
    st.integers(1, 5),
    weird_text,
    st.none() | weird_text,
    st.lists(weird_text, max_size=3),
    st.lists(st.tuples(weird_text, weird_text), max_size=3),
    weird_text,
    st.lists(weird_text, max_size=2),
    st.sampled_from(["", "https://baike.baidu.com/item/甲"]),
)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(weird_entries, min_size=1, max_size=6, unique_by=lambda entry: entry.lemma_id))
def test_any_text_comes_out_as_the_shards_hold_it(tmp_path: Path, entries: list[Entry]) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    crawl = write_crawl(tmp_path / "crawl", entries)
    read = {(t.subject_id, t.subject, t.predicate, t.object, t.object_url) for t in map(as_field_texts, read_triples(crawl))}
    build_corpus([crawl], tmp_path / "corpus")
    sound(tmp_path / "corpus")
    found = rows(tmp_path / "corpus", "SELECT subject_id, subject, predicate, object, coalesce(object_url, '') FROM triples")
    assert set(found) == read
    assert len(found) == len(read)


def test_long_values_empty_objects_and_numeric_predicates(tmp_path: Path) -> None:
    long = "长" * 1_000_000
    entry = entry_of(1, rows=(Row("1", "", (Value(""),)), Row("3.14", long, (Value(long),)), Row("", "甲", (Value("甲"),))))
    build_corpus([write_crawl(tmp_path / "crawl", [entry])], tmp_path / "corpus")
    assert plain_triples([entry]) == set(rows(sound(tmp_path / "corpus"), "SELECT subject, predicate, object FROM triples"))


class TestIdentity:
    def entries(self, tmp_path: Path, *crawls: list[Entry]) -> list[tuple[object, ...]]:
        paths = [write_crawl(tmp_path / f"crawl-{at}", entries) for at, entries in enumerate(crawls)]
        build_corpus(paths, tmp_path / "corpus")
        return rows(sound(tmp_path / "corpus"), "SELECT entry, fetched_at, aliases, versions FROM entries ORDER BY entry")

    def test_the_newest_version_wins_and_names_unite(self, tmp_path: Path) -> None:
        old = entry_of(2, aliases=("旧名",), tags=("旧",), fetched_at="2026-01-01T00:00:00Z")
        new = entry_of(2, aliases=("新名",), tags=("新",), fetched_at="2026-02-01T00:00:00Z")
        unknown = entry_of(2, aliases=(), tags=("无",), fetched_at=None)
        assert self.entries(tmp_path, [new], [old, unknown]) == [("baidu_baike#2", "2026-02-01T00:00:00Z", ["新名", "旧名"], 3)]
        assert set(rows(tmp_path / "corpus", "SELECT subject, predicate, object FROM triples")) == plain_triples([new])
        assert rows(tmp_path / "corpus", "SELECT name, kind FROM names ORDER BY ALL") == [
            ("2", "id"),
            ("新名", "alias"),
            ("旧名", "alias"),
            ("条目2", "title"),
        ]

    def test_a_record_that_is_there_twice_is_one(self, tmp_path: Path) -> None:
        assert self.entries(tmp_path, [entry_of(2), entry_of(2)], [entry_of(2)]) == [
            ("baidu_baike#2", "2026-01-01T00:00:00Z", ["别名2"], 3)
        ]

    def test_a_title_joins_the_one_number_that_bears_it(self, tmp_path: Path) -> None:
        known = entry_of(2, title="甲", aliases=())
        assert self.entries(tmp_path, [known], [titled("甲", fetched_at="2026-05-01T00:00:00Z")]) == [
            ("baidu_baike#2", "2026-05-01T00:00:00Z", [], 2)
        ]

    def test_a_title_of_several_entries_is_not_guessed(self, tmp_path: Path) -> None:
        several = [entry_of(2, title="甲", sense="县"), entry_of(3, title="甲", sense="姓")]
        found = self.entries(tmp_path, several, [titled("甲"), titled("甲", sense="姓"), titled("甲", sense="字")])
        assert [(row[0], row[3]) for row in found] == [
            ("baidu_baike#2", 1),
            ("baidu_baike#3", 2),
            ("baidu_baike/甲", 1),
            ("baidu_baike/甲（字）", 1),
        ]

    def test_a_title_that_looks_like_a_number_is_no_number(self, tmp_path: Path) -> None:
        assert [row[0] for row in self.entries(tmp_path, [titled("1984"), entry_of(1984)])] == ["baidu_baike#1984", "baidu_baike/1984"]

    def test_sites_are_apart(self, tmp_path: Path) -> None:
        assert len(self.entries(tmp_path, [entry_of(2), entry_of(2, site="hudong")])) == 2

    def test_two_entries_of_one_name_keep_their_triples(self, tmp_path: Path) -> None:
        self.entries(tmp_path, [entry_of(2, title="甲", sense=None), entry_of(4, title="甲", sense=None)])
        assert rows(tmp_path / "corpus", "SELECT entry FROM triples WHERE predicate = '职业' AND object = '歌手' ORDER BY 1") == [
            ("baidu_baike#2",),
            ("baidu_baike#4",),
        ]

    def test_alias_rejects_are_names(self, tmp_path: Path) -> None:
        entry = entry_of(2)
        rejects = [
            reject_of(1, verdict="alias", reason="又名", url=entry.url),
            reject_of(2),
            reject_of(3, verdict="alias", reason="无主", url="https://x/"),
        ]
        manifest = build_corpus([write_crawl(tmp_path / "crawl", [entry], rejects=rejects)], tmp_path / "corpus")
        assert rows(sound(tmp_path / "corpus"), "SELECT aliases FROM entries") == [(["别名2", "又名"],)]
        assert rows(tmp_path / "corpus", "SELECT entry, subject FROM names WHERE name = '又名'") == [("baidu_baike#2", "条目2")]
        assert set(rows(tmp_path / "corpus", "SELECT subject, predicate, object FROM triples")) == plain_triples([entry])
        assert manifest.counts["verdicts"] == {"alias": 2, "not_an_entry": 1}


def test_links_lead_back(tmp_path: Path) -> None:
    url = "https://baike.baidu.com/item/乙"
    row = Row("作者", "乙", (Value("乙", link=Target(url)),), (Link("乙", url),))
    build_corpus([write_crawl(tmp_path / "crawl", [entry_of(2), entry_of(4, rows=(row,), relations=())])], tmp_path / "corpus")
    assert rows(tmp_path / "corpus", "SELECT * FROM links ORDER BY ALL") == [
        ("baidu_baike#30485", "条目2", "职业", "演员", "baidu_baike#2"),
        ("baidu_baike#7", "条目2", "妻子", "甲", "baidu_baike#2"),
        (url, "条目4", "作者", "乙", "baidu_baike#4"),
    ]


def test_every_row_lies_where_its_name_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(building, "PARTITION_BYTES", 10_000)
    build_corpus([write_crawl(tmp_path / "crawl", [entry_of(number) for number in range(1, 90)])], tmp_path / "corpus")
    corpus = open_corpus(sound(tmp_path / "corpus"))
    partitions = corpus.manifest.partitions
    assert partitions >= 8
    for table in TABLES:
        for shard in corpus.manifest.of(table.name):
            found = rows_of(corpus.folder / shard.path, table.partitioned_by)
            assert all(partition_of(text, partitions) == shard.partition for text in found)
    assert (corpus.folder / corpus.shard_for(ENTRIES.name, "条目88").path).is_file()


def rows_of(path: Path, column: str) -> list[str]:
    return [text for (text,) in duckdb.sql(f"SELECT {column} FROM read_parquet('{path}')").fetchall()]


def test_same_input_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # partitions of several row groups: where they end must not depend on the threads
    monkeypatch.setattr(building, "PARTITION_BYTES", 1 << 24)
    crawls = make_crawls(tmp_path / "crawls", 150_000, shards=6)
    moved = [shutil.copytree(crawl, tmp_path / "elsewhere" / f"copy-of-{crawl.name}") for crawl in crawls]
    build_corpus(crawls, tmp_path / "a", threads=1)
    build_corpus([*reversed(moved), moved[0]], tmp_path / "b", threads=4, memory=600 << 20)
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_files_of_entries_are_inputs_too(tmp_path: Path) -> None:
    entries = [entry_of(number) for number in range(1, 20)]
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.zst"
    plain.write_bytes(b"".join(json_line(entry.as_dict()) for entry in entries[:9]))
    subprocess.run(["zstd", "-q", "-o", packed], input=b"".join(json_line(entry.as_dict()) for entry in entries[9:]), check=True)
    manifest = build_corpus([plain, packed], tmp_path / "corpus")
    assert set(rows(sound(tmp_path / "corpus"), "SELECT subject, predicate, object FROM triples")) == plain_triples(entries)
    assert sorted((one.name, one.entries) for one in manifest.inputs) == [("a.jsonl", 9), ("b.jsonl.zst", 10)]


def test_blank_lines_white_space_and_byte_order_marks(tmp_path: Path) -> None:
    """Both passes count the lines alike."""
    entries = [entry_of(number) for number in range(1, 6)]
    one, two, *others = (json_line(entry.as_dict()) for entry in entries)
    file = tmp_path / "entries.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + one + b"\n \t\r\n" + two.replace(b"\n", b"\r\n") + b"\n  " + b"\n".join(others).rstrip())
    build_corpus([file], tmp_path / "corpus")
    assert set(rows(sound(tmp_path / "corpus"), "SELECT subject, predicate, object FROM triples")) == plain_triples(entries)
    assert rows(tmp_path / "corpus", "SELECT json FROM entries ORDER BY lemma_id") == [
        (json_line(entry.as_dict()).decode().strip(),) for entry in entries
    ]


@pytest.mark.parametrize("files", [1, 2, 3, 7])
@pytest.mark.parametrize("threads", [1, 2, 5])
def test_every_file_is_read_whoever_reads_it(tmp_path: Path, many_partitions: None, files: int, threads: int) -> None:
    """Files are shared out by their length; one may be as long as all others together."""
    entries = [entry_of(number) for number in range(1, 1400)]
    bounds = [0, *(1200 + 20 * at for at in range(files - 1)), len(entries)]
    paths = []
    for at, (first, last) in enumerate(pairwise(bounds)):
        paths.append(tmp_path / f"{at}.jsonl")
        paths[-1].write_bytes(b"".join(json_line(entry.as_dict()) for entry in entries[first:last]))
    build_corpus(paths, tmp_path / "corpus", threads=threads)
    assert rows(sound(tmp_path / "corpus"), "SELECT count(*) FROM entries") == [(len(entries),)]
    assert set(rows(tmp_path / "corpus", "SELECT subject, predicate, object FROM triples")) == plain_triples(entries)


def test_an_interrupted_build_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader in the middle of its share hears of another one's failure, and does not read on."""
    paths = []
    for at in range(2):
        paths.append(tmp_path / f"{at}.jsonl")
        paths[-1].write_bytes(b"".join(json_line(entry_of(1000 * at + number).as_dict()) for number in range(1, 900)))
    read_lines, failed, told = spill.read_lines, threading.Event(), []

    def slowly(path: Path) -> Iterator[bytes]:
        for number, line in enumerate(read_lines(path)):
            if path.name == "0.jsonl" and number == 5:
                failed.set()
                raise OSError(28, "No space left on device")
            if path.name == "1.jsonl" and number == 5:
                assert failed.wait(60)
            if failed.is_set():
                time.sleep(0.01)
                told.append(path.name)
            yield line

    monkeypatch.setattr(spill, "read_lines", slowly)
    monkeypatch.setattr(spill, "_ROWS", 10)
    with pytest.raises(OSError, match="No space left"):
        build_corpus(paths, tmp_path / "corpus", threads=2)
    assert len(told) < 400


def test_names_of_folders_are_no_patterns(tmp_path: Path) -> None:
    folder = tmp_path / "a[1]* 'b' {c,d}?"
    build_corpus([write_crawl(folder / "[crawl]", [entry_of(1)])], folder / "corp?s")
    assert len(rows(sound(folder / "corp?s"), "FROM entries")) == 1


class TestBadInput:
    def test_no_crawl(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        (tmp_path / "x").mkdir()
        (tmp_path / "x.tsv").touch()
        for path in ("x", "x.tsv", "nowhere"):
            assert main(["corpus", "build", str(tmp_path / path), "-o", str(tmp_path / "corpus")]) == 2
            assert str(tmp_path / path) in capsys.readouterr().err
        assert sorted(path.name for path in tmp_path.iterdir()) == ["x", "x.tsv"]

    def test_a_damaged_shard_is_named_and_nothing_is_replaced(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        crawl = write_crawl(tmp_path / "crawl", [entry_of(number) for number in range(1, 30)])
        build_corpus([crawl], tmp_path / "corpus")
        before = digests(tmp_path / "corpus")
        shard = sorted((crawl / "entries").iterdir())[1]
        data = bytearray(shard.read_bytes())
        data[len(data) // 2] ^= 0xFF
        shard.write_bytes(data)
        assert main(["corpus", "build", str(crawl), "-o", str(tmp_path / "corpus")]) == 2
        told = capsys.readouterr().err
        assert "baike verify" in told
        assert shard.name in told
        shard.write_bytes(data[:-5])
        with pytest.raises(InputDamaged, match=shard.name):
            build_corpus([crawl], tmp_path / "corpus")
        shard.unlink()
        with pytest.raises(InputDamaged, match=shard.name):
            build_corpus([crawl], tmp_path / "corpus")
        assert digests(tmp_path / "corpus") == before
        assert not list(tmp_path.glob(".corpus*"))

    def test_lines_that_are_no_entries(self, tmp_path: Path) -> None:
        file = tmp_path / "triples.jsonl"
        file.write_bytes(b"".join(json_line(triple.as_dict()) for triple in triples(entry_of(1))))
        with pytest.raises(InputDamaged, match="are no entries"):
            build_corpus([file], tmp_path / "corpus")
        file.write_text("{不是\n")
        with pytest.raises(InputDamaged, match=r"triples\.jsonl"):
            build_corpus([file], tmp_path / "corpus")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("lemma_id", "甲"),
            ("aliases", "甲"),
            ("rows", "甲"),
            ("rows", None),
            ("rows", [{"name": "职业", "values": "歌手"}]),
            ("rows", [{"name": "职业", "values": [{"date": "1961"}]}]),
            ("rows", [{"values": [{"text": "歌手"}]}]),
            ("tags", "甲"),
            ("tags", [None]),
            ("aliases", [None]),
            ("relations", {"name": "妻子"}),
            ("relations", [5]),
            ("relations", [{"name": "妻子", "title": "甲"}]),
            ("relations", [{"name": "妻子", "title": 5, "url": "", "lemma_id": None}]),
            ("lemma_id", 7.6),
            ("lemma_id", 2.0),
            ("lemma_id", "7"),
            ("lemma_id", -7),
            ("lemma_id", True),
            ("lemma_id", 10**18),
            ("title", 5),
            ("summary", ["甲"]),
            ("updated", 2019),
            ("tags", ["甲", 5]),
            ("aliases", ['a"]', "b", True]),
            ("rows", [{"name": 5, "values": [{"text": "歌手"}]}]),
            ("rows", [5]),
            *(
                ("rows", [{"name": "职业", "text": "歌手", "values": [{"text": "歌手", **odd}], "links": []}])
                for odd in (
                    {"text": 1961},
                    {"text": {"zh": "歌手"}},
                    {"date": 1961},
                    {"link": 7},
                    {"link": "https://baike.baidu.com/item/甲"},
                    {"link": ["https://baike.baidu.com/item/甲"]},
                    {"link": {}},
                    {"link": {"lemma_id": 7}},
                    {"link": {"url": None, "lemma_id": 7}},
                    {"link": {"url": 7, "lemma_id": 7}},
                    {"link": {"url": "", "lemma_id": 7.6}},
                    {"link": {"url": "", "lemma_id": "7"}},
                    {"link": {"url": "", "lemma_id": 10**19}},
                    {"quantity": 174},
                    {"quantity": {"low": 1, "high": 1}},
                    {"quantity": {"low": "1", "high": 1, "unit": "cm"}},
                    {"quantity": {"low": 1, "high": 1, "unit": 1}},
                )
            ),
        ],
    )
    def test_an_entry_of_another_shape_is_named(self, tmp_path: Path, field: str, value: object) -> None:
        file = tmp_path / "entries.jsonl"
        file.write_bytes(json_line(entry_of(1).as_dict()) + json_line({**entry_of(2).as_dict(), field: value}))
        with pytest.raises(InputDamaged, match=r"entries\.jsonl"):
            build_corpus([file], tmp_path / "corpus")
        # also as others write JSON
        file.write_text(json.dumps({**entry_of(2).as_dict(), field: value}).replace('":', '"\t:\t') + "\n")
        with pytest.raises(InputDamaged, match=r"entries\.jsonl"):
            build_corpus([file], tmp_path / "corpus")
        assert not (tmp_path / "corpus").exists()

    def test_texts_that_look_like_other_shapes_are_texts(self, tmp_path: Path) -> None:
        """Brackets, quotation marks, keys and numbers within a text, null where a field may be null, and any spacing."""
        texts = ["5", "7.6", "true", "null", '{"link": 5}', '"text": 5, "lemma_id": 7.6', "\\", '\\"', '"tags": [5]', "[1, 2]", "]", '","']
        values = tuple(Value(text, link=Target(text, None)) for text in texts)
        entry = entry_of(
            1, title="1984", aliases=tuple(texts), tags=tuple(texts), summary=texts[5], rows=(Row("5", texts[5], values),), relations=()
        )
        file = tmp_path / "entries.jsonl"
        record = {**entry.as_dict(), "sense": None, "updated": None, "fetched_at": None}
        file.write_text(json.dumps(record, ensure_ascii=False, separators=("\t, ", " :\t")) + "\n", encoding="utf-8")
        build_corpus([file], tmp_path / "corpus")
        assert {row[1:] for row in rows(sound(tmp_path / "corpus"), "SELECT subject, predicate, object FROM triples")} == {
            row[1:] for row in plain_triples([replace(entry, sense=None)])
        }

    @pytest.mark.parametrize("change", ["fewer", "reordered", "cut", "other rows", "gone", "after"])
    def test_an_input_that_changes_while_it_is_read(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str) -> None:
        """Another program writes to it between the passes, or when both are done."""
        file = tmp_path / "entries.jsonl"
        lines = [json_line(entry_of(number).as_dict()) for number in (1, 2, 3)]
        others = [json_line(entry_of(number, rows=(), fetched_at="2030-01-01T00:00:00Z").as_dict()) for number in (1, 2, 3)]
        file.write_bytes(b"".join(lines))
        step = "each_partition" if change == "after" else "spill_lines"
        read = getattr(building, step)

        def meddle(*arguments: Any) -> Any:
            file.unlink()
            if change != "gone":
                after = {"fewer": lines[:2], "reordered": [lines[2], *lines[:2]], "cut": [*lines[:2], lines[2][:-20]]}.get(change, others)
                file.write_bytes(b"".join(after))
            return read(*arguments)

        monkeypatch.setattr(building, step, meddle)
        with pytest.raises(InputDamaged, match=r"entries\.jsonl changed while it was read"):
            build_corpus([file], tmp_path / "corpus")
        assert not (tmp_path / "corpus").exists()

    def test_nothing_in_it(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError, match="no entries"):
            build_corpus([write_crawl(tmp_path / "crawl", [], rejects=[reject_of(1)])], tmp_path / "corpus")

    def test_something_else_is_never_replaced(self, tmp_path: Path) -> None:
        crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
        before = digests(crawl)
        for output in (crawl, crawl / "manifest.json"):
            with pytest.raises(CorpusError, match="choose another"):
                build_corpus([crawl], output)
        assert digests(crawl) == before

    def test_too_little_memory(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
        assert main(["corpus", "build", str(crawl), "-o", str(tmp_path / "corpus"), "--memory", "10M"]) == 2
        assert "512 MB" in capsys.readouterr().err


def test_the_newest_of_a_renamed_entry_has_one_subject(tmp_path: Path) -> None:
    old, new = entry_of(2, title="旧"), replace(entry_of(2, title="新"), fetched_at="2026-09-01T00:00:00Z")
    build_corpus([write_crawl(tmp_path / "a", [old]), write_crawl(tmp_path / "b", [new])], tmp_path / "corpus")
    assert rows(sound(tmp_path / "corpus"), "SELECT subject, title FROM entries") == [("新", "新")]
    manifest = json.loads((tmp_path / "corpus" / "manifest.json").read_bytes())
    assert manifest["fetched"] == ["2026-09-01T00:00:00Z", "2026-09-01T00:00:00Z"]


def test_triples_that_a_join_left_unsorted_are_sorted(tmp_path: Path) -> None:
    """A join that spills keeps no order; none of the small ones here does, so that its file is made up."""
    build_corpus([write_crawl(tmp_path / "crawl", [entry_of(number) for number in range(1, 30)])], tmp_path / "corpus")
    path = tmp_path / "corpus" / "triples" / "00000.parquet"
    with views(open_corpus(tmp_path / "corpus")) as db:
        before = db.execute("SELECT * FROM triples").fetchall()
        assert not sort_again(db, TRIPLES, path)
        db.execute(f"COPY (SELECT * FROM triples ORDER BY md5(entry)) TO '{tmp_path / 'other'}' (FORMAT parquet)")
        (tmp_path / "other").replace(path)
        assert db.execute("SELECT * FROM triples").fetchall() != before
        assert sort_again(db, TRIPLES, path)
        assert db.execute("SELECT * FROM triples").fetchall() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
