"""One spelling for one page: how URLs of entries are read and written.

Comes in: hrefs and addresses in any spelling. Goes out: canonical URLs and `EntryRef`s. Which paths of a site are
entries is the site's own knowledge (`extractors.sites`); here are only the rules that all sites share.
"""

from __future__ import annotations

import re
from binascii import a2b_qp
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EntryRef", "absolute", "decode_segment", "decode_segments", "spell_segment"]

#: ASCII that stays as it is in a path segment; `/ ? # % ;`, spaces and controls are encoded, every other script stays readable
_PLAIN = "!$&'()*+,-.:=@_~"
_ENCODED = re.compile("[^" + re.escape(_PLAIN) + r"A-Za-z0-9\u00a1-\U0010ffff]|\s")


class EntryRef(NamedTuple):
    """What an address says of the entry, the question or the list that it leads to. A tuple, because every page makes a hundred of them."""

    site: str
    title: str
    """Decoded; "" where the address holds only an id."""
    lemma_id: int | None = None
    path: str = ""
    """Set only where the address names neither title nor id: one of an old form (`/view/1758.htm`), a list of questions (`/list?cid=106`)."""

    @property
    def key(self) -> int | str:
        """The identity to deduplicate by: the lemma or question id where known, else the old path, else the title."""
        return self.lemma_id if self.lemma_id is not None else self.path or self.title

    @property
    def locator(self) -> str:
        """The shortest text that `Site.locate` turns into the same reference again: `刘德华/114923`, `刘德华`, `/view/1758.htm`,
        `51277646` where an id is all there is."""
        if self.path:
            return self.path
        if not self.title and self.lemma_id is not None:
            return str(self.lemma_id)
        title = spell_segment(self.title)
        return title if self.lemma_id is None else f"{title}/{self.lemma_id}"


def decode_segment(segment: str) -> str:
    """The text of one percent-encoded path segment, UTF-8 first, GB18030 (old links) second.

    >>> decode_segment("%E5%88%98%E5%BE%B7%E5%8D%8E"), decode_segment("%C1%F5%B5%C2%BB%AA"), decode_segment("AC%2FDC")
    ('刘德华', '刘德华', 'AC/DC')
    """
    if "%" not in segment:
        return segment
    raw = a2b_qp(segment.replace("%", "=")) if segment.isascii() and "=" not in segment else b"="
    if b"=" in raw:
        # not what `decode_segments` says of percent-encoding and quoted-printable
        raw = unquote_to_bytes(segment)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def decode_segments(segments: Sequence[bytes]) -> list[str]:
    """What `decode_segment` makes of each, for the hundred links of a page in one go.

    >>> decode_segments([b"%E5%88%98", b"AC%2FDC", b"%C1%F5"])
    ['刘', 'AC/DC', '刘']
    """
    joined = b"%00".join(segments)
    if b"=" not in joined:
        # percent-encoding is quoted-printable with another sign, for which Python has a decoder in C
        raw = a2b_qp(joined.replace(b"%", b"="))
        if b"=" not in raw:
            try:
                decoded = raw.decode("utf-8").split("\0")
            except UnicodeDecodeError:
                decoded = []
            if len(decoded) == len(segments):
                return decoded
    return [decode_segment(segment.decode("utf-8", "replace")) for segment in segments]


def spell_segment(text: str) -> str:
    """The canonical spelling of one path segment: readable, only what would break a URL is percent-encoded.

    >>> spell_segment("AC/DC 乐队"), spell_segment("100%")
    ('AC%2FDC%20乐队', '100%25')
    """
    if text.isalnum():
        return text
    return _ENCODED.sub(lambda match: quote(match[0], safe=""), text)


@lru_cache(maxsize=4096)
def absolute(href: str, base: str) -> str:
    """`href` as an https URL; "" when it is no web address."""
    try:
        url = urljoin(base, href.strip())
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return ""
    return "https" + url[len(parts.scheme) :]
