"""Whether a record holds what it says: its body against its digest.

Comes in: a record. Goes out: a line for people, "" when it is sound or says nothing that can be checked.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baike_spider.archive.record import Record

__all__ = ["verify_record"]


def verify_record(record: Record) -> str:
    """What is wrong with a response's or resource's digest. Records that other programs joined from chunks have digests of the chunks: only
    bodies without Transfer-Encoding are checked."""
    name, _, stated = record.digest.partition(":")
    if record.type not in ("response", "resource") or name not in ("md5", "sha1", "sha256") or record.header(b"transfer-encoding"):
        return ""
    digest = hashlib.new(name, record.body, usedforsecurity=False)
    if stated.lower() == digest.hexdigest() or stated.upper().rstrip("=") == b32encode(digest.digest()).decode("ascii").rstrip("="):
        return ""
    return f"{record.path}: byte {record.offset}: damaged: {record.url}: the body does not have the digest that the record states"
