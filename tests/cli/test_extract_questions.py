"""`baike extract` on saved pages of questions: records, rich records, explanations, and what gives none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from baike_spider.cli.main import main
from tests.conftest import ROOT

PAGES = ROOT / "tests" / "fixtures" / "baidu_zhidao"
QUESTION = str(PAGES / "question" / "category-2013" / "page.html")


def said(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(["extract", *words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_folder_of_questions_and_other_pages(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(
        capsys, str(PAGES / "question"), str(PAGES / "question_list" / "category-2019"), str(PAGES / "not_a_question" / "team")
    )
    records = [json.loads(line) for line in out.splitlines()]
    # copy-in-title says its id in its address alone, which a file has not
    assert [list(record) for record in records] == [["url", "question", "tags"]] * 6
    assert (code, "6 question" in err, "1 question list" in err, "1 not an entry" in err) == (9, True, True, True)
    assert "copy-in-title/page.html: unknown_layout: a question without an id" in err


def test_the_output_does_not_depend_on_the_number_of_jobs(tmp_path: Path) -> None:
    for jobs in ("1", "2"):
        main(["extract", str(PAGES), "--jobs", jobs, "-o", str(tmp_path / jobs)])
    assert (tmp_path / "1").read_bytes() == (tmp_path / "2").read_bytes() != b""


def test_rich_records(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, QUESTION, "--rich")
    record = json.loads(out)
    assert code == 0
    assert list(record) == ["url", "question", "tags", "detail", "asked", "answers", "best_answer"]
    assert (record["asked"], record["answers"]) == ("2012-09-10T17:49+08:00", 3)


def test_an_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = said(capsys, QUESTION, "--explain")
    assert code == 0
    assert out.splitlines()[:2] == [
        "盐钟为什么会响？  [question, id 61000001, http://zhidao.baidu.com/question/61000001.html]",
        "    tags: 民俗",
    ]
    assert "    best answer: 海雾重的夜里盐粒受潮， ⏎ 钟舌就松了。" in out


def test_a_question_makes_no_triples(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = said(capsys, QUESTION, "--format", "triples")
    assert (code, out) == (9, "")
    assert "a question, which makes no triples" in err
    code, _, err = said(capsys, QUESTION, "--format", "triples", "--rich")
    assert code == 2
    assert "--rich goes with --format entries" in err


def test_a_named_list_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = said(capsys, str(PAGES / "question_list" / "category-2019" / "page.html"))
    assert code == 9
    assert "question_list: a list of 2 questions and 4 lists" in err
