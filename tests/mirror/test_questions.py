"""Saved pages of questions under the addresses that they have on the real site, with an index and without."""

from __future__ import annotations

from pathlib import Path

from baike_spider.mirror import Catalog
from tests.question_site import SEED, question_id, write_site


def test_questions_and_lists_are_found_in_every_spelling(tmp_path: Path) -> None:
    write_site(tmp_path / "site", 30)
    catalog = Catalog.of([tmp_path / "site"])
    for target in (f"/question/{question_id(3)}.html", f"/question/{question_id(3)}?fr=x", f"/question/{question_id(3)}/answer/9"):
        found = catalog.find(target)
        assert found is not None
        assert Path(found.file).name == "q3.html"
    for target in ("/list?cid=106", "/list?type=default&cid=106&fr=daohang"):
        found = catalog.find(target)
        assert found is not None
        assert Path(found.file).name == "top.html"
    missing = catalog.find("/question/7.html")
    assert missing is not None
    assert missing.location == "/error.html"
    assert SEED.endswith("/list?cid=106")


def test_without_an_index_pages_say_which_question_they_are(tmp_path: Path) -> None:
    write_site(tmp_path / "site", 10)
    (tmp_path / "site" / "index.jsonl").unlink()
    found = Catalog.of([tmp_path / "site"]).find(f"/question/{question_id(4)}.html")
    assert found is not None
    assert Path(found.file).name == "q4.html"
