"""`baike serve`: saved pages on loopback, under the paths they have on the real site."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.cli.command import Commands, add_command, path, path_to_write, port
from baike_spider.exits import BadInput
from baike_spider.mirror import ALLOW_ALL, run_with, serve

if TYPE_CHECKING:
    import argparse

__all__ = ["add"]


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    command = add_command(
        commands,
        "serve",
        "Serves saved pages on loopback under the paths they have on the real site; a COMMAND behind -- runs against them, with BAIKE_MIRROR set.",
        "baike serve pages/ -- scrapy crawl baike -a seeds=刘德华",
    )
    command.add_argument(
        "folders", nargs="+", type=path, metavar="FOLDER", help="folders of saved pages; an index.jsonl says their URLs, else the pages do"
    )
    command.add_argument("--port", type=port, default=0, metavar="N", help="port on 127.0.0.1 (default: any free one)")
    command.add_argument("--robots", type=path, metavar="FILE", help="what /robots.txt answers (default: everything allowed)")
    command.add_argument("--log", type=path_to_write, metavar="FILE", help="append one JSON line a request")
    command.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> int:
    robots = _robots(args.robots)
    if args.then:
        return run_with(args.then, args.folders, port=args.port, robots=robots, log=args.log)
    serve(args.folders, port=args.port, robots=robots, log=args.log, announce=lambda mirror: print(mirror.base_url, flush=True))
    return 0


def _robots(path: str | None) -> str:
    if path is None:
        return ALLOW_ALL
    try:
        return Path(path).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadInput(f"--robots {path}: not UTF-8 at byte {error.start}") from error
    except OSError as error:
        raise BadInput(f"--robots {path}: {error.strerror or error}") from error
