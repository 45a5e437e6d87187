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


def test_a_report_that_cannot_be_written(own_site: Workplace) -> None:
    done = own_site.run("sh", "-c", "scrapy crawl baike -a seeds=雾屿省 -a follow=none >/dev/full", BAIKE_SUMMARY="1")
    assert done.returncode == 4, done.stderr
    assert done.stderr.splitlines()[-1] == "scrapy crawl: standard output cannot be written: No space left on device"
    assert [entry["title"] for entry in own_site.entries()] == ["雾屿省"]


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


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("CLOSESPIDER_TIMEOUT=abc", "CLOSESPIDER_TIMEOUT='abc': give a number"),
        ("CLOSESPIDER_ITEMCOUNT=1.5", "CLOSESPIDER_ITEMCOUNT='1.5': give a whole number"),
        ("LOG_LEVEL=foo", "LOG_LEVEL='foo': choose one of CRITICAL, ERROR, WARNING, INFO, DEBUG"),
        ("BAIKE_ARCHIVE=maybe", "BAIKE_ARCHIVE='maybe': give 0 or 1"),
        ("DOWNLOAD_DELAY=inf", "DOWNLOAD_DELAY='inf': give a number"),
        ("BAIKE_MAX_ATTEMPTS=2.5", "BAIKE_MAX_ATTEMPTS='2.5': give a whole number"),
    ],
)
def test_settings(workplace: Workplace, setting: str, message: str) -> None:
    done = workplace.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省", "-s", setting)
    assert (done.returncode, done.stderr) == (2, f"scrapy: {message}\n")


@pytest.mark.parametrize(
    ("env", "code", "message"),
    [
        ({"BAIKE_LOG_LEVEL": "foo"}, 2, "LOG_LEVEL='foo': choose one of"),
        ({"BAIKE_DELAY": "nan"}, 2, "BAIKE_DELAY='nan' in the environment: give a number"),
        ({"BAIKE_SHARD_BYTES": "inf"}, 2, "BAIKE_SHARD_BYTES='inf' in the environment: give a number"),
    ],
)
def test_settings_of_the_environment(workplace: Workplace, env: dict[str, str], code: int, message: str) -> None:
    done = workplace.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省", **env)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_log_file_that_cannot_be_written(workplace: Workplace, tmp_path: Path) -> None:
    done = workplace.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省", "--logfile", str(tmp_path / "no" / "where.log"))
    assert done.returncode == 4
    assert "the log " in done.stderr
    assert "Traceback" not in done.stderr


def test_folders_that_are_something_else(own_site: Workplace, tmp_path: Path) -> None:
    corpus = tmp_path / "output" / "baike"
    corpus.mkdir(parents=True)
    (corpus / "manifest.json").write_text('{"schema": 1, "kind": "baike-corpus"}')
    done = own_site.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省")
    assert done.returncode == 2
    assert f"{corpus} is a corpus: give the crawl another name" in done.stderr
    assert [path.name for path in corpus.iterdir()] == ["manifest.json"]
    done = own_site.run("scrapy", "crawl", "baike", "-a", "seeds=雾屿省", BAIKE_REPLAY=str(tmp_path), BAIKE_CRAWL="new")
    assert done.returncode == 2
    assert "no WARC files there" in done.stderr
