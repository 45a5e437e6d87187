"""Every kind of input gives the same entries; what is damaged is told with file and offset, and the rest is read."""

from __future__ import annotations

import base64
import bz2
import errno
import gzip
import io
import json
import lzma
import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baike_spider.archive import PLAIN, Piece, Tape, read_tape
from baike_spider.cli.main import main
from baike_spider.corpus.extract import extract_page
from baike_spider.corpus.inputs import tasks
from baike_spider.shards import load_manifest, read_entries, read_rejects, read_triples, verify
from baike_spider.shards.zstd import zstd
from extractors import extract_record
from tests.archive import specimens
from tests.archive.specimens import DATE, KINDS, Saved, record, saved, write

PAGES = saved()
BAIKE = (sys.executable, "-m", "baike_spider.cli.main")


def extracted(path: Path | str, tmp_path: Path, *options: str, code: int = 0) -> list[dict[str, Any]]:
    out = tmp_path / "entries.out"
    assert main(["extract", str(path), "-o", str(out), *options]) == code
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_file_gives_its_pages(tmp_path: Path, name: str) -> None:
    entries = extracted(write(tmp_path, name, PAGES), tmp_path)
    assert len(entries) == len(PAGES)
    if KINDS[name][1]:
        assert {entry["fetched_at"] for entry in entries} == {DATE}
        assert [entry["url"] for entry in entries] == [page.canonical for page in PAGES]


