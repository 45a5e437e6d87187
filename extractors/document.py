"""One page as the layouts see it: valid UTF-8 bytes to search, small slices to parse, each byte parsed at most once.

Comes in: a `Page`. Goes out: a `Document`, whose `body` is UTF-8 without byte order mark whatever the page was
encoded in. An entry is a few kilobytes in a page of 150, so layouts search `body` for markers and hand only the slice
between them to `parse`. This module knows no site and no markup beyond `charset=`.
"""

from __future__ import annotations

import codecs
import re
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING

from lxml import etree

from extractors.errors import Malformed
from extractors.sites import entry_ref, site_named, site_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from extractors.model import Page
    from extractors.sites import Site
    from extractors.urls import EntryRef

__all__ = ["Document", "measure", "parse", "utf8"]

#: bytes at the head of a page that decide about its encoding; title and description lie in them
_HEAD = 4096
#: bytes at the head in which UTF-16 shows by its NULs
_SAMPLE = 512
_META_CHARSET = re.compile(rb"""(?:charset|CHARSET)\s{0,8}=\s{0,8}["']?\s{0,8}([a-zA-Z0-9_:.-]{1,32})""")
_GB = frozenset({"gb2312", "gbk", "gb18030", "hz", "big5-gbk", "cp936", "x-gbk"})
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
#: a share of undecodable bytes above which bytes are not taken for UTF-8: GBK read as UTF-8 is wrong at nearly every character
_BROKEN = 0.25

#: how often a marker is looked for before it is given up, and how far before it its tag may begin, in bytes
_TRIES, _REACH = 64, 4096
#: libxml2 compares every attribute of a tag with every other: tags beyond this many bytes are cut (real ones stay under 2 KB)
_TAG_LIMIT = 16_384
_TAG_OPENS = re.compile(rb"<[a-zA-Z]")
#: bytes of a slice beyond which it is a flood and no entry; the largest whole page at hand has 0.7 MB
_LARGEST = 2 << 20
#: deeper than 256 elements libxml2 stops reading, which bounds what a hostile page can cost
_PARSER = etree.HTMLParser(encoding="utf-8", collect_ids=False, remove_comments=True, remove_pis=True)


def measure(size: int) -> None:
    """Raises `Malformed` for a slice of so many bytes that no entry fills it."""
    if size > _LARGEST:
        raise Malformed(f"{size:,} bytes of markup where an entry has a few thousand", reason="oversized")


def parse(fragment: bytes) -> etree._Element:
    """The tree of a slice of UTF-8 HTML, always with a root. Raises `Malformed` when libxml2 gives up, and for a slice that no entry fills."""
    measure(len(fragment))
    if b"\0" in fragment:
        fragment = fragment.replace(b"\0", b"")
    try:
        fragment.decode()
    except UnicodeDecodeError:
        fragment = fragment.decode("utf-8", "replace").encode()
    if len(fragment) > _TAG_LIMIT:
        fragment = b">".join(map(_without_flood, fragment.split(b">")))
    try:
        return etree.fromstring(b"<body>" + fragment, _PARSER)
    except etree.LxmlError as error:
        raise Malformed(f"no HTML can be read in it: {error}", reason="unparsable") from None


def _without_flood(piece: bytes) -> bytes:
    """What stands between two `>`, a tag in it cut to a length that is parsed in no time."""
    if len(piece) <= _TAG_LIMIT:
        return piece
    tag = _TAG_OPENS.search(piece)
    return piece[: tag.start() + _TAG_LIMIT] if tag else piece


def utf8(body: bytes, declared: str | None = None) -> bytes:
    """The page's bytes as valid-looking UTF-8, whatever they were.

    The bytes decide before any label: GBK pages come out right, and so do UTF-8 pages that claim to be GBK, and GBK pages that
    claim to be UTF-8. `declared` is the charset of the HTTP Content-Type. Broken bytes stay (slices are decoded with
    replacement, and without NUL bytes); a byte order mark goes.
    """
    encoding = next((name for mark, name in _BOMS if body.startswith(mark)), None)
    if encoding is None and b"\0" in body[:_SAMPLE]:
        encoding = _utf16(body[:_SAMPLE])
    if encoding is None and not _looks_utf8(body, declared):
        encoding = "gb18030"
    if encoding == "utf-8":
        body = body[len(codecs.BOM_UTF8) :]
    elif encoding is not None:
        body = body.decode(encoding, "replace").removeprefix("\ufeff").encode()
    return body


