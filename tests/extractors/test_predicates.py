"""Predicates that mean the same."""

from __future__ import annotations

import pytest

from extractors.predicates import canonical_predicate, predicate_aliases


@pytest.mark.parametrize(
    ("name", "canonical"),
    [
        ("英文名称", "外文名"),
        ("外文名称", "外文名"),
        ("外文名", "外文名"),
        ("去世时间", "逝世日期"),
        ("CAS", "CAS登录号"),
        ("类别", "类别"),
        ("", ""),
    ],
)
def test_canonical_predicate(name: str, canonical: str) -> None:
    assert canonical_predicate(name) == canonical


def test_canonical_twice_is_canonical_once() -> None:
    for name in predicate_aliases():
        once = canonical_predicate(name)
        assert canonical_predicate(once) == once != name
