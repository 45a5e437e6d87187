"""The fixture pages: small pages of our own in the true markup of every layout.

A case is a folder `tests/fixtures/<site>/<layout>/<case>/` with `page.html` (or `page.json`) and `expected.json`:
`{"page": {"url", "encoding", "status"}, "entry": {...}, "links": [[title, lemma id]]}` or `{"page": ..., "verdict": {...}}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors import Page

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


@dataclass(frozen=True)
class Case:
    name: str
    page: Page
    expected: dict[str, Any]


def read_case(folder: Path) -> Case:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    body = next(folder.glob("page.*")).read_bytes()
    return Case("/".join(folder.parts[-3:]), Page(body, source=folder.name, **expected["page"]), expected)


def cases() -> list[Case]:
    return [read_case(path.parent) for path in sorted(FIXTURES.glob("*/*/*/expected.json"))]


def case(name: str) -> Case:
    return read_case(FIXTURES / name)
