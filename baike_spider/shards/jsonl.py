"""One JSON object a line, compact, readable Chinese, UTF-8.

Comes in: the dicts of entries, triples and rejects. Goes out: lines with their newline. A lone surrogate, which UTF-8
cannot hold, becomes U+FFFD; a pair of surrogates becomes the character that it spells.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from extractors.model import Quantity, Triple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["REJECT_FIELDS", "encode_text", "json_line", "reject_line", "triple_from_dict"]

#: keys of a rejected page's object, in their order; `body` is the base64 of a page that is kept, else null
REJECT_FIELDS = ("url", "source", "verdict", "reason", "message", "status", "fetched_at", "layout", "body")

#: built once: json.dumps with options builds one a call
_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":")).encode


def encode_text(text: str) -> bytes:
    """UTF-8 of any str.

    >>> encode_text("中\\ud800") == "中\\ufffd".encode(), encode_text("\\ud83d\\ude00").decode()
    (True, '😀')
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode()


def json_line(data: Mapping[str, Any]) -> bytes:
    """The line of one object. Raises ValueError on what JSON does not have (NaN, infinity), TypeError on a foreign type."""
    return encode_text(_encode(data) + "\n")


def reject_line(record: Mapping[str, Any]) -> bytes:
    """The line of one rejected page. Raises ValueError when its keys are not exactly `REJECT_FIELDS`."""
    if record.keys() != set(REJECT_FIELDS):
        raise ValueError(f"a reject has the keys {', '.join(REJECT_FIELDS)}; this one has {', '.join(map(str, record))}")
    return json_line({field: record[field] for field in REJECT_FIELDS})


def triple_from_dict(data: Mapping[str, Any]) -> Triple:
    """The inverse of `Triple.as_dict`. Raises KeyError or TypeError when a field is missing or unknown."""
    quantity = data["quantity"]
    return Triple(**{**data, "quantity": Quantity(**quantity) if quantity else None})
