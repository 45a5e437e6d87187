"""A record of a WARC or ARC file, understood: what it is, what it is of, and the response in it.

Comes in: `Raw` bytes. Goes out: a `Record`; its body is as it was served, still encoded.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from fastwarc.warc import HeaderMap

from baike_spider.archive.splitting import head_end

if TYPE_CHECKING:
    from baike_spider.archive.splitting import Raw

__all__ = ["UNKNOWN", "Record", "parse_record", "type_of"]

#: the type of a WARC record that states none
UNKNOWN = "unknown"
_TYPE = re.compile(rb"^WARC-Type:[ \t]*([a-zA-Z]+)", re.IGNORECASE | re.MULTILINE)
_ARC_LINE = re.compile(rb"([^ \n]+) [^ \n]+ (\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d) ([^ \n]*)")
_HTTP = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}")


@dataclass(frozen=True, slots=True)
class Record:
    """One record."""

    path: str
    offset: int
    """Of the record, or of the member that holds it, in the file."""
    type: str
    """`response`, `request`, `metadata`, `warcinfo`, `revisit`, `resource` ..."""
    url: str
    """The address that it is of; "" where it is of none."""
    date: str
    """UTC, ISO 8601 with Z, whole seconds; "" where the record states none."""
    id: str = ""
    """WARC-Record-ID without its brackets."""
    concurrent_to: str = ""
    refers_to: tuple[str, str] = ("", "")
    """Of a revisit: URL and date of the record that holds the body."""
    digest: str = ""
    """WARC-Payload-Digest, "" where there is none."""
    source: str = ""
    """WARC-Source-URI: the mirror's address, where a mirror answered."""
    status: int | None = None
    """Of HTTP; None where the record holds no response."""
    status_line: bytes = b""
    headers: tuple[tuple[bytes, bytes], ...] = ()
    """Of HTTP, in their order."""
    content_type: str = ""
    """Of the body: of HTTP, or of the record where it holds no HTTP."""
    body: bytes = field(default=b"", repr=False)
    """As served; of a record without HTTP its content."""

    def header(self, name: bytes) -> bytes:
        """The first HTTP header of that name in small letters, b"" where there is none."""
        return next((value for key, value in self.headers if key.lower() == name), b"")


def type_of(head: bytes) -> str:
    """The type that a record's header states, without understanding the rest; ARC holds responses."""
    found = _TYPE.search(head)
    return found[1].decode("ascii").lower() if found else UNKNOWN if head.startswith(b"WARC/") else "response"


def parse_record(raw: Raw, path: str, offset: int) -> Record:
    """What the bytes of a record say."""
    return (_parse_warc if raw.head.startswith(b"WARC/") else _parse_arc)(raw, path, offset)


def _parse_warc(raw: Raw, path: str, offset: int) -> Record:
    warc = HeaderMap()
    warc.parse(io.BytesIO(raw.head))
    # of a name that comes twice the first counts
    told = {name.lower(): value for name, value in reversed(warc.items())}
    kind = type_of(raw.head)
    content_type = told.get("content-type", "")
    if content_type.lower().replace(" ", "").startswith("application/http") and kind != "request":
        http = _http(raw)
    else:
        http = _Http(None, b"", (), content_type, raw.data[raw.start : raw.stop])
    return Record(
        path,
        offset,
        kind,
        told.get("warc-target-uri", "").strip("<>"),
        _seconds(told.get("warc-date", "")),
        id=told.get("warc-record-id", "").strip("<>"),
        concurrent_to=told.get("warc-concurrent-to", "").strip("<>"),
        refers_to=(told.get("warc-refers-to-target-uri", "").strip("<>"), _seconds(told.get("warc-refers-to-date", ""))),
        digest=told.get("warc-payload-digest", ""),
        source=told.get("warc-source-uri", ""),
        status=http.status,
        status_line=http.line,
        headers=http.headers,
        content_type=http.content_type,
        body=http.body,
    )


def _parse_arc(raw: Raw, path: str, offset: int) -> Record:
    line = _ARC_LINE.match(raw.head)
    assert line is not None  # it was split where this stands
    url = line[1].decode("utf-8", "replace")
    date = "{}-{}-{}T{}:{}:{}Z".format(*(line[number].decode("ascii") for number in range(2, 8)))
    if not _HTTP.match(raw.data, raw.start, raw.stop):
        kind = "warcinfo" if url.startswith("filedesc:") else "resource"
        return Record(path, offset, kind, url, date, content_type=line[8].decode("latin-1"), body=raw.data[raw.start : raw.stop])
    http = _http(raw)
    return Record(
        path,
        offset,
        "response",
        url,
        date,
        status=http.status,
        status_line=http.line,
        headers=http.headers,
        content_type=http.content_type,
        body=http.body,
    )


class _Http(NamedTuple):
    """What a record holds of HTTP."""

    status: int | None
    line: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    content_type: str
    body: bytes


def _http(raw: Raw) -> _Http:
    end = head_end(raw.data, raw.start, raw.stop)
    if end == raw.start:
        end = raw.stop
    http = HeaderMap()
    http.parse(io.BytesIO(raw.data[raw.start : end]))
    headers = http.items_bytes()
    content_type = next((value.decode("latin-1") for key, value in headers if key.lower() == b"content-type"), "")
    return _Http(http.status_code, http.status_line_bytes or b"", headers, content_type, raw.data[end : raw.stop])


def _seconds(date: str) -> str:
    """A date without the fraction of a second that WARC/1.1 allows."""
    return f"{date[:19]}Z" if len(date) > 20 and date[19] == "." else date
