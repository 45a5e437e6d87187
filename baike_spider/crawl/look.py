"""What a page is compared with when it is fetched again, and what it is compared by.

Comes in: a stored entry, the validators its server gave. Goes out: a `Look`, which travels as the note of a lease so that any worker of the crawl, on any
machine, can tell whether the page changed. Three ladders: the server says so (304), the bytes are the same, the record is the same.
"""

from __future__ import annotations

import json
from dataclasses import astuple, dataclass
from datetime import datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, NamedTuple

from extractors import entry_ref

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CONDITIONS", "NO_VALIDATORS", "Look", "Validators", "entry_name", "record_print", "seconds_of", "short_digest"]

#: fields of a record that say how and when it was read, not what the page asserts
_CIRCUMSTANCES = frozenset({"source", "digest", "fetched_at", "extractor"})
#: headers that ask whether a page has changed: by its ETag, by its date
CONDITIONS = ("If-None-Match", "If-Modified-Since")
#: characters; a longer validator is not worth its place
_LONGEST = 200


class Validators(NamedTuple):
    """What a server gave to ask by next time; "" where it gave none."""

    etag: str
    modified: str

    @classmethod
    def of(cls, etag: bytes | None, modified: bytes | None) -> Validators:
        """Of the headers' bytes; what is too long to be sensible is left out."""
        texts = [(header or b"").decode("latin-1").strip() for header in (etag, modified)]
        return cls(*(text if len(text) <= _LONGEST else "" for text in texts))


NO_VALIDATORS = Validators("", "")


@dataclass(frozen=True, slots=True)
class Look:
    """The last look at an entry."""

    entry: str
    """The entry's name in the book of visits, see `entry_name`."""
    etag: str
    modified: str
    digest: str
    """Of the page's bytes, shortened; "" when it is not known."""
    record: str
    """Of what the page asserts; "" when it is not known."""
    stored_at: int
    """When the stored version was fetched: seconds since 1970, 0 when unknown."""

    def note(self) -> str:
        """As short text."""
        return json.dumps(astuple(self), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def of(cls, note: str) -> Look | None:
        """The look of a note; None of "", and of what another version wrote."""
        try:
            return cls(*json.loads(note)) if note else None
        except (ValueError, TypeError):
            return None

    def headers(self) -> dict[str, str]:
        """What makes the request a conditional one."""
        return {name: value for name, value in zip(CONDITIONS, (self.etag, self.modified), strict=True) if value}


def entry_name(lemma_id: int | None, url: str | None) -> str:
    """One name for one entry, whatever it was asked by: the id, else the identity in its canonical address.

    >>> entry_name(114923, "https://baike.baidu.com/item/x/114923"), entry_name(None, "https://baike.baidu.com/item/x")
    ('#114923', '=x')
    """
    if lemma_id is not None:
        return f"#{lemma_id}"
    ref = entry_ref(url or "")
    return f"={ref.key if ref is not None else url}"


def short_digest(digest: str) -> str:
    """128 bits of an entry's `sha256:...`."""
    return digest.removeprefix("sha256:")[:32]


def record_print(data: Mapping[str, Any]) -> str:
    """The fingerprint of what an entry's JSON object asserts. Pages that carry a clock or a token differ in bytes and not in this."""
    said = {name: value for name, value in data.items() if name not in _CIRCUMSTANCES}
    return blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=12).hexdigest()


def seconds_of(moment: str | None) -> int:
    """Seconds since 1970 of an ISO 8601 time; 0 of none.

    >>> seconds_of("2026-01-01T00:00:00Z"), seconds_of(None)
    (1767225600, 0)
    """
    try:
        return int(datetime.fromisoformat(moment or "").timestamp())
    except ValueError:
        return 0
