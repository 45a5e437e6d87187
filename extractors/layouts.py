"""Which layout a page has, and what it becomes: an `Entry` or a `Verdict`.

Comes in: a `Page`. Goes out: `extract` -> an `Entry`, `extract_record` -> an `Entry` or a `Question`, or the verdict that says what the page is
instead; `links` -> where to go next. Layouts are found, not listed: every module of `extractors.sites` (and of the packages in it) may hold one `LAYOUT`.

Exactly one layout claims a page. They are asked in the order of `rank`, then of name, and the first claim stands: lower ranks have
the more telling markers, so a tie goes to the layout that says more of the page. Where the page's address lies on one of our sites only
that site's layouts are asked.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from extractors.document import Document
from extractors.errors import Malformed, NotAnEntry, Refused
from extractors.model import Question
from extractors.sites import entry_ref, site_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from extractors.model import Entry, Page
    from extractors.urls import EntryRef

__all__ = ["Layout", "Spans", "extract", "extract_record", "layouts", "links", "whole"]

#: HTTP statuses by which a site refuses; what comes with them is never read as an entry
_REFUSING = frozenset({401, 403, 407, 418, 429, 503})
_MISSING = frozenset({404, 410})
#: the rank from which on layouts read pages that are no entries
_NO_ENTRIES = 90
#: control characters, which no text holds in number, and the bytes of a page that are looked at for them
_CONTROLS = bytes({*range(32), 127} - set(b"\t\n\v\f\r\x1b"))
_SAMPLE = 2048
#: what every HTML page has
_MARKUP = re.compile(rb"<[!?/]?[a-zA-Z]")
#: how JSON begins whose fields may hold markup
_JSON = re.compile(rb"\s{0,64}[\[{]\s{0,64}[\[{]?\s{0,64}\"")


#: stretches of a page's bytes, from and to
Spans = tuple[tuple[int, int], ...]


def whole(document: Document) -> Spans:
    """The content of a page whose layout knows no smaller one."""
    return ((0, len(document.body)),)


@dataclass(frozen=True, slots=True)
class Layout:
    """One generation of a site's pages."""

    name: str
    site: str
    claims: Callable[[Document], bool]
    """Whether a page has this layout, by cheap markers."""
    read: Callable[[Document], Entry | Question]
    """The entry or question of a page that was claimed; raises a `Verdict` when it is none."""
    rank: int = 50
    """Its place among the layouts that are asked: 0-49 layouts of entries and questions, 50-89 lists, 90-99 what else a page can be."""
    reads_json: bool = False
    """Whether pages of it can be JSON. Others are not asked about JSON: the markup that is quoted in its fields is no page."""
    content: Callable[[Document], Spans] = whole
    """The stretches of the body that hold the entry's own links: no navigation, side column or footer."""


@cache
def layouts() -> tuple[Layout, ...]:
    """Every layout, in the order in which they are asked."""
    found = (getattr(importlib.import_module(name), "LAYOUT", None) for name in _modules())
    return tuple(sorted((layout for layout in found if isinstance(layout, Layout)), key=lambda layout: (layout.rank, layout.name)))


def _modules() -> Iterator[str]:
    package = importlib.import_module("extractors.sites")
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        yield module.name


@cache
def _asked(site: str | None) -> tuple[Layout, ...]:
    return tuple(layout for layout in layouts() if site is None or layout.site == site)


def extract(page: Page) -> Entry:
    """The entry of the page. Raises a `Verdict` when it is none, and nothing else, whatever the bytes are."""
    record = extract_record(page)
    if isinstance(record, Question):
        raise NotAnEntry(f"a question, no entry: {record.question}", layout=record.layout, reason="question")
    return record


def extract_record(page: Page) -> Entry | Question:
    """What the page says. Raises a `Verdict` when it is no record, and nothing else, whatever the bytes are."""
    if page.status in _REFUSING:
        raise Refused(f"HTTP status {page.status}: ask again later, and more slowly", reason=f"http_{page.status}")
    document, absent = _document(page), _absent(page)
    if not document.body or document.body.isspace():
        raise absent or Malformed("the page is empty", reason="empty")
    if _is_binary(document.body):
        raise Malformed("binary data: a picture, an archive or a body that is still compressed", reason="binary")
    is_json = bool(_JSON.match(document.body))
    for layout in _asked(document.site.name if document.site else None):
        if is_json and not layout.reads_json:
            continue
        if absent and layout.rank >= _NO_ENTRIES:
            break
        if layout.claims(document):
            return layout.read(document)
    if is_json:
        raise absent or Malformed(
            "JSON, and no answer that we know: pages in its fields are read where each line is an object", reason="json"
        )
    raise absent or _unclaimed(document)


