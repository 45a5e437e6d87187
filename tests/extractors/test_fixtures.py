"""Every fixture page, one test a field, so that a failure names page and field."""

from __future__ import annotations

from typing import Any

import pytest

from extractors import Question, QuestionList, SenseList, Verdict, extract, extract_record, links, with_details
from extractors.layouts import layouts
from tests.extractors.pages import Case, cases

CASES = cases()
ENTRIES = [case for case in CASES if "entry" in case.expected]
QUESTIONS = [case for case in CASES if "question" in case.expected]
VERDICTS = [case for case in CASES if "verdict" in case.expected]
FIELDS = [pytest.param(case, field, id=f"{case.name}-{field}") for case in ENTRIES for field in case.expected["entry"]]


@pytest.mark.parametrize(("case", "field"), FIELDS)
def test_field(case: Case, field: str) -> None:
    assert extract(case.page).as_dict()[field] == case.expected["entry"][field]


@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.name)
def test_links(case: Case) -> None:
    found = links(case.page, extract(case.page), scope="page")
    assert [[ref.title or ref.path, ref.lemma_id] for ref in found] == case.expected["links"]


@pytest.mark.parametrize("case", QUESTIONS, ids=lambda case: case.name)
def test_question(case: Case) -> None:
    question = extract_record(case.page)
    assert isinstance(question, Question)
    assert with_details(case.page, question).as_rich_dict() == case.expected["question"]
    assert question.as_dict() == {key: case.expected["question"][key] for key in ("url", "question", "tags")}
    found = links(case.page, question, scope="related")
    assert [[ref.title or ref.path, ref.lemma_id] for ref in found] == case.expected["links"]


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: case.name)
def test_verdict(case: Case) -> None:
    with pytest.raises(Verdict) as caught:
        extract_record(case.page)
    verdict = caught.value
    said: dict[str, Any] = {"kind": verdict.kind, "layout": verdict.layout, "reason": verdict.reason}
    if isinstance(verdict, SenseList):
        said |= {"title": verdict.title, "senses": [sense.as_dict() for sense in verdict.senses]}
    elif isinstance(verdict, QuestionList):
        said |= {"refs": [[ref.path, ref.lemma_id] for ref in verdict.refs]}
    assert said == case.expected["verdict"]
    assert str(verdict)


def test_there_are_cases_of_every_layout() -> None:
    said = [case.expected.get("entry", case.expected.get("verdict")) for case in CASES if "question" not in case.expected]
    seen = {one["layout"] for one in said} | {"question" for _ in QUESTIONS}
    assert {layout.name for layout in layouts()} <= seen
