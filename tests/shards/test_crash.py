"""Whenever a worker dies, what it committed is there once, and nothing half-written is believed."""

from __future__ import annotations

import fcntl
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from baike_spider.shards import Salvage, ShardError, load_manifest, read_entries, read_rejects, salvage, verify
from baike_spider.shards.lock import claim
from baike_spider.shards.names import ShardName, files_of
from tests.shards.crashes import Death, cut_power, process, run_until_call
from tests.shards.specimens import assert_sound, clock, entry_of, files_in, ids_in, reject_of, writer_of

WRITTEN = set(range(8))


def rescue(folder: Path, **options: Any) -> Salvage:
    return salvage(folder, crawl="c", site="baidu_baike", clock=clock, **options)


def rescue_and_tell(folder: Path, say: Callable[[int], object]) -> None:
    rescue(folder, before_listing=lambda entries: [say(entry.lemma_id or 0) for entry in entries])


def write_some(folder: Path, say: Callable[[int], None]) -> None:
    """Every third entry is committed with those before it, then reported; the second commit fills the shard."""
    with writer_of(folder, roll_bytes=700) as writer:
        for number in sorted(WRITTEN):
            writer.write(entry_of(number))
            if number % 4 == 0:
                writer.reject(reject_of(number))
            if number % 3 == 2:
                writer.commit()
                for done in range(number - 2, number + 1):
                    say(done)
        writer.commit()
        say(6)
        say(7)


@pytest.fixture
def no_fsync(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of rescues: a kill does not care what was synced, and `cut_power` asks the dead."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)


def deaths(folder: Path, *, step: int = 1) -> Iterator[tuple[Path, Death]]:
    """The folders of workers that died at their `step`-th, 2 `step`-th ... call to the disk, up to one that did not."""
    for number in range(1, 1000, step):
        place = folder / str(number)
        death = run_until_call(number, partial(write_some, place))
        if not death.died:
            return
        yield place, death
    raise AssertionError("the worker never came to its end")


@pytest.mark.usefixtures("no_fsync")
@pytest.mark.parametrize(("power_is_cut", "step"), [(False, 1), (True, 3)])
def test_a_worker_may_die_at_any_call(tmp_path: Path, power_is_cut: bool, step: int) -> None:
    count = 0
    for place, death in deaths(tmp_path, step=step):
        count += step
        if (place / "manifest.json").exists():
            assert set(ids_in(place)) <= set(death.said)
        if power_is_cut:
            cut_power(place, death.synced)
        rescue(place)
        writer_of(place).close()
        assert_sound(place, committed=set(death.said), written=WRITTEN)
        assert not list(place.glob("*/.*.part"))
    assert count > 40


@pytest.mark.usefixtures("no_fsync")
def test_a_salvage_may_die_at_any_call_and_tells_of_every_entry(tmp_path: Path) -> None:
    for place, death in deaths(tmp_path, step=17):
        copy = tmp_path / "copy"
        for number in range(1, 1000):
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(place, copy) if place.exists() else copy.mkdir()
            before = set(ids_in(copy)) if (copy / "manifest.json").exists() else set()
            first = run_until_call(number, partial(rescue_and_tell, copy))
            told = set(first.said)
            rescue_and_tell(copy, told.add)
            writer_of(copy).close()
            assert_sound(copy, committed=set(death.said), written=WRITTEN)
            assert before | told == set(ids_in(copy))
            if not first.died:
                break
        else:
            raise AssertionError("the salvage never came to its end")


def test_workers_killed_at_random_moments(tmp_path: Path) -> None:
    """Real time and real fsync; two workers in one folder, life after life."""
    dice = random.Random(4)
    committed: set[int] = set()
    for life in range(4):

        def work(say: Callable[[int], None], life: int = life, odd: int = 0) -> None:
            with writer_of(tmp_path, worker=f"w{odd}", roll_bytes=20_000) as writer:
                for number in range(life * 100_000 + odd, (life + 1) * 100_000, 2):
                    writer.write(entry_of(number))
                    if number % 20 == odd:
                        writer.commit()
                        say(number)

        with process(work) as one, process(lambda say: work(say, odd=1)) as two:
            for _ in range(4):
                one.wait_for_word()
                two.wait_for_word()
            time.sleep(dice.random() / 20)
        for first, running in ((life * 100_000, one), (life * 100_000 + 1, two)):
            committed |= set(range(first, running.said[-1] + 1, 2))
        rescue(tmp_path)
        assert_sound(tmp_path, committed=committed, written=set(range(400_000)))
    assert len(committed) > 100


def damaged_tail(folder: Path) -> bytes:
    """Leaves a part of three committed entries and half a frame; returns the half."""
    run_until_call(0, lambda say: _leave(folder))
    [part] = (folder / "entries").glob(".*.part")
    tail = part.read_bytes()[:200]
    with part.open("ab") as file:
        file.write(tail)
    return tail


def _leave(folder: Path, name: str = "w") -> None:
    writer = writer_of(folder, worker=name)
    for number in range(3):
        writer.write(entry_of(number))
    writer.reject(reject_of(9))
    writer.commit()
    os._exit(0)


def test_the_damaged_tail_is_counted_and_kept(tmp_path: Path) -> None:
    tail = damaged_tail(tmp_path)
    found = rescue(tmp_path)
    assert found.entry_count == 3
    assert [(entry.lemma_id, entry.title, entry.source) for entry in found.entries] == [
        (number, f"条目{number}", entry_of(number).source) for number in range(3)
    ]
    [damage] = found.damaged
    assert (damage.path, damage.bytes) == ("entries/.w-00000.jsonl.zst.part", len(tail))
    assert "ends inside a frame" in damage.reason
    assert (tmp_path / damage.kept).read_bytes() == tail
    assert [reject["url"] for reject in read_rejects(tmp_path)] == [reject_of(9)["url"]]
    again = rescue(tmp_path)
    assert (again.shards, again.damaged, list(again.entries)) == ((), (), [])
    assert_sound(tmp_path, committed={0, 1, 2}, written={0, 1, 2})


@pytest.mark.parametrize("junk", [b"\0" * 4096, b"junk", b"\x28\xb5\x2f\xfd", b"\x28\xb5\x2f\xfd" + b"\xff" * 99])
def test_any_tail_is_cut_off(tmp_path: Path, junk: bytes) -> None:
    run_until_call(0, lambda say: _leave(tmp_path))
    for part in tmp_path.glob("*/.*.part"):
        with part.open("ab") as file:
            file.write(junk)
    assert {damage.bytes for damage in rescue(tmp_path).damaged} == {len(junk)}
    assert_sound(tmp_path, committed={0, 1, 2}, written={0, 1, 2})


def test_a_part_without_any_record_goes(tmp_path: Path) -> None:
    writer_of(tmp_path).close()
    for name in ("entries/.w-00000.jsonl.zst.part", "triples/.w-00000.tsv.zst.part", "rejects/.w-00001.jsonl.zst.part"):
        (tmp_path / name).touch()
    assert rescue(tmp_path).shards == ()
    assert list(files_in(tmp_path)) == ["manifest.json"]


def test_a_living_worker_is_left_alone(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(1))
        writer.reject(reject_of(1))
        writer.commit()
        before = files_in(tmp_path)
        assert rescue(tmp_path).shards == ()
        assert files_in(tmp_path) == before
    assert_sound(tmp_path, committed={1}, written={1})


def test_several_salvages_at_once_share_the_work(tmp_path: Path) -> None:
    for name in "abcdef":
        run_until_call(0, lambda say, name=name: _leave(tmp_path, name))

    def work(say: Callable[[int], None]) -> None:
        say(rescue(tmp_path, before_listing=lambda entries: time.sleep(0.02)).entry_count)
        time.sleep(30)

    with process(work) as one, process(work) as two, process(work) as three:
        counts = [running.wait_for_word() for running in (one, two, three)]
    assert sum(counts) == 18
    assert verify(tmp_path) == []
    assert [data["lemma_id"] for data in read_entries(tmp_path)] == [0, 1, 2] * 6


def test_what_another_salvage_lists_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(1))
    (tmp_path / "manifest.json").unlink()

    def look(folder: Path, kind: str) -> list[tuple[ShardName, bool]]:
        names = list(files_of(folder, kind))
        monkeypatch.undo()
        assert rescue(tmp_path).entry_count == 1
        return names

    monkeypatch.setattr(sys.modules["baike_spider.shards.salvage"], "files_of", look)
    assert rescue(tmp_path).shards == ()
    assert_sound(tmp_path, committed={1}, written={1})


