"""`baike corpus verify` finds what is wrong with a corpus and names the shard."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest

import baike_spider.corpus.build as building
from baike_spider.cli import main
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.errors import CorpusError
from baike_spider.corpus.reader import open_corpus
from baike_spider.corpus.schema import TABLES, Table
from baike_spider.corpus.verify import verify_corpus
from tests.corpus.crawls import write_crawl
from tests.shards.specimens import entry_of


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(building, "PARTITION_BYTES", 20_000)
        build_corpus([write_crawl(root / "crawl", [entry_of(number) for number in range(1, 60)])], root / "corpus")
    return root / "corpus"


@pytest.fixture
def corpus(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "corpus"))


def rewrite(path: Path, sql: str) -> None:
    """The file's rows, made others; read in their order."""
    other = path.with_suffix(".new")
    file = f"(SELECT * EXCLUDE (file_row_number), file_row_number AS nr FROM read_parquet({str(path)!r}, file_row_number = true))"
    duckdb.sql(f"COPY ({sql.format(file=file)}) TO '{other}' (FORMAT parquet)")
    other.replace(path)


def agree(corpus: Path, name: str) -> None:
    """Makes the manifest say what the file is now: only its contents can give the damage away."""
    manifest = json.loads((corpus / "manifest.json").read_bytes())
    for shard in manifest["shards"]:
        if shard["path"] == name:
            data = (corpus / name).read_bytes()
            rows = duckdb.sql(f"SELECT count(*) FROM read_parquet('{corpus / name}')").fetchall()[0][0]
            manifest["counts"][shard["table"]] += rows - shard["rows"]
            shard.update(bytes=len(data), sha256=sha256(data).hexdigest(), rows=rows)
    (corpus / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def found(corpus: Path) -> list[tuple[str, str]]:
    return [(problem.path, problem.kind) for problem in verify_corpus(corpus)]


def test_sound(corpus: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert len(list((corpus / "triples").iterdir())) > 1
    assert main(["corpus", "verify", str(corpus)]) == 0
    assert "sound" in capsys.readouterr().err


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_one_flipped_byte(corpus: Path, table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    name = some_shard(corpus, table)
    path = corpus / name
    sound = path.read_bytes()
    dice = random.Random(table.name)
    for at in (0, len(sound) - 1, *(dice.randrange(len(sound)) for _ in range(6))):
        path.write_bytes(sound[:at] + bytes([sound[at] ^ 1 << dice.randrange(8)]) + sound[at + 1 :])
        assert main(["corpus", "verify", str(corpus)]) == 11
        told = capsys.readouterr()
        assert f"{name}: its sha256" in told.out
        # nothing else is blamed
        assert {line.split(": ")[0] for line in told.out.splitlines()} == {name}
        assert "baike corpus build" in told.err
        assert "crawl crawl" in told.err


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_missing_shard(corpus: Path, table: Table) -> None:
    name = some_shard(corpus, table)
    (corpus / name).unlink()
    assert found(corpus) == [(name, "missing")]


DAMAGES = {
    "duplicate": "SELECT * EXCLUDE (nr) FROM (SELECT * FROM {file} UNION ALL SELECT * FROM {file} WHERE nr = 3) ORDER BY nr",
    "order": "SELECT * EXCLUDE (nr) FROM {file} ORDER BY CASE nr WHEN 3 THEN 4 WHEN 4 THEN 3 ELSE nr END",
    "partition": "SELECT * EXCLUDE (nr) REPLACE ({key} || '甲' AS {key}) FROM {file} ORDER BY nr",
    "schema": "SELECT * EXCLUDE (nr, {last}) FROM {file} ORDER BY nr",
}


def some_shard(corpus: Path, table: Table) -> str:
    """A shard of the table that holds some rows."""
    return next(shard.path for shard in open_corpus(corpus).manifest.of(table.name) if shard.rows > 5)


@pytest.mark.parametrize("told", [False, True], ids=["against the manifest", "with the manifest"])
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_rows(corpus: Path, table: Table, damage: str, told: bool) -> None:
    name = some_shard(corpus, table)
    rewrite(corpus / name, DAMAGES[damage].format(file="{file}", key=table.partitioned_by, last=table.names[-1]))
    if told:
        agree(corpus, name)
    problems = found(corpus)
    kinds = [kind for path, kind in problems if path == name]
    assert damage in kinds
    assert ("digest" in kinds) != told
    # no other shard is blamed for a row that is there twice or at another place
    if damage in ("duplicate", "order"):
        assert {path for path, _ in problems} <= {name, f"triples/{Path(name).name}", table.name}


def test_a_lost_row_that_the_manifest_hides(corpus: Path) -> None:
    rewrite(corpus / "triples" / "00001.parquet", "SELECT * EXCLUDE (nr) FROM {file} WHERE nr <> 5 ORDER BY nr")
    agree(corpus, "triples/00001.parquet")
    assert found(corpus) == [("triples/00001.parquet", "count")]


def test_a_lost_entry_that_the_manifest_hides(corpus: Path) -> None:
    rewrite(corpus / "entries" / "00001.parquet", "SELECT * EXCLUDE (nr) FROM {file} WHERE nr <> 1 ORDER BY nr")
    agree(corpus, "entries/00001.parquet")
    assert set(found(corpus)) == {("triples/00001.parquet", "reference"), ("names", "reference")}


def test_more_entries_than_memory_holds(corpus: Path) -> None:
    many = "subject, entry || '-' || i AS entry, site, lemma_id, title, sense, url, aliases, layout, updated, digest, fetched_at, extractor, triples, versions"
    name = "entries/00001.parquet"
    rewrite(corpus / name, f"SELECT {many}, '' AS json FROM {{file}}, range(60_000) r(i) ORDER BY subject, entry")
    agree(corpus, name)
    problems = [problem for problem in verify_corpus(corpus, memory=50 << 20, threads=1) if problem.path in ("entries", "names", name)]
    assert [(problem.path, problem.kind) for problem in problems] == [("names", "reference")]


def test_too_little_memory_is_no_damage(corpus: Path) -> None:
    with pytest.raises(CorpusError, match="memory"):
        list(verify_corpus(corpus, memory=1 << 20))


def test_strays(corpus: Path) -> None:
    (corpus / "names" / "extra.parquet").touch()
    assert found(corpus) == [("names/extra.parquet", "stray")]


def edit(change: Callable[[dict[str, object]], object]) -> Callable[[Path], None]:
    def apply(path: Path) -> None:
        data = json.loads(path.read_bytes())
        change(data)
        path.write_text(json.dumps(data), encoding="utf-8")

    return apply


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(path.read_bytes()[:-20]),
        edit(lambda data: data.pop("shards")),
        edit(lambda data: data.update(schema=99)),
        edit(lambda data: data["shards"].pop()),  # type: ignore[attr-defined]
        edit(lambda data: data["counts"].update(triples=1)),  # type: ignore[attr-defined]
    ],
)
def test_the_manifest(corpus: Path, damage: Callable[[Path], None], capsys: pytest.CaptureFixture[str]) -> None:
    damage(corpus / "manifest.json")
    assert main(["corpus", "verify", str(corpus)]) == 11
    assert "manifest.json" in capsys.readouterr().out


def test_no_corpus(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
    assert main(["corpus", "verify", str(crawl)]) == 2
    assert "is a crawl" in capsys.readouterr().err
    assert main(["corpus", "verify", str(tmp_path)]) == 2
