"""docs/corpus.md says what schema.py and the manifest say, and its examples run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from baike_spider.cli import main
from baike_spider.corpus import engine
from baike_spider.corpus.build import build_corpus
from baike_spider.corpus.manifest import CorpusInput, CorpusShard, read_manifest
from baike_spider.corpus.schema import KINDS, TABLES, Table
from tests.conftest import ROOT
from tests.corpus.crawls import rows, write_crawl
from tests.shards.specimens import entry_of

DOCUMENT = (ROOT / "docs" / "corpus.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("table", [table for kind in KINDS.values() for table in kind.tables], ids=lambda table: table.name)
def test_every_table(table: Table) -> None:
    [section] = re.findall(rf"^### `{table.name}`\n(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert f"Partitioned by `{table.partitioned_by}`; sorted by {', '.join(f'`{column}`' for column in table.order)}." in section
    told = re.findall(r"^\| `(\w+)` \| (\S+) \| (.*) \|$", section, re.MULTILINE)
    assert told == [(column.name, column.type, column.meaning + (", or NULL" if column.null else "")) for column in table.columns]


def test_the_manifest(tmp_path: Path) -> None:
    build_corpus([write_crawl(tmp_path / "crawl", [entry_of(1)])], tmp_path / "corpus")
    manifest = read_manifest(tmp_path / "corpus")
    section = DOCUMENT.partition("## manifest.json")[2].partition("\n## ")[0]
    names = {*manifest.as_dict(), *manifest.counts, *(field for kind in (CorpusInput, CorpusShard) for field in kind._fields)}
    assert names <= set(re.findall(r"`(\w+)`", section))


def test_columns_are_of_their_types(tmp_path: Path) -> None:
    build_corpus([write_crawl(tmp_path / "crawl", [entry_of(1)])], tmp_path / "corpus")
    for table in TABLES:
        found = rows(tmp_path / "corpus", f"SELECT column_name, column_type FROM (DESCRIBE {table.name})")
        assert found == [(column.name, column.type) for column in table.columns]


def test_without_duckdb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(engine, "_duckdb", None)
    crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
    assert main(["corpus", "build", str(crawl), "-o", str(tmp_path / "corpus")]) == 2
    assert "pip install 'baike-spider[corpus]'" in capsys.readouterr().err
    assert not list(tmp_path.glob("*corpus*"))


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    crawl = write_crawl(tmp_path / "crawl", [entry_of(1)])
    (tmp_path / "file").touch()
    assert main(["corpus", "build", str(crawl), "-o", str(tmp_path / "file" / "corpus")]) == 4
