"""`baike fixture`: a page becomes a test case that the extractors pass today."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baike_spider.cli.main import main
from extractors import extract
from tests.conftest import ROOT
from tests.extractors.pages import read_case


def test_an_entry(encyclopedia: Path, tmp_path: Path) -> None:
    page = encyclopedia / "pages" / "biitem" / "zhou-heming.html"
    assert main(["fixture", str(page), "--case", "a-person", "--root", str(tmp_path)]) == 0
    folder = tmp_path / "baidu_baike" / "biitem" / "a-person"
    assert (folder / "page.html").read_bytes() == page.read_bytes()
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    entry = extract(read_case(folder).page).as_dict()
    assert {field: entry[field] for field in expected["entry"]} == expected["entry"]


def test_a_verdict(encyclopedia: Path, tmp_path: Path) -> None:
    page = encyclopedia / "pages" / "refusal" / "verification.html"
    assert main(["fixture", str(page), "--case", "verification", "--root", str(tmp_path)]) == 0
    (expected,) = tmp_path.rglob("expected.json")
    assert json.loads(expected.read_text(encoding="utf-8"))["verdict"]["kind"] == "refused"


def test_a_question_and_a_list(tmp_path: Path) -> None:
    page = ROOT / "tests" / "fixtures" / "baidu_zhidao" / "question" / "gbk-2018" / "page.html"
    assert main(["fixture", str(page), "--case", "again", "--root", str(tmp_path)]) == 0
    case = read_case(tmp_path / "baidu_zhidao" / "question" / "again")
    known = read_case(page.parent)
    assert {name: case.expected[name] for name in ("question", "links")} == {name: known.expected[name] for name in ("question", "links")}
    listed = page.parents[2] / "question_list" / "category-2019"
    url = "https://zhidao.baidu.com/list?cid=106"
    assert main(["fixture", str(listed / "page.html"), "--case", "again", "--url", url, "--root", str(tmp_path)]) == 0
    assert read_case(tmp_path / "baidu_zhidao" / "question_list" / "again").expected["verdict"] == read_case(listed).expected["verdict"]


@pytest.mark.parametrize("case", ["", "Has Capitals", "../escape", "a/b"])
def test_a_bad_name(encyclopedia: Path, tmp_path: Path, case: str) -> None:
    page = encyclopedia / "pages" / "biitem" / "zhou-heming.html"
    assert main(["fixture", str(page), "--case", case, "--root", str(tmp_path)]) == 2
    assert list(tmp_path.iterdir()) == []


def test_an_existing_case_stays(encyclopedia: Path, tmp_path: Path) -> None:
    page = str(encyclopedia / "pages" / "biitem" / "zhou-heming.html")
    assert main(["fixture", page, "--case", "twice", "--root", str(tmp_path)]) == 0
    assert main(["fixture", page, "--case", "twice", "--root", str(tmp_path)]) == 2
