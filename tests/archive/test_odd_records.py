"""Records as other programs and broken servers leave them: read, or told; none ends a run."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
from pathlib import Path

import brotli
import pytest

from baike_spider.archive import PLAIN, Damage, Piece, Reading, Tape, read_tape
from baike_spider.cli.main import main
from tests.archive.specimens import Saved, arc, record, saved

(PAGE, OTHER) = saved(2)


def read(data: bytes, reading: Reading = PLAIN, name: str = "a.warc") -> list[Piece | Damage]:
    return list(read_tape(Tape(io.BytesIO(data), name, seekable=True), name, reading))


def bodies(found: list[Piece | Damage]) -> list[bytes]:
    return [one.page.body for one in found if isinstance(one, Piece)]


@pytest.mark.parametrize("odd", ["\t", "\r", "\x0b", "\x1c", "\xa0"])
def test_white_space_in_an_address_of_arc(odd: str) -> None:
    lines = arc([Saved(f"http://a/{odd}b", PAGE.body), OTHER])
    assert bodies(read(b"".join(lines), name="a.arc")) == [PAGE.body, OTHER.body]


@pytest.mark.parametrize("url", ["http://[::1/robots.txt", "http://[/", "http:///robots.txt", "http://a:b:c/robots.txt?x"])
def test_an_address_that_is_none(tmp_path: Path, url: str) -> None:
    found = read(record(Saved(url, PAGE.body)) + record(OTHER))
    assert bodies(found)[-1] == OTHER.body
    path = tmp_path / "a.warc"
    path.write_bytes(record(Saved(url, PAGE.body)) + record(OTHER))
    assert main(["extract", str(path), "-o", str(tmp_path / "out")]) in (0, 9)


def test_robots_are_no_pages() -> None:
    robots = [f"https://baike.baidu.com/robots.txt{more}" for more in ("", "?x=1", "#top")]
    assert read(b"".join(record(Saved(url, PAGE.body)) for url in robots)) == []
    assert len(read(record(Saved("https://baike.baidu.com/item/x/robots.txt", PAGE.body)))) == 1


@pytest.mark.parametrize("encoding", [b"none", b"utf-8", b"gzip, ", b" , gzip", b"identity"])
def test_a_content_encoding_that_browsers_pass_over(encoding: bytes) -> None:
    body = gzip.compress(PAGE.body) if b"gzip" in encoding else PAGE.body
    headers = b"Content-Type: text/html\r\nContent-Encoding: " + encoding + b"\r\n"
    assert bodies(read(record(Saved(PAGE.url, body), headers=headers))) == [PAGE.body]


def test_an_encoding_that_nobody_knows_is_told() -> None:
    headers = b"Content-Type: text/html\r\nContent-Encoding: sdch\r\n"
    (found,) = read(record(Saved(PAGE.url, b"\x00\x01\x02"), headers=headers))
    assert isinstance(found, Damage)
    assert "sdch" in str(found)


def test_brotli_that_breaks_off_gives_what_came_before() -> None:
    packed = brotli.compress(PAGE.body)
    headers = b"Content-Type: text/html\r\nContent-Encoding: br\r\n"
    (whole,) = bodies(read(record(Saved(PAGE.url, packed), headers=headers)))
    (torn,) = bodies(read(record(Saved(PAGE.url, packed[: len(packed) * 2 // 3]), headers=headers)))
    assert whole == PAGE.body
    assert 0 < len(torn) < len(whole)
    assert whole.startswith(torn)
    (broken,) = read(record(Saved(PAGE.url, b"\xff" * 100), headers=headers))
    assert isinstance(broken, Damage)


def test_a_record_without_a_type_is_told() -> None:
    nameless = record(PAGE).replace(b"WARC-Type: response\r\n", b"")
    told, kept = read(nameless + record(OTHER))
    assert isinstance(told, Damage)
    assert "WARC-Type" in str(told)
    assert bodies([kept]) == [OTHER.body]


def test_a_revisit_whose_original_is_not_here_is_told_where_it_is_looked_for() -> None:
    revisit = record(PAGE, kind="revisit").replace(
        b"WARC-Type: revisit\r\n",
        b"WARC-Type: revisit\r\nWARC-Refers-To-Target-URI: https://a/b\r\nWARC-Refers-To-Date: 2024-01-02T03:04:05Z\r\n",
    )
    assert bodies(read(revisit + record(OTHER))) == [OTHER.body]
    told, _ = read(revisit + record(OTHER), Reading(original=lambda _: None))
    assert isinstance(told, Damage)
    assert "https://a/b at 2024-01-02T03:04:05Z" in str(told)


def test_an_address_that_is_no_unicode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    line = json.dumps({"html": PAGE.body.decode(), "url": "https://baike.baidu.com/item/\ud800"}) + "\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(line.encode())))
    assert main(["extract", "-", "--shards", str(tmp_path / "shards")]) in (0, 9)


@pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_a_tar_that_is_cut_between_two_files_is_told(form: int) -> None:
    out = io.BytesIO()
    ends = []
    with tarfile.open(fileobj=out, mode="w", format=form) as bundle:
        for number, page in enumerate((PAGE, OTHER)):
            info = tarfile.TarInfo(f"{number}.html")
            info.size = len(page.body)
            bundle.addfile(info, io.BytesIO(page.body))
            ends.append(out.tell())
    whole = out.getvalue()
    assert bodies(read(whole, name="a.tar")) == [PAGE.body, OTHER.body]
    assert not [one for one in read(whole + whole, name="a.tar") if isinstance(one, Damage)]
    for end, count in zip(ends, (1, 2), strict=True):
        *pages, damage = read(whole[:end], name="a.tar")
        assert len(bodies(pages)) == len(pages) == count
        assert isinstance(damage, Damage)
        assert "end mark" in str(damage)


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz"])
def test_empty_lines_of_json_are_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"") if name.endswith("gz") else b"")
    assert main(["extract", str(path), "-o", str(tmp_path / "out")]) == 9
