"""Names are safe on any file system, and nothing of a worker's id can leave the folder."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from baike_spider.shards.names import KINDS, ShardName, files_of, next_stem, parse_path, worker_id


@given(st.text(max_size=80))
def test_any_worker_id_is_a_plain_file_name(text: str) -> None:
    worker = worker_id(text)
    assert worker_id(worker) == worker
    for kind in KINDS:
        name = ShardName(kind, f"{worker}-00000", ".jsonl.zst")
        assert parse_path(name.path) == name
        assert parse_path(name.part) is None
        assert len(name.part) < 100
        assert name.path.isascii()
        assert name.path == name.path.lower()


def test_numbers_rise_over_everything_that_bears_one(tmp_path: Path) -> None:
    assert next_stem(tmp_path, "w") == "w-00000"
    (tmp_path / "entries").mkdir()
    (tmp_path / "rejects").mkdir()
    (tmp_path / "entries/w-00002.jsonl.zst").touch()
    (tmp_path / "entries/w-2-00009.jsonl.zst").touch()
    (tmp_path / "entries/w-00090.tsv.zst").touch()
    (tmp_path / "entries/README").touch()
    assert next_stem(tmp_path, "w") == "w-00003"
    (tmp_path / "rejects/.w-00007.jsonl.zst.part").touch()
    assert next_stem(tmp_path, "w") == "w-00008"
    assert next_stem(tmp_path, "w", ["triples/w-00011.tsv.zst"]) == "w-00012"
    assert [(name.stem, is_part) for name, is_part in files_of(tmp_path, "entries")] == [("w-00002", False), ("w-2-00009", False)]
