"""What is wrong is found, and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from baike_spider.shards import ShardDamaged, ShardError, read_entries, read_rejects, read_triples, verify
from baike_spider.shards.zstd import compress_frame
from tests.shards.specimens import entry_of, reject_of, writer_of

ENTRIES = "entries/w-00000.jsonl.zst"
TRIPLES = "triples/w-00001.tsv.zst"
REJECTS = "rejects/w-00000.jsonl.zst"


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Two numbers of two frames each."""
    with writer_of(tmp_path) as writer:
        for first in (0, 20):
            for number in range(first, first + 20):
                writer.write(entry_of(number))
                if number % 10 == 9:
                    writer.reject(reject_of(number))
                    writer.commit()
            writer.roll()
    assert verify(tmp_path) == []
    return tmp_path


def found(folder: Path) -> set[tuple[str, str]]:
    return {(problem.path, problem.kind) for problem in verify(folder)}


@pytest.mark.parametrize("path", [ENTRIES, TRIPLES, REJECTS])
def test_one_flipped_byte_anywhere(crawl: Path, path: str) -> None:
    file = crawl / path
    good = file.read_bytes()
    for position in range(0, len(good), max(1, len(good) // 40)):
        file.write_bytes(good[:position] + bytes([good[position] ^ 0x10]) + good[position + 1 :])
        assert (path, "digest") in found(crawl), position
        assert {problem.path for problem in verify(crawl)} == {path}
    file.write_bytes(good)
    assert verify(crawl) == []


def test_the_message_names_file_and_place(crawl: Path) -> None:
    file = crawl / ENTRIES
    data = bytearray(file.read_bytes())
    data[-20] ^= 0xFF
    file.write_bytes(data)
    [digest, damaged] = verify(crawl)
    assert str(digest).startswith(f"{ENTRIES}: its sha256 is ")
    assert damaged.kind == "damaged"
    with pytest.raises(ShardDamaged, match="frame 1: ") as caught:
        list(read_entries(crawl))
    assert caught.value.path == file
    assert 0 < caught.value.offset < len(data) - 20
    assert caught.value.frame == 1


def test_a_missing_shard(crawl: Path) -> None:
    (crawl / TRIPLES).unlink()
    assert found(crawl) == {(TRIPLES, "missing")}
    with pytest.raises(ShardDamaged, match="listed in the manifest, but cannot be read"):
        list(read_triples(crawl))


def test_a_shard_cut_at_a_frame_is_not_believed(crawl: Path) -> None:
    file = crawl / REJECTS
    data = file.read_bytes()
    file.write_bytes(data[: data.rindex(b"\x28\xb5\x2f\xfd")])
    assert found(crawl) == {(REJECTS, "size"), (REJECTS, "digest"), (REJECTS, "count")}
    with pytest.raises(ShardDamaged, match="bytes long, the manifest says"):
        list(read_rejects(crawl))


def test_strays_and_leftovers(crawl: Path) -> None:
    (crawl / "entries/x-00000.jsonl.zst").write_bytes(b"")
    (crawl / "triples/notes.txt").write_bytes(b"")
    (crawl / "rejects/.x-00000.jsonl.zst.part").write_bytes(b"")
    assert found(crawl) == {
        ("entries/x-00000.jsonl.zst", "stray"),
        ("triples/notes.txt", "stray"),
        ("rejects/.x-00000.jsonl.zst.part", "leftover"),
    }
    assert len(list(read_entries(crawl))) == 40


def test_a_running_writer_is_no_problem(crawl: Path) -> None:
    with writer_of(crawl) as writer:
        writer.write(entry_of(99))
        writer.commit()
        assert verify(crawl) == []


def claims(**changes: object) -> Callable[[dict[str, object]], None]:
    return lambda shard: shard.update(changes)


@pytest.mark.parametrize(
    ("lie", "kinds"),
    [
        (claims(raw_bytes=1), {"count"}),
        (claims(bytes=1), {"size"}),
        (claims(sha256="0" * 64), {"digest"}),
        (claims(counts={"basicinfo": 20}), {"count"}),
    ],
)
def test_a_manifest_that_lies_of_a_shard(crawl: Path, lie: Callable[[dict[str, object]], None], kinds: set[str]) -> None:
    path = crawl / "manifest.json"
    data = json.loads(path.read_bytes())
    shard = data["shards"][0]
    before = shard["counts"]
    lie(shard)
    for name, count in before.items():
        data["counts"]["layouts"][name] += shard["counts"].get(name, 0) - count
    path.write_text(json.dumps(data), encoding="utf-8")
    assert found(crawl) == {(shard["path"], kind) for kind in kinds}


def test_a_reader_counts(crawl: Path) -> None:
    path = crawl / "manifest.json"
    data = json.loads(path.read_bytes())
    data["shards"][0]["records"] += 1
    data["counts"]["entries"] += 1
    path.write_text(json.dumps(data), encoding="utf-8")
    assert found(crawl) == {(ENTRIES, "count")}
    with pytest.raises(ShardDamaged, match="it holds 20 records, the manifest says 21"):
        list(read_entries(crawl))


def test_a_line_that_is_no_record(crawl: Path) -> None:
    bad = compress_frame(b'{"schema":1}\n' * 20)
    (crawl / ENTRIES).write_bytes(bad)
    path = crawl / "manifest.json"
    data = json.loads(path.read_bytes())
    data["shards"][0].update(bytes=len(bad), sha256=sha256(bad).hexdigest())
    path.write_text(json.dumps(data), encoding="utf-8")
    [problem] = verify(crawl)
    assert (problem.kind, problem.message) == ("record", "line 1 is no record (KeyError: 'site')")


def test_a_folder_that_is_no_crawl(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"has no manifest\.json; give the folder of a crawl"):
        verify(tmp_path)
