"""Whether the settings of a command line are of the types that Scrapy and we read, before anything reads one.

Comes in: settings, after `-s` and the like. Goes out: nothing, or a RunError that names the setting, its value and what it takes. What is within the
type, and wrong all the same, is told by whoever reads it: `crawl.plan`, for ours.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from scrapy.settings import SETTINGS_PRIORITIES, default_settings

from baike_spider import settings as ours
from baike_spider.commands.files import check_file
from baike_spider.exits import BadInput, RunError

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

__all__ = ["check_settings", "leave_on_bad_settings"]

_LEVELS = ("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG")
#: as Scrapy reads them
_SWITCHES = frozenset({"0", "1", "true", "false", "True", "False"})
#: Scrapy's that are whole by default, and need not be
_FRACTIONS = frozenset({"DNS_TIMEOUT"})


def leave_on_bad_settings(settings: BaseSettings) -> None:
    """Ends the process with a message and an exit code where `check_settings` finds something. Scrapy reads some before a command runs."""
    try:
        check_settings(settings)
    except RunError as error:
        print(f"scrapy: {error}", file=sys.stderr)  # noqa: T201
        sys.exit(error.code)


def check_settings(settings: BaseSettings) -> None:
    """Raises BadInput for a value that is not of its setting's type, OutputFailed for a log file that cannot be written."""
    for name in settings:
        if settings.getpriority(name) == SETTINGS_PRIORITIES["cmdline"]:
            default = getattr(ours, name, getattr(default_settings, name, None))
            takes = _wanted(name, settings[name], default)
            if takes:
                raise BadInput(f"{name}={settings[name]!r}: give {takes}")
    if settings.get("LOG_LEVEL") not in _LEVELS and not isinstance(settings.get("LOG_LEVEL"), int):
        raise BadInput(f"LOG_LEVEL={settings.get('LOG_LEVEL')!r}: choose one of {', '.join(_LEVELS)}")
    if settings.get("LOG_FILE"):
        check_file("log", settings["LOG_FILE"], cure="give LOG_FILE another file")


def _wanted(name: str, value: Any, default: object) -> str:
    """What the setting takes, where the value is something else; the types are those of the defaults.

    >>> _wanted("RETRY_TIMES", "1.5", 2), _wanted("RETRY_TIMES", "3", 2), _wanted("RETRY_TIMES", "9" * 400, 2)
    ('a whole number', '', 'a whole number')
    >>> _wanted("LOG_ENABLED", "True", True), _wanted("LOG_ENABLED", "TRUE", True)
    ('', '0 or 1')
    """
    if isinstance(default, bool):
        return "" if str(value) in _SWITCHES else "0 or 1"
    if isinstance(default, int) and name not in _FRACTIONS:
        return "" if _reads(int, value) else "a whole number"
    if isinstance(default, int | float):
        return "" if _reads(float, value) else "a number"
    return ""


def _reads(number: type[int] | type[float], value: Any) -> bool:
    try:
        return math.isfinite(number(value))
    except (ValueError, TypeError, OverflowError):
        return False
