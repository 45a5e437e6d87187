"""A page as a new test case: what `baike fixture` writes.

Comes in: a page. Goes out: a folder `<site>/<layout>/<case>/` with `page.html` (or `page.json`) and `expected.json`, which holds what
the extractors say today: a proposal, to be read against the page and corrected by hand.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from extractors import Page, Question, QuestionList, SenseList, Verdict, extract_record, links, with_details
from extractors.sites import site_of

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Fixture", "FixtureExistsError", "propose_fixture", "write_fixture"]

#: fields of an entry that say where the page lay and not what it holds
_PASSING = frozenset({"schema", "source", "digest", "fetched_at", "extractor"})
_CASE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


class FixtureExistsError(Exception):
    """There is a case of that name; nothing was written."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """A proposed test case."""

    site: str
    layout: str
    page: Page
    expected: dict[str, Any]


def propose_fixture(page: Page) -> Fixture:
    """The case that the extractors propose for a page; a verdict is a case too."""
    told: dict[str, Any] = {"page": {"url": page.url, "encoding": page.encoding, "status": page.status}}
    try:
        entry = extract_record(page)
    except Verdict as verdict:
        said: dict[str, Any] = {"kind": verdict.kind, "layout": verdict.layout, "reason": verdict.reason}
        if isinstance(verdict, SenseList):
            said |= {"title": verdict.title, "senses": [sense.as_dict() for sense in verdict.senses]}
        elif isinstance(verdict, QuestionList):
            said["refs"] = [[ref.path, ref.lemma_id] for ref in verdict.refs]
        site = site_of(page.url) if page.url else None
        return Fixture(site.name if site else "unknown", verdict.layout or verdict.kind, page, {**told, "verdict": said})
    if isinstance(entry, Question):
        told["question"] = with_details(page, entry).as_rich_dict()
        told["links"] = [[ref.title or ref.path, ref.lemma_id] for ref in links(page, entry, scope="related")]
        return Fixture(entry.site, entry.layout, page, told)
    told["entry"] = {field: value for field, value in entry.as_dict().items() if field not in _PASSING}
    told["links"] = [[ref.title or ref.path, ref.lemma_id] for ref in links(page, entry, scope="page")]
    return Fixture(entry.site, entry.layout, page, told)


def write_fixture(fixture: Fixture, root: Path, case: str) -> Path:
    """Writes the case's folder below `root`; the folder. Raises ValueError for a name that is none, FixtureExistsError, OSError."""
    if not _CASE.fullmatch(case):
        raise ValueError(f"{case!r}: name the behaviour in small letters, digits and hyphens, such as collapsed-value")
    folder = root / fixture.site / fixture.layout / case
    try:
        folder.mkdir(parents=True)
    except FileExistsError as error:
        raise FixtureExistsError(f"{folder} is there already; choose another --case") from error
    suffix = "json" if fixture.page.body.lstrip()[:1] == b"{" else "html"
    (folder / f"page.{suffix}").write_bytes(fixture.page.body)
    (folder / "expected.json").write_text(json.dumps(fixture.expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return folder
