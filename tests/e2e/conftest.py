"""Real processes: `scrapy` and `baike` as a person runs them, in a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from baike_spider.mirror import Catalog, Mirror
from baike_spider.shards import read_entries
from extractors import EntryRef, entry_url
from tests.conftest import ROOT

BIN = Path(sys.executable).parent
#: seconds after which a command of a test hangs
PATIENCE = 120

Command = Callable[..., "subprocess.CompletedProcess[str]"]


class Workplace:
    """Runs commands at the project's root with their output elsewhere."""

    def __init__(self, folder: Path, mirror: str = "") -> None:
        self.folder = folder
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("BAIKE_", "REDIS_"))}
        self.env.update(BAIKE_OUTPUT=str(folder), BAIKE_DELAY="0", PATH=f"{BIN}:{os.environ['PATH']}", PYTHONUNBUFFERED="1")
        if mirror:
            self.env["BAIKE_MIRROR"] = mirror

    def run(self, *command: str, patience: float = PATIENCE, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**self.env, **env},
            capture_output=True,
            text=True,
            timeout=patience,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def start(self, *command: str, **env: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            command, cwd=ROOT, env={**self.env, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
        )

    def entries(self, crawl: str = "baike") -> list[dict[str, Any]]:
        return list(read_entries(self.folder / crawl))


def without(entry: dict[str, Any], *keys: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key not in keys}


def as_lines(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def answer(catalog: Catalog, ref: EntryRef) -> tuple[str, Path] | None:
    """The final address and the file behind it, as the server answers; None for an entry that is not there."""
    target = quote(urlsplit(entry_url(ref)).path, safe="/%")
    for _ in range(5):
        found = catalog.find(target)
        if found is None or found.location == "/error.html":
            return None
        if found.file:
            return f"https://baike.baidu.com{target}", Path(found.file)
        target = found.location
    raise AssertionError(f"redirects in a ring: {target}")


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    return Workplace(tmp_path / "output")


@pytest.fixture(scope="module")
def own_mirror(encyclopedia: Path) -> Iterator[Mirror]:
    with Mirror([encyclopedia]) as mirror:
        yield mirror


@pytest.fixture
def own_site(tmp_path: Path, own_mirror: Mirror) -> Workplace:
    return Workplace(tmp_path / "output", own_mirror.base_url)
