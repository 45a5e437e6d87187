"""Zip files without their list: what is there is read, what is not is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest

from baike_spider.archive import PLAIN, Damage, Piece, Tape, read_tape
from tests.archive.specimens import Saved, saved, wacz, warc_gz, zipped

PAGES = saved()
BODIES = [page.body for page in PAGES]


class Pipe(io.RawIOBase):
    """What cannot go back, so that sizes are written behind the files."""

    def __init__(self) -> None:
        self.data = b""

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.data += bytes(data)
        return len(data)


def piped(pages: list[Saved], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = Pipe()
    with zipfile.ZipFile(out, "w", method) as bundle:  # type: ignore[call-overload]
        for number, page in enumerate(pages):
            bundle.writestr(f"saved/{number}.html", page.body)
            bundle.writestr(f"saved/{number}.css", b"p {}" * 100)
    return out.data


def large(pages: list[Saved]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for number, page in enumerate(pages):
            with bundle.open(f"saved/{number}.html", "w", force_zip64=True) as file:
                file.write(page.body)
    return out.getvalue()


def offsets(data: bytes) -> list[int]:
    """Where the files of a sound zip file begin, and its list."""
    with zipfile.ZipFile(io.BytesIO(data)) as bundle:
        return [*(info.header_offset for info in bundle.infolist() if info.filename.endswith(".html")), bundle.start_dir]


def read(data: bytes, name: str = "a.zip", *, seekable: bool = True) -> tuple[list[bytes], list[str]]:
    found = list(read_tape(Tape(io.BytesIO(data), name, seekable=seekable), name, PLAIN))
    return [one.page.body for one in found if isinstance(one, Piece)], [str(one) for one in found if isinstance(one, Damage)]


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("make", [zipped, piped, large])
def test_the_files_before_the_cut_are_read(make: Callable[[list[Saved]], bytes], seekable: bool) -> None:
    data = make(PAGES)
    assert read(data, seekable=seekable) == (BODIES, [])
    *begins, end = offsets(data)
    for cut in (len(data) - 22, end):
        bodies, told = read(data[:cut], seekable=seekable)
        assert bodies == BODIES
        assert len(told) == 1
        assert "no zip file can be read" in told[0]
        assert "zip -FF" in told[0]
    bodies, told = read(data[: begins[4] - 1 if make is zipped else begins[4]], seekable=seekable)
    assert bodies == BODIES[: 3 if make is zipped else 4]
    bodies, told = read(data[: begins[4] + 200], seekable=seekable)
    assert bodies == BODIES[:4]
    assert [f"a.zip/saved/4.html: byte {begins[4]}: damaged: " in one for one in told] == [False, True]


@pytest.mark.parametrize("make", [zipped, piped, large])
def test_a_broken_file_costs_no_other_one(make: Callable[[list[Saved]], bytes]) -> None:
    data = make(PAGES)
    *begins, end = offsets(data)
    for hurt in (data[: begins[2] + 300] + bytes(9) + data[begins[2] + 309 : end], data[: begins[2] + 300] + data[begins[3] - 9 : end]):
        bodies, told = read(hurt)
        assert bodies == [*BODIES[:2], *BODIES[3:]]
        assert [f"a.zip/saved/2.html: byte {begins[2]}: damaged: " in one for one in told] == [False, True]


def test_files_that_cannot_be_read_without_the_list_are_told() -> None:
    data = piped(PAGES[:2], zipfile.ZIP_STORED)
    bodies, told = read(data[: offsets(data)[-1]])
    assert bodies == []
    assert ["without the list of the zip file it cannot be read" in one for one in told] == [False, True, True]


def test_records_before_the_cut_of_a_wacz_file_are_read() -> None:
    data = wacz(PAGES)
    at = data.index(warc_gz(PAGES)[:3])
    bodies, told = read(data[: at + len(warc_gz(PAGES)) - 200], "a.wacz")
    assert bodies == BODIES[:5]
    assert "a.wacz/archive/data.warc.gz" in told[1]


@pytest.mark.parametrize("inner", [[], PAGES[3:]])
def test_the_list_of_a_zip_file_within_is_not_taken_for_the_list_that_was_cut_off(inner: list[Saved]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for number, page in enumerate(PAGES[:3]):
            bundle.writestr(f"{number}.html", page.body)
        bundle.writestr("inner.zip", zipped(inner))
        end = out.tell()
    bodies, told = read(out.getvalue())
    assert bodies == BODIES[: 3 + len(inner)]
    assert len(told) == (not inner)
    bodies, told = read(out.getvalue()[:end])
    assert bodies == BODIES[: 3 + len(inner)]
    assert ("no list of its own files" if inner else "lists no files") in told[0]
    assert len(told) == 1 + (not inner)


def test_an_error_page_is_not_said_to_hold_files() -> None:
    bodies, told = read(b"<html>502 PK\3\4</html>" * 100, "a.zip")
    assert bodies == []
    assert told == ["a.zip: byte 0: damaged: no zip file can be read: File is not a zip file"]
