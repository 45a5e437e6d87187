"""Any file of lines is read, flat in memory; damage is reported with its place."""

from __future__ import annotations

import json
import shutil
import subprocess
import tracemalloc
from pathlib import Path

import pytest

from baike_spider.shards import ShardDamaged, ShardError, read_entries, read_rejects, read_triples
from baike_spider.shards.frames import lines, read_lines, whole_frames
from baike_spider.shards.zstd import compress_frame
from extractors.triples import triples
from tests.shards.specimens import entry_of, writer_of


@pytest.mark.parametrize("zipped", [False, True])
def test_single_files(tmp_path: Path, zipped: bool) -> None:
    objects = [{"title": "甲\u2028\x85乙"}, {"title": "丙"}]
    text = "\n".join(json.dumps(item, ensure_ascii=False) for item in objects).encode()
    path = tmp_path / ("e.jsonl.zst" if zipped else "e.jsonl")
    path.write_bytes(compress_frame(text) if zipped else text)
    assert list(read_entries(path)) == list(read_rejects(str(path))) == objects


@pytest.mark.parametrize("triples_format", ["tsv", "jsonl"])
def test_single_triple_files(tmp_path: Path, triples_format: str) -> None:
    plain = entry_of(1, summary="")
    with writer_of(tmp_path, triples_format=triples_format) as writer:
        writer.write(plain)
    shard = tmp_path / f"triples/w-00000.{triples_format}.zst"
    unzipped = tmp_path / f"t.{triples_format}"
    unzipped.write_bytes(b"\n".join(read_lines(shard)))
    assert list(read_triples(shard)) == list(read_triples(unzipped)) == list(triples(plain))


@pytest.mark.skipif(shutil.which("zstd") is None, reason="the zstd tool is not installed")
def test_the_zstd_tool_reads_ours_and_we_read_its(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        for number in range(3):
            writer.write(entry_of(number))
            writer.commit()
    shard = tmp_path / "entries/w-00000.jsonl.zst"
    text = subprocess.run(["zstd", "-dcq", str(shard)], check=True, capture_output=True).stdout
    assert text == b"".join(line + b"\n" for line in read_lines(shard))
    theirs = tmp_path / "theirs.jsonl.zst"
    theirs.write_bytes(subprocess.run(["zstd", "-cq"], input=text, check=True, capture_output=True).stdout)
    assert list(read_entries(theirs)) == list(read_entries(tmp_path))


def test_memory_is_flat_in_a_frame_of_any_size(tmp_path: Path) -> None:
    path = tmp_path / "big.jsonl.zst"
    path.write_bytes(compress_frame(b'{"title":"x"}\n' * 1_000_000))
    tracemalloc.start()
    count = sum(1 for _ in read_lines(path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 1_000_000
    assert peak < 6 << 20


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([], []),
        ([b"a\nb", b"c\n", b"\nd"], [b"a", b"bc", b"", b"d"]),
        ([b"a" * 5] * 4 + [b"\n"], [b"a" * 20]),
        ([b"a\r\nb\x0bc\x85\n"], [b"a\r", b"b\x0bc\x85"]),
    ],
)
def test_only_lf_ends_a_line(chunks: list[bytes], expected: list[bytes]) -> None:
    assert list(lines(chunks)) == expected


def test_skippable_and_empty_frames_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl.zst"
    skippable = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    path.write_bytes(compress_frame(b'{"a":1}\n') + skippable + compress_frame(b"") + compress_frame(b'{"a":2}\n'))
    assert list(read_entries(path)) == [{"a": 1}, {"a": 2}]
    with path.open("rb", buffering=0) as file:
        frames = list(whole_frames(file, path))
    assert [frame.data for frame in frames if frame.data] == [b'{"a":1}\n', b'{"a":2}\n']
    assert [frame.start for frame in frames] == [0, *(frame.end for frame in frames[:-1])]


def test_many_small_frames(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl.zst"
    path.write_bytes(b"".join(compress_frame(b'{"a":%d}\n' % number) for number in range(20_000)))
    assert [data["a"] for data in read_entries(path)] == list(range(20_000))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\x28\xb5\x2f\xfd", "byte 0, frame 0: the file ends inside a frame"),
        (compress_frame(b'{"a":1}\n') + b"junk", "byte 21, frame 1: "),
        (compress_frame(b'{"a":1}\n')[:-1], "byte 0, frame 0: the file ends inside a frame"),
        (compress_frame(b'{"a":1}\n{"a"\n'), "line 2 is no record"),
        (compress_frame(b"[1]\n"), "line 1 is no record .the line is no JSON object"),
        (b'{"a":1}\n', "byte 0, frame 0: "),
    ],
)
def test_damage_has_a_place(tmp_path: Path, body: bytes, message: str) -> None:
    path = tmp_path / "e.jsonl.zst"
    path.write_bytes(body)
    with pytest.raises(ShardDamaged, match=message) as caught:
        list(read_entries(path))
    assert str(path) in str(caught.value)


def test_what_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"cannot read .*none.jsonl: No such file or directory; check the path"):
        list(read_entries(tmp_path / "none.jsonl"))
