"""WARC files of a worker: what other readers make of them, what a dead worker leaves, what an unchanged body costs."""

from __future__ import annotations

import errno
import gzip
import io
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as st

from baike_spider.archive import INDEX_FILE, ArchiveWriter, Damage, Exchange, Index, Record, decoded, mend, read_at, read_records
from baike_spider.archive.exchange import _stored, digest_of, members_of
from baike_spider.archive.index import surt
from baike_spider.archive.members import GZIP
from baike_spider.cli.main import main
from baike_spider.shards import ShardError

URL = "https://baike.baidu.com/item/%E9%9B%BE%E5%B1%BF/1"
DATE = "2026-05-06T07:08:09Z"


def exchange(number: int = 0, *, size: int = 3000) -> Exchange:
    body = gzip.compress(os.urandom(size) + b"%d" % number)
    headers = ((b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Encoding", b"gzip"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b"))
    return Exchange(f"{URL}{number}", DATE, 200, headers, body, request_headers=((b"Host", b"baike.baidu.com"),), target=f"/item/{number}")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "warc"


@pytest.fixture
def writer(folder: Path) -> Iterator[ArchiveWriter]:
    opened = ArchiveWriter(folder, worker="w", info={"software": "test", "robots": "obey"})
    yield opened
    opened.close()


def answers(folder: Path) -> list[Record]:
    found = [one for path in sorted(folder.glob("*.warc.gz")) for one in read_records(path, types=frozenset({"response", "revisit"}))]
    assert not [one for one in found if isinstance(one, Damage)]
    return [one for one in found if isinstance(one, Record)]


