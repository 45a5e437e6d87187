"""Laws of damaged files of every kind: nothing is raised, a pipe tells what a file tells, stretches tell what the whole tells, and where there are
checksums no page is lost without a word."""

from __future__ import annotations

import gzip
import io
import tarfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baike_spider.archive import PLAIN, Damage, Piece, Tape, read_file, read_tape
from baike_spider.cli.main import main
from baike_spider.shards.zstd import zstd
from tests.archive.specimens import KINDS, Saved, lines, saved, tarred

PAGES = [Saved(page.url, page.body[:1500] + b"<!-- %d -->" % number) for number in range(3) for page in saved()]
DATA = {name: make(PAGES) for name, (make, _) in KINDS.items()}
#: files of which a process may be given a part
MEMBERS = ("a.warc.gz", "a.warc.zst", "a.arc.gz", "words.warc.zst")
#: a folder's name that takes headers of its own in a tar file
LONG = "词条" * 60

changes = st.tuples(
    st.sampled_from(["flip", "cut out", "zeros", "error page", "end"]), st.floats(0, 0.999), st.sampled_from([1, 3, 100, 3000])
)


def changed(data: bytes, how: list[tuple[str, float, int]]) -> bytes:
    for kind, place, size in how:
        at = int(place * len(data))
        come, gone = {
            "flip": (bytes([data[at] ^ size % 255]) if at < len(data) else b"", 1),
            "cut out": (b"", size),
            "zeros": (bytes(size), 0),
            "error page": (b"<html>502</html>" * (1 + size // 16), 0),
            "end": (b"", len(data)),
        }[kind]
        data = data[:at] + come + data[at + gone :]
    return data


def is_checked(name: str, data: bytes) -> bool:
    """Whether checksums show what is damaged: not that of the list at a zip file's end, which has none, and not where whole members are gone."""
    if name in ("a.zip", "a.wacz"):
        return data[-len(DATA[name]) + list_at(DATA[name]) :] == DATA[name][list_at(DATA[name]) :]
    return name.endswith(".gz") and (not data or not is_sound_gzip(data))


def is_sound_gzip(data: bytes) -> bool:
    try:
        gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return False
    return True


def list_at(data: bytes) -> int:
    """Where the list of a zip file's files begins."""
    return int.from_bytes(data[-6:-2], "little")


def told(found: list[Piece | Damage]) -> list[bytes | tuple[int, str]]:
    return [one.page.body if isinstance(one, Piece) else (one.offset, one.reason) for one in found]


@pytest.mark.parametrize("name", KINDS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(how=st.lists(changes, min_size=1, max_size=4), parts=st.integers(2, 9))
def test_whatever_is_damaged(name: str, how: list[tuple[str, float, int]], parts: int, tmp_path: Path) -> None:
    data = changed(DATA[name], how)
    path = tmp_path / name
    path.write_bytes(data)
    whole = told(list(read_file(str(path), PLAIN)))
    piped = told(list(read_tape(Tape(io.BytesIO(data), str(path), seekable=False), str(path), PLAIN)))
    assert piped == whole
    if is_checked(name, data):
        pages = [one for one in whole if isinstance(one, bytes)]
        assert len(pages) == len(PAGES) or len(pages) < len(whole)
    if name in MEMBERS and data[:4] == DATA[name][:4] and len(data) > 5000:
        edges = [len(data) * part // parts for part in range(parts)]
        stretches = [read_file(str(path), PLAIN, start=at, stop=to) for at, to in zip(edges, [*edges[1:], None], strict=True)]
        assert [one for stretch in stretches for one in told(list(stretch))] == whole


def test_a_tar_file_is_read_on_behind_a_header_that_is_none() -> None:
    data = tarred(PAGES)
    third = [at for at in range(0, len(data), 512) if data[at : at + 6] == b"saved/"][2]
    for hurt in (data[:third] + b"\1" * 700 + data[third + 700 :], data[:third] + b"\1" * 512 + data[third:]):
        found = list(read_tape(Tape(io.BytesIO(hurt), "a.tar", seekable=True), "a.tar", PLAIN))
        (damage,) = (one for one in found if isinstance(one, Damage))
        assert "blocks passed over" in damage.reason
        assert len(found) - 1 in (len(PAGES) - 1, len(PAGES))


def tar_members(data: bytes) -> list[tuple[int, int]]:
    """Where each member begins, and the next one."""
    with tarfile.open(fileobj=io.BytesIO(data)) as bundle:
        members = bundle.getmembers()
        return list(zip([one.offset for one in members], [*(one.offset for one in members[1:]), bundle.offset], strict=True))


def read_tar(data: bytes) -> tuple[int, list[str]]:
    found = list(read_tape(Tape(io.BytesIO(data), "a.tar", seekable=True), "a.tar", PLAIN))
    damages = [one.reason for one in found if isinstance(one, Damage)]
    return len(found) - len(damages), damages


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_file_that_is_cut_off_between_two_members(form: int) -> None:
    data = tarred(PAGES, form, LONG)
    for number, (_, end) in enumerate(tar_members(data), 1):
        assert read_tar(data[:end]) == (number, ["the tar file ends without its end mark: cut off?"])
        assert read_tar(data[:end] + bytes(512)) == (number, [])


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_member_of_a_tar_file_that_became_zeros(form: int) -> None:
    data = tarred(PAGES, form, LONG)
    members = [(at, end) for at, end in tar_members(data)[:-1] if end % tarfile.RECORDSIZE]
    assert len(members) > len(PAGES) // 2
    for at, end in members:
        count, (reason,) = read_tar(data[:at] + bytes(end - at) + data[end:])
        assert count == len(PAGES) - 1
        assert f"{(end - at) // 512} empty blocks in the middle" in reason


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_name_in_a_tar_file_is_not_held_however_long_it_is(kind: bytes) -> None:
    header = tarfile.TarInfo("x")
    header.type, header.size = kind, 40 << 20
    data = header.tobuf(tarfile.USTAR_FORMAT) + bytes(b"x" * 512 * 1000)
    file = Endless(data, 50 << 20)
    tracemalloc.start()
    try:
        found = list(read_tape(Tape(file, "a.tar", seekable=False), "a.tar", PLAIN))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert all(isinstance(one, Damage) for one in found)
    assert "further fields of 41943040 bytes" in str(found[0])
    assert peak < 20 << 20


class Endless:
    """A pipe of some bytes, and then of zeros."""

    def __init__(self, data: bytes, size: int) -> None:
        self._data = data
        self._left = size

    def read(self, size: int = -1, /) -> bytes:
        data, self._data = self._data[:size], self._data[size:]
        data += bytes(min(size, self._left) - len(data))
        self._left -= len(data)
        return data


def test_tar_files_one_behind_the_other() -> None:
    assert read_tar(tarred(PAGES) + tarred(PAGES[:2]) + tarred(PAGES)) == (2 * len(PAGES) + 2, [])


def test_tar_files_one_behind_the_other_whatever_they_were_filled_up_to() -> None:
    count, data = 0, b""
    for blocks, pages in ((1, PAGES[:3]), (20, PAGES[:5]), (2, PAGES[:4]), (4, PAGES), (4, PAGES[:7]), (1, PAGES[:2]), (20, PAGES)):
        whole = tarred(pages)
        whole = whole[: tar_members(whole)[-1][1]] + bytes(1024)
        data += whole + bytes(-len(whole) % (512 * blocks))
        count += len(pages)
        assert read_tar(data) == (count, [])


@pytest.mark.parametrize("zeros", [1, 24, 40])
def test_empty_blocks_between_two_members_that_are_no_end_mark(zeros: int) -> None:
    data = tarred(PAGES)
    at = tar_members(data)[3][1]
    count, (reason,) = read_tar(data[:at] + bytes(512 * zeros) + data[at:])
    assert (count, f"{zeros} empty blocks in the middle" in reason) == (len(PAGES), True)


def test_a_member_that_became_zeros_where_an_end_mark_could_end() -> None:
    """Each takes up as much as a tar file is filled up to, twice."""
    pages = [Saved(page.url, page.body.ljust(2 * tarfile.RECORDSIZE - 512)) for page in PAGES[:4]]
    data = tarred(pages, tarfile.USTAR_FORMAT)
    for at, end in tar_members(data)[:-1]:
        assert end % tarfile.RECORDSIZE == 0
        count, (reason,) = read_tar(data[:at] + bytes(end - at) + data[end:])
        assert (count, "40 empty blocks in the middle" in reason) == (3, True)


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize(
    ("hurt", "reason"),
    [
        (lambda data: data[:300], "is not there to its end"),
        (lambda data: data[:60] + bytes(60) + data[120:], "the file's dictionary"),
        (lambda data: data[:4] + bytes(4), "the file is empty but for its dictionary"),
        (lambda data: data[: 8 + int.from_bytes(data[4:8], "little")], "the file is empty but for its dictionary"),
    ],
)
def test_a_dictionary_that_is_damaged(hurt: Callable[[bytes], bytes], reason: str, seekable: bool) -> None:
    data = hurt(DATA["words.warc.zst"])
    (damage,) = read_tape(Tape(io.BytesIO(data), "a.warc.zst", seekable=seekable), "a.warc.zst", PLAIN)
    assert isinstance(damage, Damage)
    assert (damage.offset, reason in damage.reason) == (0, True)


def test_verify_tells_a_file_that_ends_behind_its_dictionary(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = DATA["words.warc.zst"]
    (tmp_path / "a.warc.zst").write_bytes(data[: 8 + int.from_bytes(data[4:8], "little")])
    assert main(["archive", "verify", str(tmp_path / "a.warc.zst")]) == 11
    assert "the file is empty but for its dictionary" in capsys.readouterr().out
    (tmp_path / "a.warc.zst").write_bytes(data)
    assert main(["archive", "verify", str(tmp_path / "a.warc.zst")]) == 0


def read_lines(data: bytes, name: str, *, seekable: bool = True) -> tuple[list[bytes], list[str]]:
    found = list(read_tape(Tape(io.BytesIO(data), name, seekable=seekable), name, PLAIN))
    return [one.page.body for one in found if isinstance(one, Piece)], [str(one) for one in found if isinstance(one, Damage)]


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_a_broken_member_of_json_lines_costs_its_own_lines(compress: Callable[[bytes], bytes], seekable: bool) -> None:
    name = "a.jsonl.gz" if compress is gzip.compress else "a.jsonl.zst"
    members = [compress(line) for line in lines(PAGES).splitlines(keepends=True)]
    at = sum(map(len, members[:4]))
    for hurt in (b"", members[4][:100], members[4][:-9] + bytes(9), bytes(500), b"<html>502</html>" * 30):
        data = b"".join((*members[:4], hurt, *members[5:]))
        bodies, told = read_lines(data, name, seekable=seekable)
        assert [body for body in bodies if body != PAGES[4].body] == [page.body for page in PAGES if page is not PAGES[4]]
        assert len(told) == bool(hurt)
        assert not told or told[0].startswith(f"{name}: byte {at}: damaged: ")


@pytest.mark.parametrize("compress", [gzip.compress, zstd.compress])
def test_no_line_is_put_together_across_damage(compress: Callable[[bytes], bytes]) -> None:
    """The beginning of one and the end of another make a sound line of JSON, and a page that never was."""
    name = "a.jsonl.gz" if compress is gzip.compress else "a.jsonl.zst"
    line = b'{"html": "%s", "url": ""}\n'
    first, second, third = (line % (word * 400) for word in (b"<p>a</p>", b"<p>b</p>", b"<p>c</p>"))
    members = [compress(part) for part in (first, second[:900], second[900:1800], second[1800:] + third)]
    bodies, told = read_lines(b"".join((*members[:2], b"<html>502</html>", members[3])), name)
    assert bodies == [b"<p>a</p>" * 400, b"<p>c</p>" * 400]
    assert len(told) == 2
    assert "line 2 breaks off there" in told[0]
    assert "line 3: no JSON object" in told[1]


def test_a_catalogue_without_pages_is_told_once() -> None:
    catalogue = b"".join(b'{"path": "%d.html", "url": "u"}\n' % number for number in range(5000))
    page = lines(PAGES[:1])
    reason = "lines 1 to 5000: no object with the field 'html' (--html-field names another)"
    assert read_lines(catalogue, "index.jsonl") == ([], [f"index.jsonl: byte 0: damaged: {reason} ({len(catalogue)} bytes skipped)"])
    bodies, told = read_lines(b'["html"]\n' + page + catalogue + page + b"\n" + b"7\n{}\n\n" + page + b"{broken\n{}", "a.jsonl")
    assert bodies == [PAGES[0].body] * 3
    assert [one.partition("damaged: ")[2].partition(":")[0] for one in told] == [
        "line 1",
        "lines 3 to 5002",
        "lines 5005 to 5006",
        "line 5009",
        "line 5010",
    ]


def test_a_line_that_is_too_large_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    sound = lines(PAGES[:1])
    monkeypatch.setattr("baike_spider.archive.json_lines._LINE_BYTES", len(sound))
    data = sound + b"x" * (3 * len(sound) + 5) + b"\n" + sound + b"y" * 2 * len(sound)
    found = list(read_tape(Tape(io.BytesIO(data), "a.jsonl", seekable=True), "a.jsonl", PLAIN))
    assert [type(one) for one in found] == [Piece, Damage, Piece, Damage]
    assert [(one.offset, one.bytes) for one in found if isinstance(one, Damage)] == [
        (len(sound), 3 * len(sound) + 6),
        (5 * len(sound) + 6, 2 * len(sound)),
    ]
