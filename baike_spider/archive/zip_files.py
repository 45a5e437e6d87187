"""Zip files as far as they are read whole: the list of their files, and a copy of one that comes through a pipe.

Comes in: a path or an open file, or a tape. Goes out: names of the files that may hold pages; a temporary file.
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, BinaryIO

from baike_spider.archive.damage import Broken
from baike_spider.archive.endings import holds_pages
from baike_spider.shards.errors import ShardError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from baike_spider.archive.tape import Tape

__all__ = ["copied", "is_zip", "page_names"]

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")


def is_zip(head: bytes) -> bool:
    """Whether a file that begins so is a zip file; WACZ is one."""
    return head.startswith(_ZIP)


def page_names(path: str | BinaryIO) -> list[tuple[str, int]]:
    """The files of a zip or WACZ file that may hold pages, with their sizes: of a WACZ its WARC files. Raises OSError, Broken."""
    try:
        with zipfile.ZipFile(path) as bundle:
            infos = bundle.infolist()
            begins = _begins_with_a_file(bundle)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise Broken(f"no zip file can be read: {error}") from None
    if not infos:
        raise Broken("the zip file lists no files: it is empty, or damaged at its end")
    if begins and all(info.header_offset for info in infos):
        # `zipfile` takes the last list that is near the end
        raise Broken("the zip file has no list of its own files: that of a zip file within it comes last")
    if any(info.filename == "datapackage.json" for info in infos):
        infos = [info for info in infos if info.filename.startswith("archive/")]
    return [(info.filename, info.file_size) for info in infos if not info.is_dir() and holds_pages(info.filename)]


def _begins_with_a_file(bundle: zipfile.ZipFile) -> bool:
    assert bundle.fp is not None
    bundle.fp.seek(0)
    return bundle.fp.read(len(_ZIP[0])) == _ZIP[0]


def copied(tape: Tape, name: str) -> BinaryIO:
    """What is left of a tape, in a temporary file. Raises ShardError where there is no room for it, which is no damage; OSError of the tape."""
    with ExitStack() as stack:
        with _beside(name):
            raw = stack.enter_context(tempfile.TemporaryFile(buffering=0))
        while data := tape.read():
            left = memoryview(data)
            with _beside(name):
                while left:
                    left = left[raw.write(left) :]
        stack.pop_all()
        return io.BufferedReader(raw)


@contextmanager
def _beside(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ShardError(
            f"{name} is read from a copy, and the temporary folder cannot hold it: {error.strerror or error}",
            cure="free some space there, or name another one: TMPDIR=FOLDER",
        ) from error
