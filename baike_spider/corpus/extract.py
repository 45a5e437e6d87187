"""Saved pages to entries, triples or questions, on one core or many: what `baike extract` does.

Comes in: page files. Goes out: one `Outcome` a file, in the order of the files, whatever the number of jobs.
Memory does not grow with the number of pages.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import dataclass
from functools import partial
from json import JSONEncoder
from typing import TYPE_CHECKING, Any, Literal

from baike_spider.corpus.explain import explain_entry, explain_question
from baike_spider.corpus.inputs import InputError, read_page
from extractors import Question, Verdict, disagreements, extract_record, triples, with_details
from extractors.predicates import canonical_predicate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from extractors import Entry, Page

__all__ = ["Format", "Outcome", "extract_files", "extract_page"]

#: what an entry is written as; `normalised` are triples under canonical predicates, `explained` is for people, `rich` has all of a question
Format = Literal["entries", "triples", "normalised", "explained", "rich"]

#: built once: json.dumps with options builds one a call
_encode = JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
#: files a job takes at once: large enough to hide the hand-over, small enough to keep the order cheap
_CHUNK = 16


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one page became."""

    source: str
    verdict: str
    """"entry", "question", the `kind` of a verdict, or "unreadable"."""
    lines: str = ""
    """JSON lines of the entry or question, or of its triples; "" when it is none."""
    message: str = ""
    layout: str = ""
    disagreements: int = 0
    """Fields that the page's two sources tell differently (PAGE_DATA and the DOM of a React page)."""


def extract_page(page: Page, *, fmt: Format = "entries") -> Outcome:
    """One page's outcome. A verdict is an outcome, not an error."""
    try:
        entry = extract_record(page)
    except Verdict as verdict:
        return Outcome(page.source, verdict.kind, message=str(verdict), layout=verdict.layout)
    if isinstance(entry, Question):
        return _question(page, entry, fmt)
    apart = len(disagreements(page)) if entry.layout == "react" else 0
    return Outcome(page.source, "entry", _lines(entry, fmt), layout=entry.layout, disagreements=apart)


def extract_files(paths: Iterable[str], *, fmt: Format = "entries", jobs: int = 1) -> Iterator[Outcome]:
    """The outcomes of page files, in their order. `jobs`: processes."""
    work = partial(_extract_file, fmt=fmt)
    if jobs == 1:
        yield from map(work, paths)
        return
    with multiprocessing.Pool(jobs) as pool:
        yield from pool.imap(work, paths, chunksize=_CHUNK)


def _extract_file(path: str, *, fmt: Format) -> Outcome:
    try:
        return extract_page(read_page(path), fmt=fmt)
    except InputError as error:
        return Outcome(path, "unreadable", message=str(error))
    except Exception as error:  # noqa: BLE001 - the edge of the loop: one page that we fail on must not end a night's work; it is counted
        return Outcome(path, "error", message=f"{type(error).__name__}: {error}; please report the page")


def _question(page: Page, question: Question, fmt: Format) -> Outcome:
    if fmt in ("triples", "normalised"):
        return Outcome(
            page.source, "not_an_entry", message="a question, which makes no triples: use --format entries", layout=question.layout
        )
    if fmt == "explained":
        lines = "".join(f"{line}\n" for line in explain_question(with_details(page, question))) + "\n"
    else:
        record = with_details(page, question).as_rich_dict() if fmt == "rich" else question.as_dict()
        lines = _encode(record) + "\n"
    return Outcome(page.source, "question", lines, layout=question.layout)


def _lines(entry: Entry, fmt: Format) -> str:
    if fmt == "explained":
        return "".join(f"{line}\n" for line in explain_entry(entry)) + "\n"
    objects: Iterable[dict[str, Any]]
    if fmt in ("entries", "rich"):
        objects = (entry.as_dict(),)
    else:
        predicate = canonical_predicate if fmt == "normalised" else None
        objects = (triple.as_dict() for triple in triples(entry, predicate=predicate))
    return "".join(_encode(one) + "\n" for one in objects)