@pytest.mark.parametrize("seekable", [True, False])
@pytest.mark.parametrize("name", KINDS)
def test_no_block_ends_where_a_reader_minds(name: str, seekable: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = KINDS[name][0](PAGES)
    members = [found.start() for found in re.finditer(rb"\x1f\x8b\x08|\x28\xb5\x2f\xfd|PK\x03\x04", data)]
    for size in {61, 4099, *(at + into for at in members for into in (1, 2, 3) if at)}:
        monkeypatch.setattr("baike_spider.archive.tape._BLOCK_BYTES", size)
        monkeypatch.setattr("baike_spider.archive.tape._KEPT_BLOCKS", 1 << 20)
        tape = Tape(io.BytesIO(data), name, seekable=seekable)
        read = list(read_tape(tape, name, PLAIN))
        assert [piece.page.body if isinstance(piece, Piece) else piece for piece in read] == [page.body for page in PAGES], size


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz", "a.warc.zst", "a.arc.gz", "a.wacz", "a.jsonl", "a.tar.gz", "a.zip"])
def test_standard_input(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, name, PAGES)
    done = subprocess.run([*BAIKE, "extract", "-"], stdin=path.open("rb"), capture_output=True, check=True)
    piped = [json.loads(line)["title"] for line in done.stdout.splitlines()]
    assert piped == [entry["title"] for entry in extracted(path, tmp_path)]


def test_the_names_of_the_fields_of_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "renamed.jsonl"
    path.write_bytes(specimens.lines(PAGES, "body", "link"))
    assert len(extracted(path, tmp_path, "--html-field", "body", "--url-field", "link")) == len(PAGES)
    assert extracted(path, tmp_path, code=9) == []


def test_include_by_address(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc.gz", PAGES)
    assert [entry["url"] for entry in extracted(path, tmp_path, "--include", PAGES[2].url)] == [PAGES[2].canonical]
    assert len(extracted(path, tmp_path, "--include", "https://baike.baidu.com/item/*")) == len(PAGES)
    assert len(extracted(path, tmp_path, "--include", f"re:{re.escape(PAGES[0].url)}$", "--include", PAGES[1].url)) == 2
    assert extracted(path, tmp_path, "--include", "https://example.org/*") == []
    assert main(["extract", str(path), "--include", "re:("]) == 2


def test_what_is_no_page_is_passed_over(tmp_path: Path) -> None:
    page = PAGES[0]
    records = [
        record(page, kind="request"),
        record(Saved("https://baike.baidu.com/robots.txt", b"User-agent: *\n"), headers=b"Content-Type: text/plain\r\n"),
        record(Saved("https://baike.baidu.com/item/x", b""), status="302 Found", headers=b"Location: /item/x/1\r\n"),
        record(Saved("https://baike.baidu.com/item/x", b"<html>"), status="503 Busy"),
        record(Saved("https://bkimg.cdn.bcebos.com/a.jpg", b"\xff\xd8\xff"), headers=b"Content-Type: image/jpeg\r\n"),
        record(page),
    ]
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join(map(gzip.compress, records)))
    assert [entry["url"] for entry in extracted(path, tmp_path)] == [page.canonical]


def test_encoded_bodies(tmp_path: Path) -> None:
    page = PAGES[0]
    body = gzip.compress(page.body)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    html = b"Content-Type: text/html\r\n"
    records = [
        record(Saved(page.url, body), headers=html + b"Content-Encoding: gzip\r\n"),
        record(Saved(page.url, chunks), headers=html + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        record(Saved(page.url, body), headers=html + b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n"),
        record(Saved(page.url, page.body), headers=html + b"Content-Encoding: br\r\n"),
    ]
    path = tmp_path / "a.warc"
    path.write_bytes(b"".join(records))
    entries = extracted(path, tmp_path, code=9)
    assert len(entries) == 3
    assert len({entry["digest"] for entry in entries}) == 1


def damaged(third: Callable[[bytes], bytes]) -> bytes:
    members = [gzip.compress(record(page)) for page in PAGES]
    return b"".join([*members[:2], third(members[2]), *members[3:]])


def relength(member: bytes, change: int) -> bytes:
    plain = gzip.decompress(member)
    return gzip.compress(re.sub(rb"Content-Length: (\d+)", lambda found: b"Content-Length: %d" % (int(found[1]) + change), plain, count=1))


#: what is done to the third of six members; how many entries remain, and what is said
DAMAGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "cut-off-member": (lambda member: member[: len(member) // 2], "gzip"),
    "flipped-bit": (lambda member: member[:200] + bytes([member[200] ^ 0x55]) + member[201:], "gzip"),
    "too-long": (lambda member: relength(member, 50_000), "but the data ends before them"),
    "too-short": (lambda member: relength(member, -500), "but does not end there"),
    "html-error-page": (lambda _: b"<html><head><title>502 Bad Gateway</title></head></html>\n" * 20, "no gzip begins here"),
    "zeros": (lambda _: b"\0" * 5000, "no gzip begins here"),
    "no-record": (lambda _: gzip.compress(b"<html>not a record</html>"), "no record begins here"),
}


@pytest.mark.parametrize("kind", DAMAGE)
def test_damage_is_told_with_file_and_offset_and_the_rest_is_read(tmp_path: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    change, reason = DAMAGE[kind]
    path = tmp_path / "damaged.warc.gz"
    path.write_bytes(damaged(change))
    sound = [page.canonical for number, page in enumerate(PAGES) if number != 2]
    assert [entry["url"] for entry in extracted(path, tmp_path, code=9)] == sound
    told = capsys.readouterr().err
    offset = sum(len(gzip.compress(record(page))) for page in PAGES[:2])
    found = re.search(rf"{re.escape(str(path))}: byte (\d+): damaged: .*{reason}", told)
    assert found, told
    assert abs(int(found[1]) - offset) < 20  # the record ids of two writings differ, and so do a few compressed bytes
    assert "1 damaged" in told
    piped = subprocess.run([*BAIKE, "extract", "-"], stdin=path.open("rb"), capture_output=True, check=False)
    assert (piped.returncode, len(piped.stdout.splitlines())) == (9, 5)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (name, change)
        for name in ("a.warc.gz", "a.arc.gz", "a.warc.zst")
        for change in (
            lambda data: bytes([data[0] ^ 1]) + data[1:],
            lambda data: bytes(100) + data[100:],
            lambda data: b"<html>502</html>\n" + data,
        )
    ],
)
def test_damaged_first_bytes_cost_no_other_member(
    tmp_path: Path, name: str, change: Callable[[bytes], bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, name, PAGES)
    path.write_bytes(change(path.read_bytes()))
    assert {entry["url"] for entry in extracted(path, tmp_path, code=9)} >= {page.canonical for page in PAGES[1:]}
    assert f"{path}: byte 0: damaged: " in capsys.readouterr().err
    assert main(["archive", "verify", str(path)]) == 11


def without_a_list(data: bytes) -> bytes:
    """A zip file whose end record says that it has no files."""
    end = data.rindex(b"PK\5\6")
    return data[: end + 8] + bytes(8) + data[end + 16 :]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("empty.warc.gz", b"", "the file is empty"),
        ("page.warc.gz", b"<html><title>404</title></html>", "no gzip begins here"),
        ("cut.warc.gz", damaged(bytes)[:-300], "the file ends inside a gzip member"),
        ("cut.warc", b"".join(map(record, PAGES))[:-300], "but the data ends before them"),
        ("cut.jsonl.gz", gzip.compress(specimens.lines(PAGES))[:-300], "the file ends inside a gzip member"),
        ("page.jsonl", b"<html>\n<title>502</title>\n</html>\n", r"lines 1 to 3: no JSON object \(.*: character 1\) \(34 bytes"),
        ("bad.jsonl", specimens.lines(PAGES[:5]) + b"{broken\n", r"line 6: no JSON object \(.*: character 2\)"),
        ("bad.jsonl", specimens.lines(PAGES[:5]) + b'{"html": 1\n', r"line 6: no JSON object \(Expecting ',' delimiter: character 11\)"),
        ("cut.tar", specimens.tarred(PAGES)[: -(len(PAGES[5].body) + 10_000)], "the tar file cannot be read on"),
        ("cut.zip", specimens.zipped(PAGES)[:-300], "no zip file can be read"),
        ("cut.wacz", specimens.wacz(PAGES)[:-300], "no zip file can be read"),
        ("d.zip", without_a_list(specimens.zipped(PAGES)), "the zip file lists no files"),
        ("d.wacz", without_a_list(specimens.wacz(PAGES)), "the zip file lists no files"),
    ],
)
def test_files_that_end_early_or_are_something_else(
    tmp_path: Path, name: str, data: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    write(tmp_path / "in", "a.warc.gz", PAGES)
    entries = extracted(tmp_path / "in", tmp_path, code=9)
    assert {page.canonical for page in PAGES} <= {entry["url"] for entry in entries}
    assert re.search(rf"{name}: byte \d+: damaged: .*{reason}", capsys.readouterr().err)


ERROR_PAGE = b"<html><title>502</title>" + b"<p>Bad Gateway</p>" * 100 + b"</html>"


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        *(
            (f"d{ending}", b"", "the file is empty")
            for ending in (".jsonl", ".jsonl.gz", ".ndjson.zst", ".tar", ".tar.gz", ".zip", ".wacz")
        ),
        ("d.jsonl.gz", gzip.compress(b"", mtime=0), "the file is empty"),
        ("d.jsonl.zst", zstd.compress(b""), "the file is empty"),
        ("d.tar.gz", gzip.compress(b"", mtime=0), "the tar file cannot be read on: empty file"),
        ("d.tar", specimens.tarred([]), "the tar file holds no files"),
        ("d.zip", specimens.zipped([]), "the zip file lists no files"),
        *((f"d{ending}", ERROR_PAGE, "no header of a tar file is in it") for ending in (".tar", ".tar.gz", ".tgz", ".tar.zst")),
        *((f"d{ending}", ERROR_PAGE[:99], "the tar file cannot be read on") for ending in (".tar", ".TGZ")),
        ("d.tar.gz", gzip.compress(ERROR_PAGE, mtime=0), "no header of a tar file is in it"),
        *((f"d{ending}", ERROR_PAGE, "no zip file can be read") for ending in (".zip", ".wacz")),
    ],
)
def test_an_empty_file_or_an_error_page_under_the_name_of_an_archive(
    tmp_path: Path, name: str, data: bytes, reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    assert extracted(tmp_path / "in", tmp_path, code=9) == []
    told = capsys.readouterr().err.splitlines()
    assert re.search(rf"{name}: byte \d+: damaged: {reason}", told[0])
    assert told[1:] == ["1 pages: 1 damaged"]


#: compressed files, and what may lie before them that holds nothing: of a .warc.zst with a dictionary nothing may
UNNAMED = [(name, b"") for name in KINDS if name.endswith((".gz", ".zst"))]
UNNAMED += [(name, gzip.compress(b"", mtime=0)) for name in KINDS if name.endswith(".gz")]
UNNAMED += [
    (name, b"\x50\x2a\x4d\x18\4\0\0\0size" + zstd.compress(b"")) for name in KINDS if name.endswith(".zst") and name != "words.warc.zst"
]


@pytest.mark.parametrize(("name", "before"), UNNAMED)
def test_what_is_compressed_needs_no_name_and_no_first_member_that_holds_something(tmp_path: Path, name: str, before: bytes) -> None:
    path = tmp_path / "something"
    path.write_bytes(before + KINDS[name][0](PAGES))
    assert len(extracted(path, tmp_path)) == len(PAGES)


def test_archives_in_archives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inner = {
        "a.zip": specimens.zipped,
        "b.tar": specimens.tarred,
        "c.wacz": specimens.wacz,
        "d.warc.gz": specimens.warc_gz,
        "e.jsonl": specimens.lines,
    }
    for name, bundled in (("all.tar", tarred_files), ("all.zip", zipped_files)):
        path = tmp_path / name
        path.write_bytes(bundled({inside: make(PAGES) for inside, make in inner.items()}))
        assert len(extracted(path, tmp_path)) == len(inner) * len(PAGES)
        path.write_bytes(bundled({"1.zip": zipped_files({"2.tar": tarred_files({"3.zip": specimens.zipped(PAGES)})})}))
        assert extracted(path, tmp_path, code=9) == []
        assert "it lies in 3 other archives, and deeper ones are not read" in capsys.readouterr().err


@pytest.mark.parametrize("full_at", ["open", "write"])
def test_a_full_temporary_folder_is_no_damage(
    tmp_path: Path, full_at: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing of it is kept: the same command reads the file when there is room."""

    class Full(io.FileIO):
        def write(self, data: Any, /) -> int:
            if self.tell() > 1000:
                raise no_space
            return super().write(data[:700])

    def temporary(**_: Any) -> Full:
        if full_at == "open":
            raise no_space
        return Full(tmp_path / "copy", "w+")

    no_space = OSError(errno.ENOSPC, "No space left on device")
    path = tmp_path / "a.tar"
    path.write_bytes(tarred_files({"a.zip": specimens.zipped(PAGES)}))
    command = ["extract", str(path), "--shards", str(tmp_path / "shards")]
    with monkeypatch.context() as patch:
        patch.setattr("baike_spider.archive.zip_files.tempfile.TemporaryFile", temporary)
        assert main(command) == 4
    assert "a.tar/a.zip is read from a copy, and the temporary folder cannot hold it: No space left on device" in capsys.readouterr().err
    assert main(command) == 0
    assert len(list(read_entries(tmp_path / "shards"))) == len(PAGES)


def test_names_in_utf_8_or_gbk_that_do_not_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGES[0].body
    for encoding in ("utf-8", "gbk"):
        names = [name.encode(encoding) for name in ("页面/雾屿省.html", "页面/空白.html")]
        # zipfile and tarfile write names as UTF-8 that says so; of the same length, other bytes are put in their place
        other = [b"a" * (len(name) - 5) + b".html" for name in names]
        files = {other[0].decode(): page, other[1].decode(): b""}
        for kind, whole in (("whole.zip", zipped_files(files)), ("cut.zip", zipped_files(files)[:-30])):
            data = whole
            for name, stands in zip(names, other, strict=True):
                data = data.replace(stands, name)
            (tmp_path / kind).write_bytes(data)
            entries = extracted(tmp_path / kind, tmp_path, code=9)
            assert [entry["source"] for entry in entries] == [f"{tmp_path}/{kind}/页面/雾屿省.html"]
            assert f"{kind}/页面/空白.html: malformed" in capsys.readouterr().err
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding=encoding) as bundle:
            for written, body in (("页面/雾屿省.html", page), ("页面/空白.html", b"")):
                info = tarfile.TarInfo(written)
                info.size = len(body)
                bundle.addfile(info, io.BytesIO(body))
        (tmp_path / "a.tar").write_bytes(out.getvalue())
        assert [entry["source"] for entry in extracted(tmp_path / "a.tar", tmp_path, code=9)] == [f"{tmp_path}/a.tar/页面/雾屿省.html"]
        assert "a.tar/页面/空白.html: malformed" in capsys.readouterr().err


def tarred_files(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as bundle:
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            bundle.addfile(info, io.BytesIO(data))
    return out.getvalue()


def zipped_files(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name, data in files.items():
            bundle.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("a.tar.bz2", bz2.compress(specimens.tarred(PAGES)), "bzip2"),
        ("a.tar.xz", lzma.compress(specimens.tarred(PAGES)), "xz"),
        ("a.html.xz", lzma.compress(PAGES[0].body), "xz"),
        ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(100), "7z"),
        ("a.rar", b"Rar!\x1a\x07\x01\0" + bytes(100), "rar"),
        ("a.tar.gz", bz2.compress(specimens.tarred(PAGES)), "bzip2"),
    ],
)
def test_files_compressed_otherwise_are_told(tmp_path: Path, name: str, data: bytes, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(data)
    (tmp_path / "in" / "bundle.zip").write_bytes(zipped_files({name: data}))
    assert extracted(tmp_path / "in", tmp_path, code=9) == []
    told = capsys.readouterr().err.splitlines()
    assert [f"{name}: byte 0: damaged: {kind} is not read" in one for one in told] == [True, True, False]


def test_files_of_other_names_in_a_folder_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    write(tmp_path / "in", "a.warc.gz", PAGES)
    for name in ("a.php", "b.PHP", "c.asp", "d", "e.1234567", ".hidden", "f.css", "g.css", "h.css", "i.css"):
        (tmp_path / "in" / name).write_bytes(PAGES[0].body)
    assert len(extracted(tmp_path / "in", tmp_path)) == len(PAGES)
    assert "9 files of other names were passed over (4 .css, 2 without an ending, 2 .php, ...)" in capsys.readouterr().err
    assert len(extracted(tmp_path / "in" / "a.php", tmp_path)) == 1
    assert "passed over" not in capsys.readouterr().err


def test_names_in_a_folder_that_lead_nowhere_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.html").write_bytes(PAGES[0].body)
    (folder / "gone.html").symlink_to("nowhere.html")
    (folder / "loop.html").symlink_to("loop.html")
    (folder / "others.html").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe.html")
    extracted(folder, tmp_path, code=9)
    told = capsys.readouterr().err
    assert f"{folder / 'gone.html'}: byte 0: damaged: it cannot be read: No such file" in told
    assert f"{folder / 'loop.html'}: byte 0: damaged: it cannot be read" in told
    assert "2 files of other names were passed over (2 .html)" in told


def test_a_folder_of_crawls_gives_the_pages_of_their_archives(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("one", "two"):
        crawl = tmp_path / "output" / name
        (crawl / "warc").mkdir(parents=True)
        write(crawl / "warc", "a.warc.gz", PAGES)
        (crawl / "entries").mkdir()
        (crawl / "entries" / "w-00000.jsonl.zst").write_bytes(zstd.compress(b'{"title": "A"}\n'))
        for beside in ("manifest.json", "frontier.json", "visits.sqlite"):
            (crawl / beside).write_text("{}")
    (tmp_path / "output" / "two" / "warc").rename(tmp_path / "another disk")
    (tmp_path / "output" / "two" / "warc").symlink_to(tmp_path / "another disk")
    assert len(extracted(tmp_path / "output", tmp_path)) == 2 * len(PAGES)
    assert capsys.readouterr().err == f"{2 * len(PAGES)} pages: {2 * len(PAGES)} entry\n"


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("1", "2", "3"):
        (tmp_path / "in" / name).mkdir(parents=True)
        write(tmp_path / "in" / name, "a.warc.gz", PAGES)

    def scandir(path: str) -> Any:
        if path.endswith("/2"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listing(path)

    listing = os.scandir
    monkeypatch.setattr("baike_spider.corpus.paths.os.scandir", scandir)
    assert len(extracted(tmp_path / "in", tmp_path, code=9)) == 2 * len(PAGES)
    assert f"{tmp_path / 'in' / '2'}: byte 0: damaged: the folder cannot be listed" in capsys.readouterr().err


def test_a_page_that_is_larger_than_any_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """And not read as far as it is small enough."""
    monkeypatch.setattr("baike_spider.archive.bundles.LARGEST_BYTES", len(PAGES[0].body))
    path = tmp_path / "a.html"
    path.write_bytes(PAGES[0].body)
    assert len(extracted(path, tmp_path)) == 1
    path.write_bytes(PAGES[0].body + b" ")
    assert extracted(path, tmp_path, code=9) == []
    assert "no page is so large" in capsys.readouterr().err


def test_an_empty_folder_stays_what_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert extracted(tmp_path / "in", tmp_path) == []
    assert "no page files found" in capsys.readouterr().err


def test_no_task_holds_more_than_a_process_can(tmp_path: Path) -> None:
    """Also of what has no bytes of its own: damage, and empty pages."""
    for lines in (b"{}\n7 7\n" * 50_000, b'{"html": ""}\n' * 100_000):
        (tmp_path / "a.jsonl").write_bytes(lines)
        for task in tasks([str(tmp_path / "a.jsonl")], PLAIN, size=100_000):
            assert len(task.pieces) < 1000


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("name", ["many.warc.gz", "many.warc.zst", "many.jsonl", "many.tar", "many.zip"])
def test_a_file_of_many_tasks(tmp_path: Path, name: str, jobs: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("baike_spider.cli.extract._LINES_BYTES", 20_000)
    pages = [Saved(f"{page.url}", page.body) for _ in range(10) for page in PAGES]
    path = tmp_path / name
    path.write_bytes(KINDS[name.replace("many", "a")][0](pages))
    entries = extracted(path, tmp_path, "--jobs", jobs)
    expected = [entry["title"] for entry in extracted(write(tmp_path, "a.warc", PAGES), tmp_path)]
    assert [entry["title"] for entry in entries] == expected * 10


def test_shards_like_a_crawls(tmp_path: Path) -> None:
    path = write(tmp_path, "a.warc.gz", PAGES)
    folder = tmp_path / "shards"
    assert main(["extract", str(path), "--shards", str(folder)]) == 0
    assert [entry["url"] for entry in read_entries(folder)] == [page.canonical for page in PAGES]
    assert {triple.subject_url for triple in read_triples(folder)} == {page.canonical for page in PAGES}
    assert verify(folder) == []
    assert main(["extract", str(path), "-o", "x", "--shards", str(folder)]) == 2


def test_shards_go_on_after_a_kill_and_do_not_depend_on_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encyclopedia: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("baike_spider.cli.extract.TASK_BYTES", 30_000)
    source = encyclopedia / "pages"
    assert main(["extract", str(source), "--shards", str(tmp_path / "whole")]) == 9
    whole = summary(capsys.readouterr().err)
    assert main(["extract", str(source), "--shards", str(tmp_path / "two"), "--jobs", "2"]) == 9
    shards = sorted(path.relative_to(tmp_path / "whole") for path in (tmp_path / "whole").rglob("*.zst"))
    assert len(shards) > 10
    assert [(tmp_path / "whole" / one).read_bytes() for one in shards] == [(tmp_path / "two" / one).read_bytes() for one in shards]

    # killed: a part without a writer, a finished shard that is not listed
    killed = tmp_path / "killed"
    with monkeypatch.context() as patched:
        patched.setattr("baike_spider.corpus.reextract.extract_page", after(17, KeyboardInterrupt()))
        assert main(["extract", str(source), "--shards", str(killed)]) == 130
    (killed / "entries" / ".t0000007-00000000-00000.jsonl.zst.part").write_bytes(b"torn")
    (killed / "entries" / "t0000008-00000000-00000.jsonl.zst").write_bytes(b"never listed")
    assert {problem.kind for problem in verify(killed)} == {"leftover", "stray"}
    capsys.readouterr()
    assert main(["extract", str(source), "--shards", str(killed)]) == 9
    assert summary(capsys.readouterr().err) == whole
    assert verify(killed) == []
    key = lambda entry: entry["source"]  # noqa: E731
    assert sorted(read_entries(killed), key=key) == sorted(read_entries(tmp_path / "whole"), key=key)
    assert {record["verdict"] for record in read_rejects(killed)} >= {"sense_list", "refused"}


def test_shards_of_other_inputs_are_not_mixed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write(tmp_path, "a.warc.gz", PAGES)
    folder = tmp_path / "shards"
    assert main(["extract", str(path), "--shards", str(folder)]) == 0
    assert main(["extract", str(path), "--shards", str(folder)]) == 0
    assert "1 task was done before" in capsys.readouterr().err
    path.write_bytes(specimens.warc_gz(PAGES[:3]))
    assert main(["extract", str(path), "--shards", str(folder)]) == 2
    assert main(["extract", str(path), "--shards", str(tmp_path)]) == 2
    assert len(list(read_entries(folder))) == len(PAGES)


def summary(told: str) -> str:
    """The last line of what a command says, without its word on earlier runs."""
    return told.splitlines()[-1].partition(";")[0]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_run_that_finds_all_done_ends_like_the_first(tmp_path: Path, jobs: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "damaged.warc.gz"
    path.write_bytes(damaged(DAMAGE["flipped-bit"][0]))
    command = ["extract", str(path), "--shards", str(tmp_path / "shards"), "--jobs", jobs]
    assert main(command) == 9
    first = capsys.readouterr().err
    assert "5 entry, 1 damaged" in summary(first)
    for _ in range(2):
        assert main(command) == 9
        again = capsys.readouterr().err
        assert summary(again) == summary(first)
        assert "1 were skipped in an earlier run" in again
        assert "1 task was done before" in again
    (reject,) = read_rejects(tmp_path / "shards")
    assert (reject["verdict"], reject["source"], reject["message"]) == ("damaged", str(path), first.splitlines()[0])
    assert load_manifest(tmp_path / "shards").counts["verdicts"] == {"damaged": 1}
    assert verify(tmp_path / "shards") == []


@pytest.mark.parametrize("name", ["senses.html", "empty.html"])
def test_a_named_file_that_is_no_entry_is_told_of_a_run_that_finds_all_done(tmp_path: Path, name: str, encyclopedia: Path) -> None:
    pages = [json.loads(line) for line in (encyclopedia / "index.jsonl").read_text(encoding="utf-8").splitlines()]
    body = next((encyclopedia / page["path"]).read_bytes() for page in pages if page["kind"] == "sense_list")
    (tmp_path / "in").mkdir()
    path = tmp_path / "in" / name
    path.write_bytes(body if name == "senses.html" else b"")
    for _ in range(2):
        assert main(["extract", str(path), "--shards", str(tmp_path / "named")]) == 9
        assert main(["extract", str(tmp_path / "in"), "--shards", str(tmp_path / "walked")]) == (0 if name == "senses.html" else 9)


def test_a_page_that_the_extractors_fail_on_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, "a.warc.gz", PAGES)
    command = ["extract", str(path), "--shards", str(tmp_path / "shards")]
    with monkeypatch.context() as patched:
        patched.setattr("baike_spider.corpus.extract.extract_record", after(3, ZeroDivisionError("by 0"), extract_record))
        assert main(command) == 9
    assert main(command) == 9
    (reject,) = read_rejects(tmp_path / "shards")
    assert (reject["verdict"], reject["url"]) == ("error", PAGES[2].url)
    assert base64.b64decode(reject["body"]) == PAGES[2].body


def after(count: int, error: BaseException, function: Callable[[Any], Any] = extract_page) -> Callable[[Any], Any]:
    """The function, failing when it is called so many times."""
    seen = 0

    def failing(page: Any) -> Any:
        nonlocal seen
        seen += 1
        if seen == count:
            raise error
        return function(page)

    return failing


@pytest.mark.skipif(multiprocessing.get_start_method() != "fork", reason="the fault is put into this process, and only a fork inherits it")
def test_a_process_that_dies_ends_the_run_with_a_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path, "a.warc.gz", PAGES)
    monkeypatch.setattr("baike_spider.corpus.extract.extract_page", dying)
    assert main(["extract", str(path), str(path), "--jobs", "2", "-o", str(tmp_path / "out.jsonl")]) == 1
    assert "fewer --jobs" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == [path]


def dying(_page: Any) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_command_takes_its_processes_along_and_goes_on_later(tmp_path: Path) -> None:
    pages = [Saved(page.url, page.body + b"<!-- %d -->" % number) for number in range(150) for page in PAGES]
    command = [*BAIKE, "extract", str(write(tmp_path, "a.warc.gz", pages)), "--shards", str(tmp_path / "shards"), "--jobs", "2"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "shards").glob("entries/.*.part")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.communicate(timeout=60)  # ends when nobody holds its standard error
    assert subprocess.run(command, check=False).returncode == 0
    assert len(list(read_entries(tmp_path / "shards"))) == len(pages)
    assert verify(tmp_path / "shards") == []


@pytest.mark.parametrize(("disposition", "codes"), [(signal.SIG_DFL, (0, 130)), (signal.SIG_IGN, (0,))])
def test_ctrl_c_ends_every_process_and_the_command_goes_on_later(
    tmp_path: Path, disposition: signal.Handlers, codes: tuple[int, ...]
) -> None:
    """Where a shell runs the command in the background, Ctrl-C is not for it."""
    pages = [Saved(f"{page.url}", page.body + b"<!-- %d -->" % number) for number in range(150) for page in PAGES]
    path = write(tmp_path, "a.warc.gz", pages)
    command = [*BAIKE, "extract", str(path), "--shards", str(tmp_path / "shards"), "--jobs", "2"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, disposition),  # noqa: PLW1509 - one thread
    )
    deadline = time.monotonic() + 120
    while not list((tmp_path / "shards").glob("entries/.*.part")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert "Traceback" not in told
    assert process.returncode in codes  # 0: it was done already
    again = subprocess.run(command, check=False, capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert len(list(read_entries(tmp_path / "shards"))) == len(pages)
    assert verify(tmp_path / "shards") == []
