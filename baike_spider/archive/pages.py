"""Records as `Page`s: what the extractors read, whoever archived it.

Comes in: the records of one file in their order. Goes out: one `Page` a response that may hold an entry, and the damage met on the way.
Redirects, answers of a broken server, images and robots.txt are no pages.
"""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.fields import read_fields
from baike_spider.archive.payload import decoded
from extractors import Page, canonical_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from baike_spider.archive.record import Record

__all__ = ["ASKED", "PAGE_TYPES", "TEMPORARY", "page_of_record", "pages_of"]

#: records that are needed to make pages
PAGE_TYPES = frozenset({"conversion", "metadata", "resource", "response", "revisit"})
#: field of a metadata record: the address that was asked for, where redirects led to another
ASKED = "asked-for"
#: statuses of an overloaded or broken server: no page, asked for again later
TEMPORARY = frozenset({408, 425, 429, 500, 502, 503, 504, 522, 524})
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_MARKUP = re.compile(
    r"(?:text/(?:html|plain|x?html\S*)|application/(?:xhtml\+xml|json|javascript|x-javascript)|text/javascript)\b", re.IGNORECASE
)
#: metadata that still waits for its response: they lie side by side
_WAITING = 64


def pages_of(
    records: Iterable[Record | Damage],
    *,
    wanted: Callable[[str], bool] = lambda _url: True,
    original: Callable[[Record], Record | None] | None = None,
) -> Iterator[tuple[Record, Page] | Damage]:
    """The pages of a file's records, with the record of each. `wanted`: which addresses; `original`: the record that a revisit refers to, None where
    there is none; without it revisits are passed over: their bodies are read where they lie."""
    asked: deque[tuple[str, str]] = deque(maxlen=_WAITING)
    for record in records:
        if isinstance(record, Damage):
            yield record
        elif record.type == "metadata":
            address = read_fields(record.body).get(ASKED) if record.concurrent_to else None
            if address:
                asked.append((record.concurrent_to, address))
        elif wanted(record.url) and (record.type != "revisit" or original is not None):
            whole = original(record) if record.type == "revisit" and original is not None else record
            if whole is None:
                yield Damage(
                    record.path,
                    record.offset,
                    f"{record.url}: the record of {' at '.join(record.refers_to)} that holds its body is not here",
                )
                continue
            if not _may_be_page(record, whole):
                continue
            source = next((address for response, address in asked if response == record.id), "")
            try:
                yield record, page_of_record(record, whole, source=source)
            except Broken as error:
                yield Damage(record.path, record.offset, f"{record.url}: {error}")


def page_of_record(record: Record, whole: Record | None = None, *, source: str = "") -> Page:
    """The page of a record. `whole`: the record that holds the body of a revisit; `source`: the address that was asked for, "" where it is
    the record's own. Raises Broken when the body is not encoded as its headers say."""
    whole = whole or record
    charset = _CHARSET.search(record.content_type or whole.content_type)
    return Page(
        decoded(whole),
        record.url,
        encoding=charset[1] if charset else None,
        status=record.status or whole.status or 200,
        fetched_at=record.date or None,
        source=source or canonical_url(record.url) or record.url,
    )


def _is_robots(url: str) -> bool:
    # no parser: an address that is none may stand in an archive
    _, at, path = url.partition("://")[2].partition("/")
    return f"{at}{path}".partition("?")[0].partition("#")[0] == "/robots.txt"


def _may_be_page(record: Record, whole: Record) -> bool:
    """Whether a record can hold an entry, or tell why there is none."""
    if record.type == "metadata" or record.url.startswith(("dns:", "urn:", "filedesc:")) or _is_robots(record.url):
        return False
    status = record.status or whole.status
    if status is not None and (status < 200 or 300 <= status < 400 or status in TEMPORARY):
        return False
    kind = whole.content_type
    return bool(_MARKUP.match(kind)) if kind else whole.body[:512].lstrip()[:1] in (b"<", b"{", b"\x1f")