def _utf16(sample: bytes) -> str | None:
    """Which UTF-16 a sample without a mark is: ASCII markup has its NULs at the odd places, or at the even; 一 (U+4E00) has one too."""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) < max(len(sample), 64) // 8 or 4 * min(even, odd) > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _looks_utf8(body: bytes, declared: str | None) -> bool:
    head = body[:_HEAD]
    meta = _META_CHARSET.search(head)
    labels = {declared.strip().lower()} if declared else set()
    if meta:
        labels.add(meta[1].decode("ascii").lower())
    if labels & _GB:
        # the label may lie in either direction, and only the whole page knows
        return _is_utf8(body)
    return _is_utf8(head) if not head.isascii() else (body.isascii() or _is_utf8(body))


def _is_utf8(sample: bytes) -> bool:
    try:
        codecs.utf_8_decode(sample, "strict", False)  # a character cut off at the sample's end is no error
    except UnicodeDecodeError:
        text = sample.decode("utf-8", "replace")
        broken = text.count("\ufffd")
        # every character of Chinese takes three bytes, so the bytes that decoding saved count the characters that were right
        right = (len(sample) - len(text)) // 2
        return broken <= max(1, right * _BROKEN)
    return True


class Document:
    """One page, searched by bytes."""

    def __init__(self, page: Page) -> None:
        self.page = page
        #: UTF-8 without byte order mark
        self.body = utf8(page.body, page.encoding)
        self._places: dict[bytes, int] = {}
        #: the entry that the page's address names; None when it has none or it is no entry's
        self.ref: EntryRef | None = entry_ref(page.url) if page.url else None
        #: the site that the page's address lies on; None when nobody knows
        self.site: Site | None = site_named(self.ref.site) if self.ref else site_of(page.url) if page.url else None

    @cached_property
    def tree(self) -> etree._Element:
        """The whole page, parsed: the dear way, for when a slice cannot be found."""
        return parse(self.body)

    @property
    def digest(self) -> str:
        """`sha256:<hex>` of the page's bytes as received."""
        return "sha256:" + sha256(self.page.body).hexdigest()

    def find(self, marker: bytes, start: int = 0) -> int:
        """Where a marker stands at or after `start`, -1 when nowhere; asked again, with whatever start, it answers the same."""
        at = self._places.get(marker)
        if at is None:
            at = self._places[marker] = self.body.find(marker, start)
        return at

    def has(self, *markers: bytes) -> bool:
        """Whether any of the markers stands in the page."""
        return any(marker in self.body for marker in markers)

    def first(self, markers: Iterable[bytes], start: int = 0, end: int | None = None) -> int:
        """Where the first of the markers stands at or after `start`, -1 when none does. Each search stops at the best so far."""
        best = -1
        for marker in markers:
            found = self.body.find(marker, start, end)
            if found >= 0:
                best = end = found
        return best

    def class_at(self, marker: bytes, start: int = 0) -> int:
        """Where `marker` stands in the class of an element at or after `start`, -1 when nowhere. Style sheets and scripts hold it too."""
        for _ in range(_TRIES):
            at = self.body.find(marker, start)
            if at < 0:
                break
            tag = self.body.rfind(b"<", max(at - _REACH, 0), at)
            if tag >= 0 and self.body.find(b"class", tag, at) >= 0 and self.body.find(b">", tag, at) < 0:
                return at
            start = at + len(marker)
        return -1

    def tag_before(self, position: int, floor: int = 0) -> int:
        """Where the tag begins that `position` lies in."""
        return max(self.body.rfind(b"<", floor, position), floor)

    def text(self, start: int, end: int) -> str:
        """A decoded slice; broken bytes become U+FFFD, NUL bytes go."""
        text = self.body[start:end].decode("utf-8", "replace")
        return text.replace("\0", "") if "\0" in text else text
