"""JSON lines that hold pages, under whatever names of fields.

Comes in: pieces of lines, and the `Damage` between them. Goes out: a page a line, or `Damage` where a line holds none; of lines one behind the other
that all lack the field of the page it is told once. Memory: one line, as far as a page can be that large.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.splitting import LARGEST_BYTES
from extractors import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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


class _NoPage(Broken):
    """A line that is sound, and has no field of that name."""


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    offset: int
    """Of what was read of the file."""
    data: bytes
    """Of a line that is too large for a page b""."""
    size: int
    broken: Damage | None = None
    """What it breaks off at; where that comes between two lines, this one is empty."""


def pages_of_lines(pieces: Iterable[bytes | Damage], name: str, fields: Fields) -> Iterator[Page | Damage]:
    """The pages of a file called `name`; their sources are `name:line`, the lines counted as they are read."""
    strangers: list[_Line] = []  # the first and the last of lines without the field
    line = None
    for line in _lines(pieces):
        found: Page | Damage | None = None
        try:
            found = _page_of_line(line, f"{name}:{line.number}", fields)
        except _NoPage:
            strangers[1:] = [replace(line, data=b"")]
            continue
        except Broken as error:
            if not line.broken:
                found = Damage(name, line.offset, f"line {line.number}: {error}", line.size)
        if found is None and line.broken is None:
            continue
        if strangers:
            yield _without(strangers, name, fields)
            strangers.clear()
        if found is not None:
            yield found
        if line.broken:
            yield (
                replace(line.broken, reason=f"{line.broken.reason}; line {line.number} breaks off there")
                if line.size and found is None
                else line.broken
            )
    if strangers:
        yield _without(strangers, name, fields)
    if line is None:
        yield Damage(name, 0, "the file is empty", 0)


def _without(strangers: list[_Line], name: str, fields: Fields) -> Damage:
    first, last = strangers[0], strangers[-1]
    lines = f"line {first.number}" if first is last else f"lines {first.number} to {last.number}"
    size = last.offset + last.size - first.offset
    return Damage(name, first.offset, f"{lines}: no object with the field {fields.html!r} (--html-field names another)", size)


def _lines(pieces: Iterable[bytes | Damage]) -> Iterator[_Line]:
    """Every line."""
    number, offset, size = 1, 0, 0
    held: list[bytes] = []

    def line(broken: Damage | None = None) -> _Line:
        nonlocal number, offset, size
        taken = _Line(number, offset, b"".join(held), size, broken)
        number, offset, size = number + bool(size), offset + size, 0
        held.clear()
        return taken

    for piece in pieces:
        if isinstance(piece, Damage):
            yield line(piece)
            continue
        start = 0
        while start < len(piece):
            end = piece.find(b"\n", start) + 1
            part = piece[start : end or None]
            size += len(part)
            start += len(part)
            if size <= _LINE_BYTES:
                held.append(part)
            else:
                held.clear()
            if end:
                yield line()
    if size:
        yield line()


def _page_of_line(line: _Line, source: str, fields: Fields) -> Page | None:
    """None of an empty line."""
    if line.size > _LINE_BYTES:
        raise Broken("no page is so large")
    if not (text := line.data.strip()):
        return None
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise Broken(f"no JSON object ({error.msg}: character {error.pos + 1})") from None
    except (ValueError, RecursionError) as error:
        raise Broken(f"no JSON object ({error})") from None
    if not isinstance(data, dict) or fields.html not in data:
        raise _NoPage
    html, url, date = data[fields.html], data.get(fields.url) or "", data.get(fields.date)
    if not isinstance(html, str) or not isinstance(url, str):
        raise Broken(f"{fields.html!r} and {fields.url!r} are to be text")
    return Page(html.encode("utf-8", "replace"), url, fetched_at=date if isinstance(date, str) else None, source=source)
