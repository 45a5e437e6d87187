"""`baike fixture`: a page becomes a new test case."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path, path_to_write
from baike_spider.corpus.fixture import FixtureExistsError, propose_fixture, write_fixture
from baike_spider.corpus.inputs import read_page
from baike_spider.corpus.paths import InputError
from baike_spider.exits import BadInput, OutputFailed
from extractors import Page

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "fixture",
        "A page becomes a test case: its bytes, and what the extractors say of it, to be corrected by hand.",
        "baike fixture page.html --case collapsed-value",
    )
    command.add_argument(
        "page", type=path, metavar="URL-or-FILE", help="a saved page, or an address, which is fetched politely by `scrapy fetch`"
    )
    command.add_argument("--case", required=True, metavar="NAME", help="the behaviour it shows, such as collapsed-value")
    command.add_argument("--url", default="", metavar="URL", help="a file's address on the real site, where it is known")
    command.add_argument(
        "--root", type=path_to_write, default="tests/fixtures", metavar="FOLDER", help="folder of the fixtures (default: tests/fixtures)"
    )
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    page = _fetched(args.page) if "://" in args.page else _saved(args.page, args.url)
    try:
        folder = write_fixture(propose_fixture(page), Path(args.root), args.case)
    except (ValueError, FixtureExistsError) as error:
        raise BadInput(str(error)) from error
    except OSError as error:
        raise OutputFailed(f"{args.root}: {error.strerror or error}") from error
    print(folder)
    print("now read expected.json against the page, and cut the page down to what you may publish: it is somebody's work", file=sys.stderr)
    return 0


def _saved(path: str, url: str) -> Page:
    try:
        return Page(read_page(path).body, url)
    except InputError as error:
        raise BadInput(str(error)) from error


def _fetched(url: str) -> Page:
    """The page behind an address. Scrapy fetches it with our settings: robots.txt, contact and pace are obeyed."""
    environment = {**os.environ, "SCRAPY_SETTINGS_MODULE": "baike_spider.settings"}
    command = [sys.executable, "-m", "scrapy", "fetch", "--nolog", url]
    body = subprocess.run(command, stdout=subprocess.PIPE, check=False, env=environment).stdout  # noqa: S603 - one address, no shell
    if not body:
        raise BadInput(
            f"{url}: nothing was fetched; `scrapy fetch {url}` says why (a live site needs BAIKE_CONTACT, and robots.txt is obeyed)"
        )
    return Page(body.removesuffix(b"\n"), url)