#: the document of the page that was asked about last: `links` is asked about the page that `extract` has just read
_latest: Document | None = None


def _document(page: Page) -> Document:
    global _latest  # noqa: PLW0603 - a memo of one, which a race can only make useless
    latest = _latest
    if latest is None or latest.page is not page:
        _latest = latest = Document(page)
    return latest


def _is_binary(body: bytes) -> bool:
    head = body[:_SAMPLE]
    return len(head) - len(head.translate(None, _CONTROLS)) > _SAMPLE // 50


def _absent(page: Page) -> NotAnEntry | None:
    if page.status in _MISSING:
        return NotAnEntry(f"HTTP status {page.status}: the site has no such page", reason="missing")
    if 300 <= page.status < 400:
        return NotAnEntry(f"HTTP status {page.status}: the page only leads on to another", reason="redirect")
    return None


def _unclaimed(document: Document) -> NotAnEntry | Malformed:
    if not _MARKUP.search(document.body):
        return Malformed("neither HTML nor a known JSON answer", reason="no_markup")
    return NotAnEntry("no page of an encyclopedia that we read", reason="other_site")


def links(page: Page, entry: Entry | Question, *, scope: str = "infobox") -> tuple[EntryRef, ...]:
    """The entries that a page leads to, each once, in reading order, without the entry itself.

    `scope` says how far to look: "infobox" (rows, relations and senses), "summary" (and the links of the summary), or "page" (and every
    entry link of the page's content). Of a question: "related" (questions like it, and its categories' lists) or "page" (every question and
    list that the page links to). Raises ValueError for another scope.
    """
    if isinstance(entry, Question):
        return _links_of_question(page, entry, scope)
    if scope not in ("infobox", "summary", "page"):
        raise ValueError(f"scope {scope!r} is none of infobox, summary, page")
    around = _around(page, entry) if scope == "page" else {}
    found: dict[int | str, EntryRef] = {}
    for url, lemma_id in _targets(entry, scope):
        # most addresses name a title or an id that was met on the page already
        ref = around.get(url.rpartition("/")[2] if lemma_id is None else lemma_id) or _ref(url)
        if ref is not None and ref.site == entry.site:
            found.setdefault(ref.key, ref)
    found |= around
    for own in _own_keys(entry):
        found.pop(own, None)
    return tuple(found.values())


def _links_of_question(page: Page, question: Question, scope: str) -> tuple[EntryRef, ...]:
    if scope not in ("related", "page"):
        raise ValueError(f"scope {scope!r} is none of related, page")
    document = _document(page)
    layout = next((layout for layout in layouts() if layout.name == question.layout and layout.site == question.site), None)
    spans = layout.content(document) if layout and scope == "related" else whole(document)
    find = site_named(question.site).find_refs
    found = {ref.key: ref for start, end in spans for ref in find(document.body, start, end)}
    found.pop(question.question_id, None)
    return tuple(found.values())


def _around(page: Page, entry: Entry) -> dict[int | str, EntryRef]:
    """Every entry that the content of the page leads to."""
    layout = next((layout for layout in layouts() if layout.name == entry.layout and layout.site == entry.site), None)
    document = _document(page)
    found: dict[int | str, EntryRef] = {}
    for start, end in layout.content(document) if layout else whole(document):
        refs = site_named(entry.site).find_refs(document.body, start, end)
        found.update(zip([lemma_id or path or title for _, title, lemma_id, path in refs], refs, strict=True))
    return found


def _own_keys(entry: Entry) -> Iterator[int | str]:
    if entry.lemma_id is not None:
        yield entry.lemma_id
    elif (ref := _ref(entry.url)) is not None:
        yield ref.key
    # a bare name leads to the entry itself unless it has more than one meaning
    if entry.sense is None and not entry.senses:
        yield entry.title


def _targets(entry: Entry, scope: str) -> Iterator[tuple[str, int | None]]:
    for row in entry.rows:
        for link in row.links:
            yield link.url, link.lemma_id
    for relation in entry.relations:
        yield relation.url, relation.lemma_id
    for sense in entry.senses:
        yield sense.url, sense.lemma_id
    if scope != "infobox":
        for link in entry.summary_links:
            yield link.url, link.lemma_id


@lru_cache(maxsize=65_536)
def _ref(url: str) -> EntryRef | None:
    return entry_ref(url)