def test_a_file_that_moves_while_it_is_claimed_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "part"
    path.touch()

    def rename_first(descriptor: int, operation: int) -> None:
        path.rename(tmp_path / "final")

    monkeypatch.setattr(fcntl, "flock", rename_first)
    assert claim(path) is None
    (tmp_path / "other").touch()
    path.touch()
    monkeypatch.setattr(fcntl, "flock", lambda descriptor, operation: (tmp_path / "other").replace(path))
    assert claim(path) is None


def test_shards_that_were_renamed_but_not_listed(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        for number in range(5):
            writer.write(entry_of(number))
        writer.reject(reject_of(1))
    whole = files_in(tmp_path)
    (tmp_path / "manifest.json").unlink()
    assert rescue(tmp_path).entry_count == 5
    assert files_in(tmp_path) == whole


def test_the_triples_keep_their_format(tmp_path: Path) -> None:
    with writer_of(tmp_path, triples_format="jsonl") as writer:
        writer.write(entry_of(1))
    (tmp_path / "manifest.json").unlink()
    rescue(tmp_path)
    assert [shard.path for shard in load_manifest(tmp_path).of("triples")] == ["triples/w-00000.jsonl.zst"]


def test_triples_without_entries_are_not_believed(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        writer.write(entry_of(1))
    (tmp_path / "manifest.json").unlink()
    (tmp_path / "entries/w-00000.jsonl.zst").unlink()
    facts = (tmp_path / "triples/w-00000.tsv.zst").read_bytes()
    assert rescue(tmp_path).shards == ()
    assert files_in(tmp_path) == {"damaged/triples-w-00000.tsv.zst": facts}


def test_a_taken_name_is_never_overwritten(tmp_path: Path) -> None:
    run_until_call(0, lambda say: _leave(tmp_path))
    final = tmp_path / "entries/w-00000.jsonl.zst"
    final.write_bytes(b"")
    with pytest.raises(ShardError, match="the final name is taken; another file has that name: move it away"):
        rescue(tmp_path)
    final.unlink()
    assert rescue(tmp_path).entry_count == 3


def test_a_folder_that_is_not_there_has_nothing(tmp_path: Path) -> None:
    assert rescue(tmp_path / "none").shards == ()