def warcio_check(folder: Path) -> None:
    files = [str(path) for path in folder.glob("*.warc.gz")]
    assert files
    done = subprocess.run([Path(sys.executable).with_name("warcio"), "check", *files], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


def test_what_is_written_is_read_back_exactly(folder: Path, writer: ArchiveWriter) -> None:
    sent = [exchange(number) for number in range(5)]
    sent[3] = replace(sent[3], source="http://127.0.0.1:8000/item/3", asked="https://baike.baidu.com/item/别名", ip="127.0.0.1")
    for one in sent:
        writer.add(one)
    writer.close()
    found = answers(folder)
    assert [(one.url, one.date, one.status, one.headers, one.body) for one in found] == [
        (one.url, one.date, one.status, one.headers, one.body) for one in sent
    ]
    assert decoded(found[0]) == gzip.decompress(sent[0].body)
    assert found[3].source == sent[3].source
    warcio_check(folder)
    types = [record.record_type.__str__() for record in ArchiveIterator(io.BytesIO(next(folder.glob("*.gz")).read_bytes()))]
    assert types.count("request") == types.count("response") == 5
    assert (types[0], types.count("metadata")) == ("warcinfo", 1)


def test_the_next_file_begins_when_one_is_full(folder: Path) -> None:
    writer = ArchiveWriter(folder, worker="w", info={}, roll_bytes=10_000)
    for number in range(12):
        writer.add(exchange(number))
    writer.close()
    assert len(list(folder.glob("w-0000[0-9].warc.gz"))) > 2
    assert len(answers(folder)) == 12
    warcio_check(folder)
    again = ArchiveWriter(folder, worker="w", info={})
    again.add(exchange(12))
    again.close()
    assert len(answers(folder)) == 13


def test_an_unchanged_body_is_a_revisit_in_this_run_and_the_next(folder: Path, writer: ArchiveWriter) -> None:
    first = exchange(1)
    writer.add(first)
    writer.add(replace(first, url=f"{URL}/other", date="2026-05-06T07:08:10Z"))
    writer.sync()
    writer.add(replace(first, date="2026-05-06T07:08:11Z"))
    writer.add(exchange(2, size=10))
    writer.add(exchange(2, size=10))
    writer.close()
    next_run = ArchiveWriter(folder, worker="w2", info={})
    next_run.add(replace(first, date="2026-06-06T07:08:11Z"))
    next_run.close()
    found = answers(folder)
    assert [one.type for one in found] == ["response", "revisit", "revisit", "response", "response", "revisit"]
    assert {one.refers_to for one in found if one.type == "revisit"} == {(first.url, first.date)}
    warcio_check(folder)
    with Index(folder / INDEX_FILE) as index:
        row = index.at(first.url, first.date)
        assert row is not None
        whole = read_at(folder / row.file, row.offset)
        assert whole is not None
        assert whole.body == first.body


def test_nothing_refers_to_a_file_that_is_gone(folder: Path, writer: ArchiveWriter) -> None:
    writer.add(exchange(1))
    sent = exchange(2)
    writer.add(sent)
    writer.close()
    next(folder.glob("*.gz")).unlink()
    next_run = ArchiveWriter(folder, worker="w2", info={})
    next_run.add(sent)
    next_run.close()
    assert [one.type for one in answers(folder)] == ["response"]


@pytest.mark.parametrize("left", [-2500, -100, -7, -1, 1, 2, 3, 30])
def test_a_torn_end_is_cut_off_and_the_rest_is_indexed(folder: Path, left: int) -> None:
    """`left`: bytes of the last record that were written; below 0: all but so many."""
    writer = ArchiveWriter(folder, worker="w", info={})
    for number in range(4):
        writer.add(exchange(number))
    writer.close()
    (path,) = folder.glob("*.gz")
    last = answers(folder)[-1].offset
    os.truncate(path, (last if left > 0 else path.stat().st_size) + left)
    (folder / INDEX_FILE).unlink()
    with Index(folder / INDEX_FILE) as index:
        size = path.stat().st_size
        assert len(mend(folder, index, cut=False)) == 1
        assert path.stat().st_size == size
        (damage,) = mend(folder, index)
        assert damage.reason.startswith("the file ends inside")
        assert [bool(index.of_url(f"{URL}{number}")) for number in range(4)] == [True, True, True, False]
        assert mend(folder, index) == []
    assert path.stat().st_size == damage.offset
    assert len(answers(folder)) == 3
    warcio_check(folder)


@pytest.mark.parametrize("zeros", [1, 4, 4096, 70_000])
@pytest.mark.parametrize("left", [0, 2, 30, 200, -7])
@pytest.mark.parametrize("members", [0, 2])
def test_zeros_in_the_place_of_the_end_are_cut_off_with_the_record_that_was_not_written(
    folder: Path, members: int, left: int, zeros: int
) -> None:
    """`members`: how many pages are whole; `left`: bytes of the record behind them that were written; below 0: all but so many."""
    writer = ArchiveWriter(folder, worker="w", info={})
    for number in range(members + 1):
        writer.add(exchange(number))
    writer.close()
    (path,) = folder.glob("*.gz")
    data = path.read_bytes()
    offsets = [one.offset for one in read_records(path)]
    at, behind = (offsets[-1], len(data)) if members else offsets[:2]
    written = data[at:behind][:left] + bytes(max(zeros, -left))
    path.write_bytes(data[:at] + written)
    for cut, size in ((False, at + len(written)), (True, at)):
        (folder / INDEX_FILE).unlink(missing_ok=True)
        with Index(folder / INDEX_FILE) as index:
            assert len(mend(folder, index, cut=cut)) == 1
            assert path.stat().st_size == size
    with Index(folder / INDEX_FILE) as index:
        assert mend(folder, index) == []
        assert [bool(index.of_url(f"{URL}{number}")) for number in range(members + 1)] == [True] * members + [False]
    assert len(answers(folder) if members else []) == members


@pytest.mark.parametrize("place", [0, 50, -5])
def test_a_last_record_that_was_written_and_is_damaged_is_left_alone(folder: Path, place: int) -> None:
    """Its end has zeros too: it is shorter than 16 MB."""
    writer = ArchiveWriter(folder, worker="w", info={})
    for number in range(2):
        writer.add(exchange(number))
    writer.close()
    (path,) = folder.glob("*.gz")
    data = bytearray(path.read_bytes())
    assert data[-1] == 0
    data[place if place < 0 else answers(folder)[-1].offset + place] ^= 0xFF
    path.write_bytes(data)
    (folder / INDEX_FILE).unlink()
    with Index(folder / INDEX_FILE) as index:
        assert len(mend(folder, index)) == 1
    assert path.read_bytes() == data


@pytest.mark.parametrize("left", [1, 2, 3, 30])
def test_a_file_that_is_nothing_but_a_torn_end_is_emptied(folder: Path, writer: ArchiveWriter, left: int) -> None:
    """`left`: bytes of its first record that were written."""
    writer.add(exchange(1))
    writer.close()
    (path,) = folder.glob("*.gz")
    os.truncate(path, left)
    with Index(":memory:") as index:
        (damage,) = mend(folder, index)
        assert damage.reason.startswith("the file ends inside")
        assert path.stat().st_size == 0
        assert mend(folder, index) == []
    # nothing was lost, so there is nothing to tell of it
    assert main(["archive", "verify", str(folder)]) == 0
    assert main(["extract", str(folder)]) == 0
    # where no crawl writes it is an empty file like any other
    (folder / INDEX_FILE).unlink()
    assert main(["archive", "verify", str(folder)]) == 11
    assert main(["extract", str(folder)]) == 9


def test_a_byte_that_begins_no_member_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    path = folder / "w-00000.warc.gz"
    path.write_bytes(b"x")
    with Index(":memory:") as index:
        assert len(mend(folder, index)) == 1
    assert path.read_bytes() == b"x"


def test_damage_in_the_middle_is_left_alone(folder: Path) -> None:
    writer = ArchiveWriter(folder, worker="w", info={})
    for number in range(4):
        writer.add(exchange(number))
    writer.close()
    (path,) = folder.glob("*.gz")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    (folder / INDEX_FILE).unlink()
    with Index(folder / INDEX_FILE) as index:
        assert len(mend(folder, index)) == 1
    assert path.read_bytes() == data


def test_a_file_that_somebody_writes_is_left_to_him(folder: Path, writer: ArchiveWriter) -> None:
    writer.add(exchange(1))
    (path,) = folder.glob("*.gz")
    with path.open("ab") as torn:
        torn.write(b"half a member")
    size = path.stat().st_size
    with Index(":memory:") as index:
        assert mend(folder, index) == []
    assert path.stat().st_size == size


@pytest.mark.parametrize("broken", [b"", b"no database at all" * 1000])
def test_an_index_that_cannot_be_used_costs_no_page(folder: Path, broken: bytes) -> None:
    folder.mkdir()
    (folder / INDEX_FILE).write_bytes(broken)
    writer = ArchiveWriter(folder, worker="w", info={})
    writer.add(exchange(1))
    writer.close()
    assert len(answers(folder)) == 1


def test_a_full_disk_takes_nothing_and_keeps_the_file_whole(folder: Path, writer: ArchiveWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.add(exchange(1))
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", half(os.pwrite))
        with pytest.raises(ShardError, match="free some space"):
            writer.add(exchange(2))
    writer.add(exchange(3))
    writer.close()
    assert [one.url for one in answers(folder)] == [f"{URL}1", f"{URL}3"]
    warcio_check(folder)


def half(pwrite: Callable[[int, bytes, int], int]) -> Callable[[int, bytes, int], int]:
    """Writes half, then says that the disk is full."""

    def full(descriptor: int, data: bytes, offset: int) -> int:
        pwrite(descriptor, data[: len(data) // 2], offset)
        raise OSError(errno.ENOSPC, "No space left on device")

    return full


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://baike.baidu.com/item/A", "com,baidu,baike)/item/a"),
        ("http://www.example.org", "org,example)/"),
        ("https://example.org:443/a?b=2&a=1#c", "org,example)/a?a=1&b=2"),
        ("http://[::1]:8000/x", "[::1]:8000)/x"),
    ],
)
def test_keys_of_the_index(url: str, key: str) -> None:
    assert surt(url) == key


def test_the_index_is_in_the_order_of_sort(folder: Path, writer: ArchiveWriter, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (10, 9, 3, 100):  # one address, one second, offsets of several lengths
        writer.add(replace(exchange(number, size=40 * number), url=URL))
        writer.add(replace(exchange(number), url=f"{URL}/{number}"))
    writer.close()
    assert main(["archive", "index", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 8
    assert lines == sorted(lines)


def forged(count: int) -> bytes:
    """A body made of members that look like an archive's."""
    page = Exchange("https://forged/", DATE, 200, ((b"Content-Type", b"text/html"),), b"<html><body>forged</body></html>")
    return b"".join(member.data for _ in range(count) for member in members_of(page, digest_of(page.body)))


def of_length(stored: int) -> bytes:
    """A body whose blocks, ended behind the first byte of the magic, have so many bytes: their lengths, told inverted, may make up a magic."""
    return (GZIP.magic + b"x" * (stored - 3)) * 3


@pytest.mark.parametrize(
    "body",
    [
        forged(30),
        gzip.compress(b"a") * 50,
        GZIP.magic * 1000,
        b"\x1f" * 5000 + GZIP.magic,
        *map(of_length, (0xE000, 0xE0FF, 0x74E0, 0x74E1)),
    ],
)
@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("hidden", [True, False])
def test_what_is_served_makes_no_members(tmp_path: Path, body: bytes, hidden: bool, encoded: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that starts in the middle of a file looks for the beginning of a member. `hidden`: whether compressing hides what is served."""
    if not hidden:
        monkeypatch.setattr("baike_spider.archive.exchange._compressed", lambda _level: _stored())
    headers = ((b"Content-Type", b"text/html"), *([(b"Content-Encoding", b"gzip")] if encoded else []))
    sent = Exchange(URL, DATE, 200, headers, body)
    for member in members_of(sent, digest_of(body)):
        assert member.data.rfind(GZIP.magic) == 0
        assert gzip.decompress(member.data).endswith(b"\r\n\r\n")
    writer = ArchiveWriter(tmp_path, worker="w", info={})
    writer.add(sent)
    writer.add(exchange(1))
    writer.close()
    (path,) = tmp_path.glob("*.gz")
    assert answers(tmp_path)[0].body == body
    whole = list(read_records(path))
    size = path.stat().st_size
    cuts = [*range(0, size, 997), None]
    parts = [record for start, stop in pairwise(cuts) for record in read_records(path, start=start or 0, stop=stop)]
    assert parts == whole
    warcio_check(tmp_path)


@pytest.mark.parametrize("encoded", [True, False])
@pytest.mark.parametrize("between", [b"", b"noise"])
def test_a_body_of_magics_is_not_stored_in_as_many_blocks(between: bytes, encoded: bool) -> None:
    """A block costs a microsecond, and five bytes."""
    body = (GZIP.magic + between) * 100_000
    sent = Exchange(URL, DATE, 200, ((b"Content-Encoding", b"gzip"),) if encoded else (), body)
    data = members_of(sent, digest_of(body))[-1].data
    assert gzip.decompress(data).endswith(b"\r\n\r\n" + body + b"\r\n\r\n")
    assert len(data) < 50_000


@given(st.lists(st.sampled_from([GZIP.magic, b"\x1f", b"\x8b", b"\x08", b"\0", b"x" * 300, b"\x1f\x8b"]), max_size=40).map(b"".join))
def test_no_body_holds_a_magic_when_it_is_stored(body: bytes) -> None:
    sent = Exchange(URL, DATE, 200, ((b"Content-Encoding", b"gzip"),), body)
    data = next(member.data for member in members_of(sent, digest_of(body)) if member.type == "response")
    assert data.rfind(GZIP.magic) == 0
    assert gzip.decompress(data).endswith(b"\r\n\r\n" + body + b"\r\n\r\n")


@pytest.mark.parametrize("action", [("index",), ("get", f"{URL}0")])
def test_two_files_of_one_name_are_not_taken_for_one(
    tmp_path: Path, action: tuple[str, ...], capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    for number, crawl in enumerate(("a", "b")):
        writer = ArchiveWriter(tmp_path / crawl / "warc", worker="w", info={})
        writer.add(exchange(number))
        writer.close()
    crawls = [str(tmp_path / crawl) for crawl in ("a", "b")]
    assert main(["archive", *action, *crawls]) == 2
    assert b"have the same name" in capfdbinary.readouterr().err
    assert main(["archive", *action, crawls[0], crawls[0]]) == 0
    assert main(["archive", "stats", *crawls]) == 0
    (tmp_path / "b" / "warc" / "w-00000.warc.gz").rename(tmp_path / "b" / "warc" / "v-00000.warc.gz")
    assert main(["archive", *action, *crawls]) == 0


def test_an_index_whose_reader_has_enough_ends_quietly(folder: Path) -> None:
    writer = ArchiveWriter(folder, worker="w", info={})
    for number in range(2000):
        writer.add(Exchange(f"{URL}{number}", DATE, 200, ((b"Content-Type", b"text/html"),), b"<html>%d</html>" % number))
    writer.close()
    command = f"'{Path(sys.executable).with_name('baike')}' archive index '{folder}' | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
