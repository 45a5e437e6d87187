"""The records of a WARC or ARC file, compressed or not, and what in it is damaged.

Comes in: a tape. Goes out: `Record`s and `Damage` in the order of the file. A compressed file may be read in part: the members that begin
between two offsets, so that many processes share one file. Memory: one record.
"""

from __future__ import annotations

from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.archive.damage import Broken, Damage
from baike_spider.archive.members import GZIP, ZSTD, Codec, Member, begins_record, find_member, read_dictionary
from baike_spider.archive.record import UNKNOWN, Record, parse_record, type_of
from baike_spider.archive.splitting import LARGEST_BYTES, Fault, Raw, is_record, sole_warc, splitter_for
from baike_spider.archive.tape import Tape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.shards.zstd import ZstdDict

__all__ = ["EVERY_TYPE", "codec_of", "members_follow", "open_tape", "read_at", "read_records", "records_of"]

EVERY_TYPE = frozenset({"continuation", "conversion", "metadata", "request", "resource", "response", "revisit", UNKNOWN, "warcinfo"})
#: decompressed bytes in which it shows whether they are of WARC or of ARC
_HEAD_BYTES = 4096
_ENDINGS = {".gz": GZIP, ".zst": ZSTD}


@contextmanager
def open_tape(path: str | Path) -> Iterator[Tape]:
    """A file as a tape. Raises OSError."""
    with Path(path).open("rb", buffering=0) as file:
        yield Tape(file, str(path), seekable=file.seekable())


def read_records(
    path: str | Path, *, start: int = 0, stop: int | None = None, types: frozenset[str] = EVERY_TYPE
) -> Iterator[Record | Damage]:
    """The records of a file of these types, and its damage. Between `start` and `stop`, offsets in the file, lie the beginnings of the
    members that are read; a plain file is read whole. Raises OSError."""
    with open_tape(path) as tape:
        yield from records_of(tape, start=start, stop=stop, types=types)


def read_at(path: str | Path, offset: int, record_id: str = "") -> Record | None:
    """The record at an offset; `record_id`: which one, where a member holds several. None when there is none. Raises OSError."""
    with open_tape(path) as tape:
        tape.goto(offset)
        codec = codec_of(tape.peek(4))
        try:
            pieces: Iterable[bytes] = iter(tape.read, b"") if codec is None else Member(tape, codec, _dictionary(tape, codec, offset))
            found = (parse_record(raw, tape.path, offset) for raw in _split(pieces) if isinstance(raw, Raw))
            return next((record for record in found if not record_id or record.id == record_id), None)
        except Broken:
            return None


def records_of(tape: Tape, *, start: int = 0, stop: int | None = None, types: frozenset[str] = EVERY_TYPE) -> Iterator[Record | Damage]:
    """The records of a tape. See `read_records`."""
    codec = codec_of(tape.peek(4)) or _codec_named(tape)
    if codec is None:
        yield from _plain(tape, types)
        return
    try:
        dictionary = read_dictionary(tape) if codec is ZSTD else None
    except Broken as error:
        if not start:  # told once, by who reads the beginning
            yield Damage(tape.path, 0, str(error))
        return
    if tape.at and not start and not tape.peek(1):
        yield Damage(tape.path, 0, "the file is empty but for its dictionary")
    at: int | None = tape.at
    if start:
        at = find_member(tape, max(start, tape.at), codec, dictionary=dictionary, stop=stop)
    # who reads the next stretch looks for the first member that begins a record: what lies before it, damaged, is told here
    while at is not None and (stop is None or at < stop or not begins_record(tape, at, codec, dictionary)):
        tape.goto(at)
        tape.pin()
        if not tape.peek(1):
            return
        member = Member(tape, codec, dictionary)
        try:
            yield from _parsed(_split(member), types, tape.path, at)
            member.finish()
            at = member.end
        except Broken as error:
            damaged = member.start
            at = find_member(tape, damaged + 1, codec, dictionary=dictionary)
            yield Damage(tape.path, damaged, str(error), (tape.at if at is None else at) - damaged)


def _plain(tape: Tape, types: frozenset[str]) -> Iterator[Record | Damage]:
    if not tape.peek(1):
        yield Damage(tape.path, 0, "the file is empty", 0)
        return

    def pieces() -> Iterator[bytes]:
        while data := tape.read(1 << 18):
            tape.pin()
            yield data

    yield from _parsed(_split(pieces()), types, tape.path, None)


def _parsed(found: Iterable[Raw | Fault], types: frozenset[str], path: str, member: int | None) -> Iterator[Record | Damage]:
    """`member`: the offset of the member that holds them, None where they lie in the file as they are."""
    for one in found:
        offset = one.position if member is None else member
        if isinstance(one, Fault):
            yield Damage(path, offset, one.reason, one.bytes)
        elif (kind := type_of(one.head)) in types:
            yield parse_record(one, path, offset)
        elif kind == UNKNOWN:
            yield Damage(path, offset, "a WARC record without WARC-Type", len(one.head) + one.stop - one.start)


def _split(pieces: Iterable[bytes]) -> Iterable[Raw | Fault]:
    """Records of a member. One that is not large is read to its end, and so checked, before anything of it is handed out."""
    pieces = iter(pieces)
    held: list[bytes] = []
    size = 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size > LARGEST_BYTES:
            break
    else:
        held = [b"".join(held)] if len(held) > 1 else held
        if held and (sole := sole_warc(held[0])) is not None:
            return (sole,)
    return splitter_for(held[0][:_HEAD_BYTES] if held else b"")(chain(held, pieces))


def members_follow(tape: Tape) -> bool:
    """Whether a compressed file has more members than one, so that it can be read from the middle."""
    codec = codec_of(tape.peek(4))
    try:
        return codec is not None and find_member(tape, 1, codec, dictionary=_dictionary(tape, codec, 0), stop=LARGEST_BYTES) is not None
    except Broken:
        return False


def codec_of(head: bytes) -> Codec | None:
    """How a file that begins so is compressed; None when it is not."""
    if head.startswith(GZIP.magic[:2]):
        return GZIP
    return ZSTD if ZSTD.begins(head) else None


def _codec_named(tape: Tape) -> Codec | None:
    """How a file is compressed by its name, where its first bytes are damaged: what lies behind them is found."""
    head = tape.peek(_HEAD_BYTES)
    if not head or is_record(head):
        return None
    return next((codec for ending, codec in _ENDINGS.items() if tape.path.lower().endswith(ending)), None)


def _dictionary(tape: Tape, codec: Codec, offset: int) -> ZstdDict | None:
    if codec is not ZSTD:
        return None
    tape.goto(0)
    dictionary = read_dictionary(tape)
    tape.goto(offset)
    return dictionary
