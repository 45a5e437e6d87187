"""Bad input: a clear message, a documented exit code, nothing half-done."""

from __future__ import annotations

import os
import resource
from pathlib import Path

import pytest

from tests.e2e.conftest import Workplace


@pytest.mark.parametrize(
    ("arguments", "env", "code", "message"),
    [
        (("-a", "seeds=@no-such-seeds.txt"), {}, 2, "seed file no-such-seeds.txt: No such file"),
        (("-a", "seeds="), {}, 2, "holds no seed"),
        ((), {}, 2, "is new and has no seeds"),
        (("-a", "seeds=https://zh.wikipedia.org/wiki/X"), {}, 2, "no entry of 百度百科"),
        (("-a", "follow=all", "-a", "seeds=望潮岛"), {}, 2, "choose one of"),
        (("-a", "seeds=望潮岛"), {"REDIS_URL": "redis://127.0.0.1:1/0"}, 3, "127.0.0.1:1"),
        (("-a", "seeds=望潮岛"), {"REDIS_URL": "gopher://x"}, 3, "gopher://x is no address of a Redis"),
        (("-a", "seeds=望潮岛"), {"BAIKE_MIRROR": ""}, 7, "export BAIKE_CONTACT="),
    ],
    ids=["unknown-seed-file", "empty-seed", "no-seeds", "other-site", "bad-follow", "redis-unreachable", "redis-url", "no-contact"],
)
def test_crawl(own_site: Workplace, arguments: tuple[str, ...], env: dict[str, str], code: int, message: str) -> None:
    done = own_site.run("scrapy", "crawl", "baike", *arguments, **env)
    assert done.returncode == code, done.stderr
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_folder_that_cannot_be_written(own_site: Workplace, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("not a folder")
    done = own_site.run("scrapy", "crawl", "baike", "-a", "seeds=望潮岛", BAIKE_OUTPUT=str(blocker / "below"))
    assert done.returncode == 4, done.stderr
    assert str(blocker) in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "body", "verdict"),
    [
        ("picture.html", os.urandom(2000), "malformed"),
        ("empty.html", b"", "malformed"),
        ("divs.html", b"<div>" * (10 << 20), "malformed|unknown_layout|not_an_entry"),
    ],
    ids=["no-html", "empty", "50-MB-of-div"],
)
def test_extract(workplace: Workplace, tmp_path: Path, name: str, body: bytes, verdict: str) -> None:
    page = tmp_path / name
    page.write_bytes(body)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = workplace.run("baike", "extract", str(page))
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 30  # the processor's seconds, not those of a busy machine
    assert done.returncode == 9, done.stderr
    assert any(f"{page}: {one}: " in done.stderr for one in verdict.split("|")), done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_extract_of_a_path_that_is_not_there(workplace: Workplace) -> None:
    done = workplace.run("baike", "extract", "no-such-page.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no-such-page.html: no such file or folder" in done.stderr


def test_extract_into_a_folder_that_is_not_there(workplace: Workplace, tmp_path: Path) -> None:
    page = tmp_path / "empty.html"
    page.write_bytes(b"")
    done = workplace.run("baike", "extract", str(page), "-o", str(tmp_path / "no" / "where.jsonl"))
    assert done.returncode == 4, done.stderr
    assert "where.jsonl" in done.stderr
