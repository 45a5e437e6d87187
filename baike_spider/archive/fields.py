"""`application/warc-fields`: lines `name: value`, as warcinfo and metadata records hold them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_fields", "write_fields"]


def write_fields(fields: Mapping[str, str]) -> bytes:
    """The lines. A line end in a value is a space.

    >>> write_fields({"software": "baike-spider", "note": "two\\nlines"})
    b'software: baike-spider\\r\\nnote: two lines\\r\\n'
    """
    return b"".join(f"{name}: {' '.join(value.split())}\r\n".encode() for name, value in fields.items())


def read_fields(data: bytes) -> dict[str, str]:
    """The last value of each name.

    >>> read_fields(b"software: baike-spider\\r\\nformat: WARC File Format 1.1\\r\\n")["format"]
    'WARC File Format 1.1'
    """
    lines = (line.partition(":") for line in data.decode("utf-8", "replace").splitlines())
    return {name.strip(): value.strip() for name, colon, value in lines if colon}
