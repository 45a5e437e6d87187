"""Every fixture page, one test a field, so that a failure names page and field."""

from __future__ import annotations

from typing import Any

import pytest

from extractors import SenseList, Verdict, extract, links
from extractors.layouts import layouts
from tests.extractors.pages import Case, cases

CASES = cases()
ENTRIES = [case for case in CASES if "entry" in case.expected]
VERDICTS = [case for case in CASES if "verdict" in case.expected]
FIELDS = [pytest.param(case, field, id=f"{case.name}-{field}") for case in ENTRIES for field in case.expected["entry"]]


@pytest.mark.parametrize(("case", "field"), FIELDS)
def test_field(case: Case, field: str) -> None:
    assert extract(case.page).as_dict()[field] == case.expected["entry"][field]


@pytest.mark.parametrize("case", ENTRIES, ids=lambda case: case.name)
def test_links(case: Case) -> None:
    found = links(case.page, extract(case.page), scope="page")
    assert [[ref.title or ref.path, ref.lemma_id] for ref in found] == case.expected["links"]


@pytest.mark.parametrize("case", VERDICTS, ids=lambda case: case.name)
def test_verdict(case: Case) -> None:
    with pytest.raises(Verdict) as caught:
        extract(case.page)
    verdict = caught.value
    said: dict[str, Any] = {"kind": verdict.kind, "layout": verdict.layout, "reason": verdict.reason}
    if isinstance(verdict, SenseList):
        said |= {"title": verdict.title, "senses": [sense.as_dict() for sense in verdict.senses]}
    assert said == case.expected["verdict"]
    assert str(verdict)


def test_there_are_cases_of_every_layout() -> None:
    seen = {case.expected.get("entry", case.expected.get("verdict"))["layout"] for case in CASES}
    assert {layout.name for layout in layouts()} <= seen
