"""Exit codes, and the errors that end a run: one table for `scrapy crawl` and `baike`.

Comes in: an error, or the reason Scrapy closed a spider with. Goes out: the code the process exits with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "DAMAGED",
    "EXIT_CODES",
    "SKIPPED",
    "AlreadyRunning",
    "BadInput",
    "FrontierGone",
    "NoContact",
    "NotFound",
    "OutputFailed",
    "RunError",
    "ending",
    "exit_code_for",
]

#: exit codes of commands that did their work and found something wrong
SKIPPED, DAMAGED = 9, 11
#: exit code -> meaning; README and `--help` print this table
EXIT_CODES: dict[int, str] = {
    0: "finished, or stopped by a limit that was asked for",
    1: "an unexpected error: the log says which",
    2: "bad input: seeds, arguments, settings or paths",
    3: "Redis cannot be reached, or lost the crawl's data",
    4: "the output cannot be written: a folder, a file or standard output",
    5: "the site refuses: verification pages or 403 in a row",
    6: "robots.txt forbids every entry",
    7: "no contact is set for the User-Agent of a live crawl",
    8: "another exclusive run of this crawl is under way",
    SKIPPED: "some input was skipped: no readable page, a refusal, or a named file that is no entry; the rest was extracted",
    10: "no entry could be fetched: all that was tried is among the dead letters",
    DAMAGED: "verify or archive stats found damage: the files it names",
    12: "nothing found: the corpus holds no entry of that name",
    130: "interrupted; the same command continues",
}


class RunError(Exception):
    """A run that cannot go on. The message says what was wrong, where, and what to do."""

    code: ClassVar[int] = 1
    #: what Scrapy's `finish_reason` says
    reason: ClassVar[str] = "error"


class BadInput(RunError):
    """Seeds, arguments, settings or paths that make no sense."""

    code = 2
    reason = "bad_input"


class FrontierGone(RunError):
    """Redis cannot be reached, or it no longer holds the crawl."""

    code = 3
    reason = "frontier_gone"


class OutputFailed(RunError):
    """The output cannot be written."""

    code = 4
    reason = "output_failed"


class AlreadyRunning(RunError):
    """Another exclusive run of the same crawl is under way."""

    code = 8
    reason = "already_running"


class NoContact(RunError):
    """A live crawl without a contact in its User-Agent."""

    code = 7
    reason = "no_contact"


class NotFound(RunError):
    """What was asked for is not in the corpus."""

    code = 12
    reason = "not_found"


_BY_REASON: dict[str, int] = {
    **{error.reason: error.code for error in (AlreadyRunning, BadInput, FrontierGone, OutputFailed, NoContact)},
    "refused": 5,
    "robots_forbidden": 6,
    "all_dead": 10,
    "feed_failed": 4,
    "shutdown": 130,
    "finished": 0,
    "drained": 0,
    "cancelled": 1,
}


def exit_code_for(reason: str | None) -> int:
    """The exit code of a crawl that closed with `reason`.

    >>> exit_code_for("finished"), exit_code_for("closespider_itemcount"), exit_code_for("refused"), exit_code_for(None)
    (0, 0, 5, 1)
    """
    if reason is None:
        return 1
    if reason.startswith("closespider_"):
        return 1 if reason == "closespider_errorcount" else 0
    return _BY_REASON.get(reason, 1)


def ending(reason: str | None, stats: Mapping[str, Any]) -> str | None:
    """The reason a crawl ended for, where Scrapy's `finished` says too little: a feed that was not written, or nothing but dead letters.

    >>> ending("finished", {"crawl/died": 2, "crawl/entries": 1}), ending("finished", {"crawl/died": 2})
    ('finished', 'all_dead')
    """
    if exit_code_for(reason) != 0:
        return reason
    if any(name.startswith("feedexport/failed_count/") for name in stats):
        return "feed_failed"
    fetched = any(stats.get(f"crawl/{what}") for what in ("entries", "unchanged", "duplicates"))
    return "all_dead" if reason == "finished" and stats.get("crawl/died") and not fetched else reason
