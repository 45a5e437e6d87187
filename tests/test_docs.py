"""What the program offers, the READMEs document: commands and options, spider arguments, settings, exit codes."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from baike_spider.cli.main import parser
from baike_spider.crawl.plan import ARGUMENTS
from baike_spider.exits import EXIT_CODES
from tests.conftest import ROOT

READMES = ("README.md", "README.en.md")


@pytest.fixture(params=READMES)
def readme(request: pytest.FixtureRequest) -> str:
    return (ROOT / request.param).read_text(encoding="utf-8")


def commands() -> dict[str, argparse.ArgumentParser]:
    return dict(_below(parser()))


def _below(above: argparse.ArgumentParser, prefix: str = "") -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """Commands and, where a command has any, its subcommands: `corpus build`."""
    for action in above._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                yield f"{prefix}{name}", command
                yield from _below(command, f"{prefix}{name} ")


def test_every_command_and_option(readme: str) -> None:
    for name, command in commands().items():
        assert f"baike {name}" in readme
        for action in command._actions:
            spellings = [re.escape(option) for option in action.option_strings if option not in ("-h", "--help")]
            if spellings:
                assert re.search(rf"(?:{'|'.join(spellings)})(?![\w-])", readme), f"baike {name} {spellings}"


def test_every_command_has_an_example(readme: str) -> None:
    for name, command in commands().items():
        assert f"baike {name}" in (command.epilog or ""), name


def test_every_spider_argument(readme: str) -> None:
    for name in ARGUMENTS:
        assert f"| `{name}` |" in readme


def test_every_setting_and_its_environment_variable(readme: str) -> None:
    settings = (ROOT / "baike_spider" / "settings.py").read_text(encoding="utf-8")
    knobs = re.findall(r'^([A-Z_]+) = .*_(?:env|number)\("([A-Z_]+)"', settings, re.MULTILINE)
    assert len(knobs) >= 17
    for setting, variable in knobs:
        assert re.search(rf"^\| `{setting}` \| `{variable}` \|", readme, re.MULTILINE), setting


def test_every_exit_code(readme: str) -> None:
    for code in EXIT_CODES:
        assert re.search(rf"^\| {code} \|", readme, re.MULTILINE), code


def test_nothing_names_a_path_of_the_machine_it_was_written_on() -> None:
    tracked = [
        path
        for folder in ("extractors", "baike_spider", "tests", "docs", "deploy", "output")
        for path in (ROOT / folder).rglob("*.[pm][yd]")
    ]
    for path in [*tracked, *(ROOT / name for name in (*READMES, "Makefile", "pyproject.toml", "CHANGELOG.md"))]:
        assert not re.search(r"(?<![\w.])/(?:work|root)/", path.read_text(encoding="utf-8")), path


def test_links_of_the_readme_lead_somewhere(readme: str) -> None:
    for target in re.findall(r"\]\((?!http)([^)#]+)", readme):
        assert (ROOT / Path(target)).exists(), target
