"""Names of files in zip and tar files that do not say what they are written in: UTF-8, or the GBK of a Chinese Windows.

Comes in: a name as it was read. Goes out: the name as people know it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zipfile import ZipInfo

__all__ = ["name_in_tar", "name_in_zip", "text_in_zip"]

_ENCODINGS = ("utf-8", "gbk")
#: what a zip file's names are where nothing else is said
_DOS = "cp437"
#: the flag of a zip file's name that says UTF-8
_UTF8 = 1 << 11


def _text(raw: bytes) -> str | None:
    """None where it is neither UTF-8 nor GBK.

    >>> _text("雾屿".encode()), _text("雾屿".encode("gbk")), _text(b"caf\\x82.html")
    ('雾屿', '雾屿', None)
    """
    for encoding in _ENCODINGS:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def text_in_zip(raw: bytes, flags: int) -> str:
    """A name in a zip file, with the flags of its header."""
    if flags & _UTF8:
        return raw.decode("utf-8", "replace")
    return _text(raw) or raw.decode(_DOS)


def name_in_zip(info: ZipInfo) -> str:
    """`zipfile` takes a name without the flag for that of a DOS: 雾屿.html is called `Θ¢╛σ▒┐.html`."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return text_in_zip(info.filename.encode(_DOS), info.flag_bits)
    except UnicodeEncodeError:
        return info.filename


def name_in_tar(name: str) -> str:
    """`tarfile` leaves the bytes of a name that is no UTF-8 as surrogates, which nobody can read."""
    return name if name.isascii() else _text(name.encode("utf-8", "surrogateescape")) or name
