"""JSON lines that hold pages, under whatever names of fields.

Comes in: a file of lines. Goes out: a page a line, or `Damage` where a line holds none. Memory: one line, as far as a page can be that large.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.splitting import LARGEST_BYTES
from extractors import Page

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator

__all__ = ["USUAL", "Fields", "pages_of_lines"]

#: bytes of a line beyond which it holds no page
_LINE_BYTES = LARGEST_BYTES


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of the fields of JSON lines."""

    html: str = "html"
    url: str = "url"
    date: str = "fetched_at"
    """Optional in a line: the time of the fetch."""


#: the names that are taken unless others are given
USUAL = Fields()


def pages_of_lines(file: io.BufferedReader, name: str, fields: Fields) -> Iterator[Page | Damage]:
    """The pages of a file called `name`; their sources are `name:line`. Raises Broken where reading does."""
    offset = 0
    for number, (line, size) in enumerate(_lines(file), 1):
        if size > len(line):
            yield Damage(name, offset, f"line {number}: no page is so large", size)
        elif line.strip():
            try:
                yield _page_of_line(line, f"{name}:{number}", fields)
            except Broken as error:
                yield Damage(name, offset, f"line {number}: {error}", size)
        offset += size
    if not offset:
        yield Damage(name, 0, "the file is empty", 0)


def _lines(file: io.BufferedReader) -> Iterator[tuple[bytes, int]]:
    """Lines with their sizes; of one that is too large for a page only the beginning."""
    while line := file.readline(_LINE_BYTES):
        size, end = len(line), line
        while len(end) == _LINE_BYTES and not end.endswith(b"\n"):
            end = file.readline(_LINE_BYTES)
            size += len(end)
        yield line, size


def _page_of_line(line: bytes, source: str, fields: Fields) -> Page:
    try:
        data = json.loads(line)
        html, url, date = data[fields.html], data.get(fields.url) or "", data.get(fields.date)
    except (ValueError, RecursionError) as error:
        raise Broken(f"no JSON object ({error})") from None
    except (KeyError, TypeError, AttributeError, IndexError):
        raise Broken(f"no object with the field {fields.html!r} (--html-field names another)") from None
    if not isinstance(html, str) or not isinstance(url, str):
        raise Broken(f"{fields.html!r} and {fields.url!r} are to be text")
    return Page(html.encode("utf-8", "replace"), url, fetched_at=date if isinstance(date, str) else None, source=source)
