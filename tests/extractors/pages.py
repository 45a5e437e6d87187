"""The fixture pages: small pages of our own in the true markup of every layout.

A case is a folder `tests/fixtures/<site>/<layout>/<case>/` with `page.html` (or `page.json`) and `expected.json`:
`{"page": {"url", "encoding", "status"}, "entry": {...}, "links": [[title, lemma id]]}`, the same with "question" (its rich record) in the place of
"entry", or `{"page": ..., "verdict": {...}}`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from extractors import Page

if TYPE_CHECKING:
    from types import ModuleType

    import pytest

    from extractors.document import Document

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


def by_tree(module: ModuleType, document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a layout read the tree of the whole page, and nothing that is quicker."""
    monkeypatch.setattr(module, "parse", lambda _: document.tree)
    for quicker in ("strict_cells", "first_div"):
        if hasattr(module, quicker):
            monkeypatch.setattr(module, quicker, lambda *_: None)
