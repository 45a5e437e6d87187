"""A small crawl, a damaged one, a corpus, an archive: something to give to every command."""

from __future__ import annotations

from pathlib import Path

import pytest

from baike_spider.cli.main import main
from tests.archive.specimens import Saved, warc_gz


@pytest.fixture(scope="session")
def places(encyclopedia: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("places")
    found = {name: folder / name for name in ("crawl", "corpus", "damaged")}
    found |= {"pages": encyclopedia / "pages" / "biitem", "page": encyclopedia / "pages" / "biitem" / "zhou-heming.html"}
    for name in ("crawl", "damaged"):
        assert main(["extract", str(found["pages"]), "--shards", str(found[name])]) == 0
    assert main(["corpus", "build", str(found["crawl"]), "-o", str(found["corpus"])]) == 0
    next((found["damaged"] / "triples").iterdir()).write_bytes(b"no shard")
    found["warc"] = folder / "saved.warc.gz"
    found["warc"].write_bytes(warc_gz([Saved("https://baike.baidu.com/item/周鹤鸣", found["page"].read_bytes())]))
    (found["crawl"] / "warc").mkdir()
    (found["crawl"] / "warc" / "saved.warc.gz").write_bytes(found["warc"].read_bytes())
    return found
