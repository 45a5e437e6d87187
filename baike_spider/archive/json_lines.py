"""JSON lines that hold pages, under whatever names of fields.

Comes in: pieces of lines, and the `Damage` between them. Goes out: a page a line, or `Damage` where lines hold none, once for those that lie one behind
the other and hold none for the same reason. Memory: one line, as far as a page can be that large.
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


_NONE = _Line(0, 0, b"", 0)


def pages_of_lines(pieces: Iterable[bytes | Damage], name: str, fields: Fields) -> Iterator[Page | Damage]:
    """The pages of a file called `name`; their sources are `name:line`, the lines counted as they are read."""
    line, bad = None, _Stretch(name)
    for line in _lines(pieces):
        page = None
        try:
            page = _page_of_line(line, f"{name}:{line.number}", fields)
        except Broken as error:
            if line.broken is None:
                yield from bad.add(replace(line, data=b""), str(error))
                continue
        if page is not None or line.broken is not None:
            yield from bad.end()
        if page is not None:
            yield page
        if line.broken is not None:
            breaks = f"; line {line.number} breaks off there" if line.size and page is None else ""
            yield replace(line.broken, reason=line.broken.reason + breaks)
    yield from bad.end()
    if line is None:
        yield Damage(name, 0, "the file is empty", 0)


class _Stretch:
    """Lines one behind the other that hold no page for the same reason."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._reason = ""
        self._first = self._last = _NONE

    def add(self, line: _Line, reason: str) -> Iterator[Damage]:
        """Takes a line; tells of those before it where the reason was another."""
        if _kind(reason) != _kind(self._reason):
            yield from self.end()
            self._reason, self._first = reason, line
        self._last = line

    def end(self) -> Iterator[Damage]:
        """Tells of the lines, where there are any."""
        if self._reason:
            first, last = self._first, self._last
            lines = f"line {first.number}" if first is last else f"lines {first.number} to {last.number}"
            yield Damage(self._name, first.offset, f"{lines}: {self._reason}", last.offset + last.size - first.offset)
        self._reason = ""
        self._first = self._last = _NONE


def _kind(reason: str) -> str:
    """A reason without what it says of one line."""
    return reason.partition(" (")[0]


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
        raise Broken(f"no object with the field {fields.html!r} (--html-field names another)")
    html, url, date = data[fields.html], data.get(fields.url) or "", data.get(fields.date)
    if not isinstance(html, str) or not isinstance(url, str):
        raise Broken(f"{fields.html!r} and {fields.url!r} are to be text")
    return Page(html.encode("utf-8", "replace"), url, fetched_at=date if isinstance(date, str) else None, source=source)
