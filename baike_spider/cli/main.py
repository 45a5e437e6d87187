"""Finds the command, runs it, turns errors into exit codes.

Commands are found, not listed: every module beside this one that has an `add` is asked for its commands. Only the module
of the command that is asked for is loaded, because the libraries of the others take most of a second.
"""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import signal
import sys
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, NoReturn

from baike_spider.cli.command import Parser
from baike_spider.exits import EXIT_CODES, BadInput, OutputFailed, RunError
from baike_spider.streams import ReaderGone, flush, own_streams

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from types import ModuleType

__all__ = ["main", "parser"]

#: modules here that are no command's, and the one that holds several
_SUPPORT = frozenset({"command", "main", "show"})
_INTERRUPTED = 130
#: what no command that only reads can meet; else a file that a command tells nothing better of was one to read
_OF_WRITING = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_HELD_BY = dict.fromkeys(("head", "cat", "summary", "verify"), "show")


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; the exit code. Without `argv` it is the program: the words are the process' own, and so are the streams."""
    try:
        if argv is not None:
            return _outcome(list(argv), nullcontext())[0]
        with own_streams():
            code, leaves_at_once = _outcome(sys.argv[1:], _interrupt_quits())
            if leaves_at_once:
                # all is written and closed; what Python tidies up afterwards takes longer than the question did
                os._exit(code)
            return code
    except KeyboardInterrupt:
        return _INTERRUPTED


def _outcome(argv: list[str], loading: AbstractContextManager[None]) -> tuple[int, bool]:
    """The exit code, and whether nothing is left to tidy up. Modules load within `loading`."""
    words, then = _split(argv)
    name = "baike"
    try:
        with _written_out():
            with loading:
                args = parser(words[0] if words else "").parse_args(words)
            name, args.then = f"baike {args.command}", then
            code: int = args.run(args)
            with suppress(ReaderGone):  # all is done, and the code says what came of it
                flush()
        return code, getattr(args, "leaves_at_once", False)
    except RunError as error:
        return _told(name, error), False
    except ReaderGone:
        return 0, False
    except OSError as error:
        if error.filename is None:
            raise
        kind = OutputFailed if error.errno in _OF_WRITING else BadInput
        return _told(name, kind(f"{error.filename}: {error.strerror}")), False


@contextmanager
def _written_out() -> Iterator[None]:
    """What was printed is written out when the block ends. Where it ends in an error, that one counts, and not that nobody reads any more."""
    try:
        yield
    except SystemExit:  # --help, which is printed and no more
        flush()
        raise
    except BaseException:
        with suppress(OutputFailed, ReaderGone):
            flush()
        raise


def _told(name: str, error: RunError) -> int:
    with suppress(OutputFailed, ReaderGone):  # standard error may be what cannot be written
        print(f"{name}: {error}", file=sys.stderr)
    return error.code


@contextmanager
def _interrupt_quits() -> Iterator[None]:
    """While modules load, Ctrl-C ends the process as it is: there is nothing to tidy up, and a KeyboardInterrupt within the first import of a C
    library is an abort, or an ImportError."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # whoever started us wants it ignored
        yield
        return
    signal.signal(signal.SIGINT, lambda *_: os._exit(_INTERRUPTED))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def parser(command: str = "") -> argparse.ArgumentParser:
    """The parser of all commands, or of `command` alone where one module holds just that."""
    codes = "exit codes:\n" + "\n".join(f"  {code:3}  {meaning}" for code, meaning in EXIT_CODES.items())
    top = Parser(
        prog="baike",
        description="Encyclopedia pages to entries and triples. `scrapy crawl baike` fetches them.",
        epilog=codes,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in _modules(command):
        if hasattr(module, "add"):
            module.add(commands)
    return top


class _Version(argparse.Action):
    """`--version`. The number is the extractors', whose import takes longer than many a command."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        print(f"baike-spider {importlib.import_module('extractors').__version__}")
        parser.exit()


def _modules(command: str) -> Iterator[ModuleType]:
    names = _names()
    alone = _HELD_BY.get(command) or (command if command in names and command not in _SUPPORT else None)
    for name in [alone] if alone else names:
        yield importlib.import_module(f"{__package__}.{name}")


def _names() -> list[str]:
    """The modules beside this one, as pkgutil would list them; its import takes as long as a short command."""
    with os.scandir(os.path.dirname(__file__)) as beside:  # noqa: PTH120
        found = [one.name.removesuffix(".py") for one in beside if one.name.endswith(".py") or os.path.isfile(f"{one.path}/__init__.py")]  # noqa: PTH113
    return sorted(name for name in found if name != "__init__")


def _split(words: list[str]) -> tuple[list[str], list[str]]:
    """Our own words, and the command behind `--`. Other commands' `--` is argparse's: what follows is no option."""
    if words[:1] != ["serve"] or "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


if __name__ == "__main__":
    sys.exit(main())
