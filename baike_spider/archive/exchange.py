"""One request and its response as WARC records.

Comes in: an `Exchange`, in the bytes of the wire as far as the HTTP client hands them out (it has put chunks together, and drops the headers that
say so). Goes out: gzip members: metadata where the page was asked for under another address, the request, then the response, or a
revisit record where the same body is in the archive already.
"""

from __future__ import annotations

import io
import re
import zlib
from base64 import b32encode
from dataclasses import dataclass, field
from hashlib import sha1
from http import HTTPStatus
from itertools import islice
from typing import TYPE_CHECKING, Protocol

from fastwarc.warc import WarcRecord, WarcRecordType
from isal import isal_zlib

from baike_spider.archive.fields import write_fields
from baike_spider.archive.members import GZIP
from baike_spider.archive.pages import ASKED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = ["Exchange", "Known", "Member", "digest_of", "info_member", "members_of"]

#: of 0-3: as fast as 1 and 1.5 % smaller; 3 takes twice the time for 3 % less
_LEVEL = 2
#: a few hundred bytes, for which a fourth of the time counts more than 130 bytes
_SMALL_LEVEL = 0
_GZIP = 31
_MAGIC = re.compile(re.escape(GZIP.magic))
#: where blocks end, see `_deflated`: the lengths of blocks can be a magic too, those of one of these ways are none
_WHOLE = 1 << 30
_CUTS = ((1, _WHOLE), (2, _WHOLE), (1, 4093), (2, 8191), (1, 16381))
#: magics in a part of a record from which on it is compressed whatever it holds: most codes hide them, for nothing. To end a block at each of them takes a
#: microsecond, and a page can hold 350,000 for a megabyte; one that comes compressed begins with one.
_MANY = 100
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_HEADERS = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went out and what came back."""

    url: str
    """The real site's address."""
    date: str
    """UTC, ISO 8601 with Z, whole seconds: when the response was there."""
    status: int
    headers: _HEADERS
    body: bytes = field(repr=False)
    """As served, content encodings and all."""
    protocol: str = "HTTP/1.1"
    method: str = "GET"
    target: str = "/"
    """What the request line asks for."""
    request_headers: _HEADERS = ()
    source: str = ""
    """The address that was really asked, where a mirror stands in for the site."""
    asked: str = ""
    """The address that led here by redirects, "" where none did."""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A record that holds the same body already."""

    url: str
    date: str


@dataclass(frozen=True, slots=True)
class Member:
    """One gzip member, a whole record."""

    type: str
    data: bytes = field(repr=False)


def digest_of(body: bytes) -> bytes:
    """SHA-1 of a body: what WARC tools expect."""
    return sha1(body, usedforsecurity=False).digest()


def members_of(exchange: Exchange, digest: bytes, known: Known | None = None, *, info_id: str = "") -> list[Member]:
    """The exchange's records, each compressed for itself, in the order in which they are to lie. `known`: where the same body is."""
    answer = _record("response" if known is None else "revisit", exchange.url, exchange.date, info_id)
    headers = answer.headers
    headers["WARC-Payload-Digest"] = f"sha1:{b32encode(digest).decode('ascii')}"
    if exchange.ip:
        headers["WARC-IP-Address"] = exchange.ip
    if exchange.source:
        headers["WARC-Source-URI"] = exchange.source
    if known is not None:
        headers["WARC-Profile"] = _PROFILE
        headers["WARC-Refers-To-Target-URI"] = known.url
        headers["WARC-Refers-To-Date"] = known.date
    head = _lines(f"{exchange.protocol} {exchange.status} {_reason(exchange.status)}", exchange.headers)
    headers["Content-Type"] = "application/http; msgtype=response"
    members = []
    if exchange.asked:
        members.append(_metadata(exchange, answer.record_id or "", info_id))
    members.append(_request(exchange, answer.record_id or "", info_id))
    if known is None:
        members.append(
            _member("response", answer, head, exchange.body, deflate=_stored if _is_encoded(exchange) else lambda: _compressed(_LEVEL))
        )
    else:
        members.append(_member("revisit", answer, head))
    return members


def info_member(name: str, date: str, fields: Mapping[str, str]) -> tuple[Member, str]:
    """The warcinfo record at the head of a file, and its id."""
    record = _record("warcinfo", "", date, "")
    record.headers["WARC-Filename"] = name
    record.headers["Content-Type"] = "application/warc-fields"
    return _member("warcinfo", record, write_fields(fields)), record.record_id or ""


