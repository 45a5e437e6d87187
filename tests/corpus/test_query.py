"""Looking up what a corpus holds, as `baike query` and `baike corpus sql` print it."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baike_spider.cli.main import main
from baike_spider.corpus.engine import connect
from baike_spider.corpus.query import facts_of, find, pointing_to
from baike_spider.corpus.reader import open_corpus
from tests.conftest import ROOT
from tests.corpus.crawls import digests
from tests.corpus.odd import build


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("odd"))


def asked(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    assert main(["query", *words, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("刘德华", ["baidu_baike#114923", "baidu_baike#9"]),
        ("华仔", ["baidu_baike#114923", "baidu_baike#9"]),
        ("Andy Lau", ["baidu_baike#114923"]),
        ("114923", ["baidu_baike#114923"]),
        ("baidu_baike#114923", ["baidu_baike#114923"]),
        ("刘德华（教授）", ["baidu_baike#9"]),
        ("刘德华(教授)", ["baidu_baike#9"]),
        ("baidu_baike/朱丽倩", ["baidu_baike/朱丽倩"]),
        ("重名", ["baidu_baike#101", "baidu_baike#102"]),
        ("1", ["baidu_baike#105"]),
        ("it's nothing", []),
        ("", []),
        ("hudong#114923", []),
        ("\x00", []),
    ],
)
def test_what_an_entry_is_called(corpus: Path, text: str, keys: list[str]) -> None:
    with connect(threads=1) as db:
        found = find(db, open_corpus(corpus), text)
        assert [one.entry for one in found] == keys
        assert sorted(facts_of(db, open_corpus(corpus), found)) == sorted(keys)


def test_triples_of_each_entry_of_the_name_and_of_no_other(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = asked(capsys, str(corpus), "重名")
    assert [(fact["predicate"], fact["object"]) for fact in first["triples"]] == [("类型", "山"), ("高", "1")]
    assert [(fact["predicate"], fact["object"]) for fact in second["triples"]] == [("类型", "山"), ("高", "2")]
    assert (first["count"], first["fetched_at"], second["fetched_at"]) == (2, "2026-01-02T03:04:05Z", None)


def test_one_predicate(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = asked(capsys, str(corpus), "刘德华", "--predicate", "职业")
    assert [fact["object"] for fact in first["triples"]] == ["歌手", "演员"]
    assert first["triples"][1]["object_id"] == 30485
    assert [fact["object"] for fact in second["triples"]] == ["教授"]


def test_every_field_is_documented(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (actor,) = asked(capsys, str(corpus), "30485", "--incoming")
    documented = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8").partition("\n## Query\n")[2]
    for field in (*actor, *actor["triples"][0], *actor["incoming"][0]):
        assert f"`{field}`" in documented, field


def test_what_points_to_an_entry_by_number_and_by_address(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (actor,) = asked(capsys, str(corpus), "30485", "--incoming")
    assert {(one["subject"], one["predicate"]) for one in actor["incoming"]} == {("刘德华（中国香港男演员、歌手）", "职业"), ("1", "链接")}
    (wife,) = asked(capsys, str(corpus), "朱丽倩", "--incoming", "--predicate", "妻子")
    assert [one["entry"] for one in wife["incoming"]] == ["baidu_baike#114923"]


def test_a_predicate_holds_for_all_that_is_shown_and_is_said(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (actor,) = asked(capsys, str(corpus), "30485", "--incoming", "--predicate", "职业")
    assert (actor["predicate"], actor["count"], actor["triples"], actor["incoming_count"]) == ("职业", 1, [], 1)
    assert [one["predicate"] for one in actor["incoming"]] == ["职业"]
    (actor,) = asked(capsys, str(corpus), "30485", "--incoming")
    assert (actor["predicate"], actor["incoming_count"]) == (None, 2)
    assert main(["query", str(corpus), "30485", "--incoming", "--predicate", "职业"]) == 0
    assert "  1 triples of this predicate point to it:\n" in capsys.readouterr().out


def test_incoming_is_counted_where_it_is_cut(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with connect(threads=1) as db:
        (actor,) = find(db, open_corpus(corpus), "30485")
        incoming = pointing_to(db, open_corpus(corpus), actor, most=1)
    assert (incoming.total, len(incoming.rows)) == (2, 1)
    assert main(["query", str(corpus), "30485", "--incoming", "-n", "1"]) == 0
    assert "... and 1 more" in capsys.readouterr().out


def test_for_a_person(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(corpus), "刘德华"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "刘德华（中国香港男演员、歌手）  [baidu_baike#114923]  (title)"
    assert "  职业      歌手" in lines
    assert "            演员  → 30485" in lines
    assert "刘德华（教授）  [baidu_baike#9]  (title)" in lines


def test_nothing_found_is_said_and_has_its_own_code(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(corpus), "没有这个"]) == 12
    told = capsys.readouterr()
    assert not told.out
    assert "no entry of" in told.err
    assert "没有这个" in told.err


def test_no_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(tmp_path), "x"]) == 2
    assert "is no corpus" in capsys.readouterr().err


def test_a_damaged_file_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = build(tmp_path)
    (corpus / "names" / "00000.parquet").write_bytes(b"PAR1 no more")
    assert main(["query", str(corpus), "x"]) == 2
    told = capsys.readouterr().err
    assert "names/00000.parquet" in told
    assert "baike corpus verify" in told


def test_sql_as_table_csv_and_json(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    query = "SELECT subject, object AS 值, low FROM triples WHERE predicate = '身高' OR object = '\"' ORDER BY object"
    assert main(["corpus", "sql", str(corpus), query, "--csv"]) == 0
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out)))
    assert rows == [
        ["subject", "值", "low"],
        ['引号"逗号,分号;\\反斜杠（方[括]号）', '"', ""],
        ["刘德华（中国香港男演员、歌手）", "174 cm", "174.0"],
    ]
    assert main(["corpus", "sql", str(corpus), query, "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[1]) == {
        "subject": "刘德华（中国香港男演员、歌手）",
        "值": "174 cm",
        "low": 174.0,
    }
    assert main(["corpus", "sql", str(corpus), query, "-n", "1"]) == 0
    told = capsys.readouterr()
    assert "反斜杠" in told.out
    assert "174 cm" not in told.out
    assert "the first 1 rows" in told.err


def test_a_predicate_that_it_has_not_is_said(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["query", str(corpus), "演员", "--predicate", "没有"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "  no triple of this predicate, of 1"


@pytest.mark.parametrize("damage", [Path.unlink, lambda path: path.write_bytes(b"PAR1 no more")])
@pytest.mark.parametrize("table", ["triples", "links"])
def test_sql_of_a_damaged_corpus(tmp_path: Path, table: str, damage: Callable[[Path], object], capsys: pytest.CaptureFixture[str]) -> None:
    corpus = build(tmp_path)
    damage(corpus / table / "00000.parquet")
    assert main(["corpus", "sql", str(corpus), "SELECT 1"]) == 2
    told = capsys.readouterr().err
    assert f"{table}/00000.parquet" in told
    assert "baike corpus verify" in told


def test_bad_sql_is_bad_input(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["corpus", "sql", str(corpus), "SELECT nothing FROM nowhere"]) == 2
    assert "nowhere" in capsys.readouterr().err


WRITES = {
    "create": "CREATE TABLE x AS SELECT 1",
    "copy": "COPY (SELECT 1) TO '{new}'",
    "copy over the corpus": "COPY (SELECT 1) TO '{shard}' (USE_TMP_FILE false)",
    "copy within": "WITH x AS (copy (SELECT 1) TO '{shard}' (USE_TMP_FILE false)) SELECT * FROM x",
    "explained": "EXPLAIN ANALYZE COPY (SELECT 1) TO '{shard}' (USE_TMP_FILE false)",
    "attach": "ATTACH '{new}' AS x",
    "export": "EXPORT DATABASE '{new}'",
    "log": "SELECT * FROM enable_logging(storage = 'file', storage_path = '{new}')",
    "set": "SET enable_external_access = true",
    "several": "SELECT 1; DROP VIEW triples",
}


@pytest.mark.parametrize("case", WRITES)
def test_sql_writes_nothing(tmp_path: Path, case: str, capsys: pytest.CaptureFixture[str]) -> None:
    corpus = build(tmp_path)
    before = digests(tmp_path)
    sql = WRITES[case].format(new=tmp_path / "new", shard=corpus / "triples" / "00000.parquet")
    assert main(["corpus", "sql", str(corpus), sql]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert any(
        part in told.err for part in ("may do more than read; give a SELECT", "2 statements; give one", "configuration has been locked")
    )
    assert digests(tmp_path) == before


def test_sql_reads_the_corpus_alone(corpus: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.csv"
    other.write_text("a\n1\n")
    assert main(["corpus", "sql", str(corpus), f"SELECT * FROM read_csv('{other}')"]) == 2
    assert "disabled by configuration" in capsys.readouterr().err
    # nor is a word that only looks like one refused
    assert main(["corpus", "sql", str(corpus), "SELECT '复制 COPY' AS \"copy\", count(*) AS n FROM entries;", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["copy"] == "复制 COPY"
    for reading in ("DESCRIBE names", "SUMMARIZE links", "PIVOT names ON kind USING count(*)", "EXPLAIN SELECT 1", "SHOW TABLES"):
        assert main(["corpus", "sql", str(corpus), reading]) == 0


@pytest.mark.parametrize("given", [b"", b";", b"-- no word"])
def test_sql_without_a_statement(corpus: Path, given: bytes, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert main(["corpus", "sql", str(corpus), "-"]) == 2
    assert "no statements; give one" in capsys.readouterr().err


def test_sql_that_is_no_text(corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"SELECT '\xff'")))
    assert main(["corpus", "sql", str(corpus), "-"]) == 2
    assert main(["corpus", "sql", str(corpus), "SELECT '\udcff'"]) == 2
    assert capsys.readouterr().err.count("the query is not UTF-8 at byte 8") == 2


def test_without_duckdb_the_message_has_the_cure(corpus: Path) -> None:
    program = "import sys; sys.modules['_duckdb'] = None; from baike_spider.cli.main import main; sys.exit(main())"
    for words in (["query", str(corpus), "1"], ["corpus", "sql", str(corpus), "SELECT 1"]):
        run = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert "pip install 'baike-spider[corpus]'" in run.stderr


def test_a_query_loads_nothing_heavy() -> None:
    program = (
        "import sys; from baike_spider.cli.main import parser; parser('query');"
        "print([name for name in ('extractors', 'rich', 'scrapy', 'asyncio', 'duckdb', 'lxml') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_no_progress_bar_stands_in_the_output() -> None:
    with connect() as db:
        assert db.execute("SELECT current_setting('enable_progress_bar')").fetchone() == (False,)
