"""A key and its locator as Redis keeps them: kid, fingerprint, item.

Comes in: keys and locators as the crawl knows them. Goes out: short bytes, and back. Nothing here talks to Redis; what a locator means is the
site's business.

    kid          #114923 | =刘德华          the key as text, exact
    fingerprint  4 bytes of an id (a bijection: exact), 8 bytes of BLAKE2b of any other kid
    item         0#114923\\n刘德华         depth, kid, and what must be put before `/114923` to give the locator
                 1=刘德华                  the locator is the key
                 2#77\\n\\n/question/77     any other locator, after two line feeds

How exact 8 bytes are: among n titles some two share a fingerprint with a probability of about n² / 2⁶⁵, which is 3e-6 for ten million titles and
2e-5 for all 27 million entries of the encyclopedia: one lost title in fifty thousand complete crawls.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TypeAlias

__all__ = ["Key", "fingerprint", "kid", "pack_item", "unpack_item"]

#: an int is a lemma id or question id, a str a canonical title or the path of an old address (`/view/1758.htm`)
Key: TypeAlias = int | str

_ID_BITS = 32
_MASK = (1 << _ID_BITS) - 1
#: odd, so that multiplying by it modulo 2**32 loses nothing; spreads neighbouring ids over the buckets
_SPREAD = 0x45D9F3B


def kid(key: Key) -> bytes:
    r"""The key as text: exact, one spelling, no line feed.

    >>> kid(114923), kid("AC/DC"), kid("a\nb")
    (b'#114923', b'=AC/DC', b'=a\\nb')
    """
    if isinstance(key, int):
        return b"#%d" % key
    text = key if "\\" not in key and "\n" not in key else key.replace("\\", "\\\\").replace("\n", "\\n")
    return b"=" + text.encode("utf-8", "surrogatepass")


def fingerprint(key: Key) -> bytes:
    """4 bytes for an id below 2**32, 8 bytes for every other key."""
    if isinstance(key, int) and 0 <= key <= _MASK:
        mixed = ((key ^ key >> 16) * _SPREAD) & _MASK
        return (mixed ^ mixed >> 16).to_bytes(4, "little")
    return blake2b(kid(key), digest_size=8).digest()


def pack_item(key: Key, locator: str, depth: int) -> bytes:
    """The text of a queued entry. Raises ValueError when the depth is negative."""
    if depth < 0:
        raise ValueError(f"depth {depth} of {key!r}: it must be 0 or more")
    head = b"%d%b" % (depth, kid(key))
    if isinstance(key, str):
        return head if locator == key else b"%b\n\n%b" % (head, _encoded(locator))
    before, slash, last = locator.rpartition("/")
    if slash and last == str(key) and not before.startswith("\n"):
        return b"%b\n%b" % (head, _encoded(before))
    return head if locator == str(key) else b"%b\n\n%b" % (head, _encoded(locator))


def unpack_item(item: bytes) -> tuple[Key, str, int]:
    """Key, locator and depth of `pack_item`'s text."""
    head, line, rest = item.partition(b"\n")
    number = head[: next(at for at, byte in enumerate(head) if byte in b"#=")]
    text = head[len(number) + 1 :].decode("utf-8", "surrogatepass")
    key: Key = int(text) if head[len(number)] == ord("#") else _unescaped(text)
    if not line:
        locator = str(key)
    elif rest.startswith(b"\n"):
        locator = rest[1:].decode("utf-8", "surrogatepass")
    else:
        locator = f"{rest.decode('utf-8', 'surrogatepass')}/{key}"
    return key, locator, int(number)


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return "\\".join(part.replace("\\n", "\n") for part in text.split("\\\\"))
