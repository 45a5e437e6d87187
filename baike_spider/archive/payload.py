"""A body as it was served, and as it is read: transfer and content encodings undone.

Comes in: a record. Goes out: bytes. What is cut off in the middle of an encoding gives what came before, as browsers do.
"""

from __future__ import annotations

import contextlib
import io
import zlib
from typing import TYPE_CHECKING

import brotli
from fastwarc.stream_io import ChunkedReader
from isal.isal_zlib import decompressobj

from baike_spider.archive.damage import Broken
from baike_spider.archive.members import GzipError
from baike_spider.archive.splitting import LARGEST_BYTES
from baike_spider.shards.zstd import ZstdDecompressor, ZstdError

if TYPE_CHECKING:
    from collections.abc import Callable

    from baike_spider.archive.record import Record

__all__ = ["decoded"]


#: brotli bytes that are undone at a time
_BROTLI_BYTES = 1 << 12


def decoded(record: Record) -> bytes:
    """The body without its encodings. Raises Broken when it is not encoded as the headers say."""
    body = record.body
    if record.header(b"transfer-encoding").lower().strip() == b"chunked":
        body = _chunked(body)
    encodings = record.header(b"content-encoding").decode("latin-1").lower()
    for encoding in reversed([name for part in encodings.split(",") if (name := part.strip())] if encodings else ()):
        undo = _ENCODINGS.get(encoding)
        if undo is None:
            if body.lstrip()[:1] in (b"<", b"{"):
                continue  # `none`, `utf-8` ...: browsers pass over it too
            raise Broken(f"Content-Encoding {encoding!r} is not known")
        body = undo(body)
    return body


def _chunked(body: bytes) -> bytes:
    """Archives of other programs hold bodies as they came in chunks; some hold them joined, with the header still there."""
    try:
        return ChunkedReader(io.BytesIO(body)).read(LARGEST_BYTES)
    except (OSError, ValueError):
        return body


def _gunzip(body: bytes) -> bytes:
    parts: list[bytes] = []
    try:
        while body.startswith(b"\x1f\x8b"):
            undo = decompressobj(31)
            parts.append(undo.decompress(body, LARGEST_BYTES))
            body = undo.unused_data
    except GzipError as error:
        if not parts:
            return _torn(body, 31, error)
    if not parts and body:
        return body  # announced and not done, which servers do
    return b"".join(parts)


def _torn(body: bytes, window: int, error: Exception) -> bytes:
    """What can be read of deflated bytes that break off or break down."""
    undo = zlib.decompressobj(window)
    read: list[bytes] = []
    with contextlib.suppress(zlib.error):
        read.extend(undo.decompress(body[at : at + 1024]) for at in range(0, len(body), 1024))
    if not any(read):
        raise Broken(f"the body is not encoded as its headers say: {str(error).strip()}")
    return b"".join(read)


def _inflate(body: bytes) -> bytes:
    for window in (15, -15):
        try:
            return zlib.decompressobj(window).decompress(body, LARGEST_BYTES)
        except zlib.error as error:
            failed = error
    return _torn(body, -15, failed)


def _unbrotli(body: bytes) -> bytes:
    undo = brotli.Decompressor()
    parts: list[bytes] = []
    size = 0
    try:
        for at in range(0, len(body), _BROTLI_BYTES):
            parts.append(undo.process(body[at : at + _BROTLI_BYTES]))
            size += len(parts[-1])
            if size > LARGEST_BYTES:
                break
    except brotli.error as error:
        if not any(parts):
            raise Broken(f"the body is no brotli: {error}") from None
    return b"".join(parts)


def _unzstd(body: bytes) -> bytes:
    parts: list[bytes] = []
    try:
        while body:
            undo = ZstdDecompressor()
            parts.append(undo.decompress(body, LARGEST_BYTES))
            body = undo.unused_data
            if not undo.eof:
                break
    except ZstdError as error:
        if not parts:
            raise Broken(f"the body is no zstd: {error}") from None
    return b"".join(parts)


_ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": _gunzip,
    "x-gzip": _gunzip,
    "deflate": _inflate,
    "br": _unbrotli,
    "zstd": _unzstd,
}