def _request(exchange: Exchange, concurrent_to: str, info_id: str) -> Member:
    record = _record("request", exchange.url, exchange.date, info_id)
    record.headers["WARC-Concurrent-To"] = concurrent_to
    record.headers["Content-Type"] = "application/http; msgtype=request"
    return _member("request", record, _lines(f"{exchange.method} {exchange.target} HTTP/1.1", exchange.request_headers))


def _metadata(exchange: Exchange, concurrent_to: str, info_id: str) -> Member:
    record = _record("metadata", exchange.url, exchange.date, info_id)
    record.headers["WARC-Concurrent-To"] = concurrent_to
    record.headers["Content-Type"] = "application/warc-fields"
    return _member("metadata", record, write_fields({ASKED: exchange.asked}))


def _record(kind: str, url: str, date: str, info_id: str) -> WarcRecord:
    record = WarcRecord()
    record.init_headers(getattr(WarcRecordType, kind))
    record.headers["WARC-Date"] = date
    if url:
        record.headers["WARC-Target-URI"] = url
    if info_id:
        record.headers["WARC-Warcinfo-ID"] = info_id
    return record


def _member(kind: str, record: WarcRecord, *content: bytes, deflate: Callable[[], _Deflate] = lambda: _compressed(_SMALL_LEVEL)) -> Member:
    """The record and its content, which is compressed where it lies: a copy of a page costs as much as hashing it.

    The bytes with which a gzip member begins stand nowhere else in its blocks, whatever was served: a reader that starts in the middle of a file looks for
    them. In the eight bytes behind them, checksum and length, they can by chance, where no member follows that could be read.
    """
    record.headers["Content-Length"] = str(sum(map(len, content)))
    head = io.BytesIO()
    record.headers.write(head)
    parts = (head.getvalue(), *content, b"\r\n\r\n")
    magics = [_magics(part, most=_MANY) for part in parts]
    if any(len(some) == _MANY for some in magics):
        data = _deflated(parts, _compressed(_LEVEL), [[] for _ in parts])
        if _hides(data):
            return Member(kind, data)
        magics = [_magics(part) for part in parts]
    for cut, most in _CUTS:
        data = _deflated(parts, deflate(), [_ends(part, some, cut, most) for part, some in zip(parts, magics, strict=True)])
        if _hides(data):
            break
    return Member(kind, data)


def _hides(data: bytes) -> bool:
    """Whether a member's magic stands at its beginning alone."""
    return data.rfind(GZIP.magic) == 0


def _deflated(parts: Iterable[bytes], deflate: _Deflate, ends: Iterable[list[int]]) -> bytes:
    """A gzip member of the parts. At the `ends` of each of them, and nowhere else, a block ends on purpose: that breaks a magic where blocks are stored as
    they are."""
    made: list[bytes] = []
    for part, some in zip(parts, ends, strict=True):
        at = 0
        for end in some:
            made += [deflate.compress(part[at:end]), deflate.flush(zlib.Z_FULL_FLUSH)]
            at = end
        made.append(deflate.compress(part[at:] if at else part))
    return b"".join((*made, deflate.flush()))


def _magics(part: bytes, *, most: int | None = None) -> list[int]:
    """Where its first `most` magics are. One byte is looked for at no cost: text does not hold it."""
    return [found.start() for found in islice(_MAGIC.finditer(part), most)] if GZIP.magic[0] in part else []


def _ends(part: bytes, magics: list[int], cut: int, most: int) -> list[int]:
    """Where its blocks are to end: behind the first `cut` bytes of every magic, and after `most` bytes."""
    if not magics and len(part) <= most:
        return []
    return sorted({*(at + cut for at in magics), *range(most, len(part), most)})


class _Deflate(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...
    def flush(self, mode: int = ..., /) -> bytes: ...


def _compressed(level: int) -> _Deflate:
    return isal_zlib.compressobj(level, isal_zlib.DEFLATED, _GZIP)


def _stored() -> _Deflate:
    """A gzip member all the same, at a fifth of the price: what is encoded already gets no smaller."""
    return zlib.compressobj(0, zlib.DEFLATED, _GZIP)


def _is_encoded(exchange: Exchange) -> bool:
    return any(name.lower() == b"content-encoding" and value.strip().lower() not in (b"", b"identity") for name, value in exchange.headers)


def _lines(first: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    return b"".join((first.encode("latin-1", "replace"), b"\r\n", *(b"%s: %s\r\n" % header for header in headers), b"\r\n"))


def _reason(status: int) -> str:
    """The words of a status: Scrapy does not hand on those that were served."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
