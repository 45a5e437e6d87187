"""The border to zstd: the standard library's module where Python has one, its backport before 3.14.

Everything else in this room imports it from here.
"""

from __future__ import annotations

import sys

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["FRAME_MAGIC", "LEVEL", "ZstdDecompressor", "ZstdDict", "ZstdError", "compress_frame", "zstd"]

#: first bytes of a zstd frame
FRAME_MAGIC = b"\x28\xb5\x2f\xfd"

#: 3 of 1-22: on real entries 14 % smaller than 1 for 3 us an entry; 5 costs twice the time for 5 % more
LEVEL = 3

ZstdDecompressor = zstd.ZstdDecompressor
ZstdDict = zstd.ZstdDict
ZstdError = zstd.ZstdError


def compress_frame(data: bytes, level: int = LEVEL) -> bytes:
    """One frame that knows its own length and ends in a checksum, so that damage is seen when it is read."""
    parameter = zstd.CompressionParameter
    return zstd.compress(data, options={parameter.compression_level: level, parameter.checksum_flag: 1, parameter.content_size_flag: 1})
