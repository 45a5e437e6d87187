"""A disk that refuses: our own error with the cure, nothing lost, and the writer goes on when there is space again."""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pytest

from baike_spider.shards import ShardError, read_rejects, salvage
from baike_spider.shards.names import ShardName
from baike_spider.shards.part import Batch, Part
from tests.shards.crashes import run_until_call
from tests.shards.specimens import assert_sound, clock, entry_of, ids_in, writer_of


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file may grow beyond `size` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_the_writer_goes_on_when_there_is_space_again(tmp_path: Path) -> None:
    with writer_of(tmp_path) as writer:
        for number in range(10):
            writer.write(entry_of(number))
        writer.commit()
        sizes = {path.name: path.stat().st_size for path in tmp_path.glob("*/.*.part")}
        for number in range(10, 200):
            writer.write(entry_of(number))
        with file_limit(2000):
            for _ in range(2):
                with pytest.raises(
                    ShardError, match=r"cannot write .*/entries/.w-00000.jsonl.zst.part: File too large; free some space"
                ) as caught:
                    writer.commit()
            assert isinstance(caught.value.__cause__, OSError)
            writer.write(entry_of(200))
        writer.commit()
        assert {path.name for path in tmp_path.glob("*/.*.part") if path.stat().st_size > sizes[path.name]} == set(sizes)
    assert_sound(tmp_path, committed=set(range(201)), written=set(range(201)))
    assert ids_in(tmp_path) == list(range(201))


def test_what_was_committed_survives_a_worker_that_dies_on_a_full_disk(tmp_path: Path) -> None:
    def work(say: object) -> None:
        writer = writer_of(tmp_path)
        writer.write(entry_of(1))
        writer.commit()
        for number in range(2, 200):
            writer.write(entry_of(number))
        with file_limit(1500), pytest.raises(ShardError):
            writer.commit()
        os._exit(0)

    run_until_call(0, work)
    salvage(tmp_path, crawl="c", site="baidu_baike", clock=clock)
    assert_sound(tmp_path, committed={1}, written={1})


def test_every_call_may_fail_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ENOSPC at the n-th call that needs space, for every n; the caller commits again."""
    calls = {name: getattr(os, name) for name in ("open", "pwrite", "replace", "mkdir")}
    for failing in range(1, 200):
        made = 0

        def refuse(name: str, *arguments: object, failing: int = failing, **options: object) -> object:
            nonlocal made
            made += 1
            if made == failing:
                raise OSError(errno.ENOSPC, "No space left on device")
            return calls[name](*arguments, **options)

        folder = tmp_path / str(failing)
        writer = writer_of(folder, roll_bytes=500)
        for name in calls:
            monkeypatch.setattr(os, name, lambda *arguments, name=name, **options: refuse(name, *arguments, **options))
        monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # thousands of them: a slow disk would take minutes
        failures = 0
        for number in range(12):
            writer.write(entry_of(number))
            if number % 3 == 2:
                failures += _until_it_works(writer.commit)
        failures += _until_it_works(writer.close)
        monkeypatch.undo()
        assert_sound(folder, committed=set(range(12)), written=set(range(12)))
        shutil.rmtree(folder)
        if not failures:
            assert failing > 25
            return
    raise AssertionError("it never came to the end of its calls")


def _until_it_works(call: object) -> int:
    failures = 0
    while True:
        try:
            call()  # type: ignore[operator]
        except ShardError as error:
            failures += "No space left on device" in str(error)
            assert failures < 3
        else:
            return failures


def test_a_torn_frame_leaves_nothing_behind_a_shorter_one(tmp_path: Path) -> None:
    (tmp_path / "rejects").mkdir()
    part = Part(tmp_path, ShardName("rejects", "w-00000", ".jsonl.zst"))
    long, short = Batch(), Batch()
    long.add(random.Random(1).randbytes(5000))
    short.add(b"{}\n", counted_as="refused")
    with file_limit(4000), pytest.raises(ShardError, match="File too large"):
        part.put(long)
    part.put(short)
    shard = part.finish()
    part.release()
    body = (tmp_path / "rejects/w-00000.jsonl.zst").read_bytes()
    assert (shard.bytes, shard.sha256) == (len(body), sha256(body).hexdigest())
    assert list(read_rejects(tmp_path / shard.path)) == [{}]


def test_a_failed_fsync_ends_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = writer_of(tmp_path)
    writer.write(entry_of(1))
    writer.commit()
    writer.write(entry_of(2))

    def refuse(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(ShardError, match=r"cannot sync .*: Input/output error; close this writer and start again"):
        writer.commit()
    monkeypatch.undo()
    for call in (writer.commit, writer.close, lambda: writer.write(entry_of(3))):
        with pytest.raises(ShardError, match="start again"):
            call()
    salvage(tmp_path, crawl="c", site="baidu_baike", clock=clock)
    assert_sound(tmp_path, committed={1}, written={1, 2})


def test_an_interrupted_write_ends_the_writer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = writer_of(tmp_path)
    writer.write(entry_of(1))
    writer.commit()
    writer.write(entry_of(2))

    def interrupt(*arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "pwrite", interrupt)
    with pytest.raises(KeyboardInterrupt):
        writer.commit()
    monkeypatch.undo()
    with pytest.raises(ShardError, match="interrupted in the middle of a write"):
        writer.commit()
    salvage(tmp_path, crawl="c", site="baidu_baike", clock=clock)
    assert_sound(tmp_path, committed={1}, written={1})


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ShardError, match=r"cannot create .*/file/crawl.*choose another output folder"):
        writer_of(tmp_path / "file" / "crawl")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="no users here")
def test_a_folder_of_somebody_else(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)

    def work(say: object) -> None:
        if os.geteuid() == 0:
            os.seteuid(65534)
        with pytest.raises(
            ShardError, match=r"cannot create .*Permission denied; allow this user to write there, or choose another output folder"
        ):
            writer_of(tmp_path / "crawl")

    try:
        run_until_call(0, work)
    finally:
        tmp_path.chmod(0o755)


TMPFS = """
    import sys
    from pathlib import Path
    from baike_spider.shards import ShardError
    from tests.shards.specimens import assert_sound, entry_of, writer_of

    folder = Path(sys.argv[1])
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(300_000))
    writer = writer_of(folder / "crawl", roll_bytes=20_000)
    failures = committed = number = 0
    while failures < 3 or number % 50:
        writer.write(entry_of(number))
        number += 1
        if number % 50 == 0:
            try:
                writer.commit()
            except ShardError as error:
                assert "No space left on device; free some space" in str(error), error
                failures += 1
            else:
                committed = number
    assert committed < number
    ballast.unlink()
    writer.close()
    assert_sound(folder / "crawl", committed=set(range(number)), written=set(range(number)))
    print("sound", number)
"""


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("unshare") is None, reason="needs Linux name spaces")
def test_a_really_full_disk(tmp_path: Path) -> None:
    mount = f"mount -t tmpfs -o size=600k tmpfs {tmp_path}"
    user = [] if os.geteuid() == 0 else ["--map-root-user", "--user"]
    if subprocess.run(["unshare", "--mount", *user, "sh", "-c", mount], check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a tmpfs in a name space of its own")
    script = tmp_path.parent / "full.py"
    script.write_text(textwrap.dedent(TMPFS), encoding="utf-8")
    command = f"{mount} && exec {sys.executable} {script} {tmp_path}"
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(["unshare", "--mount", *user, "sh", "-c", command], check=False, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("sound ")
