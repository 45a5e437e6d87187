"""A crawl's archive: opened, mended, and told who crawls what.

Comes in: a `Plan` and settings. Goes out: an `ArchiveWriter` in the crawl's folder.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from typing import TYPE_CHECKING

from baike_spider.archive import FOLDER, INDEX_FILE, ArchiveWriter, Index, mend
from baike_spider.frontier import worker_name
from baike_spider.shards.wal import set_aside
from extractors import __version__

if TYPE_CHECKING:
    from pathlib import Path

    from scrapy.settings import BaseSettings

    from baike_spider.crawl.plan import Plan

__all__ = ["open_archive"]

logger = logging.getLogger(__name__)

#: settings that say how the pages were fetched; none of them is secret
_TOLD = (
    "CONCURRENT_REQUESTS",
    "DOWNLOAD_DELAY",
    "DOWNLOAD_TIMEOUT",
    "BAIKE_MAX_ATTEMPTS",
    "BAIKE_REFUSALS_TO_STOP",
    "BAIKE_REFUSAL_SECONDS",
)


def open_archive(plan: Plan, settings: BaseSettings) -> ArchiveWriter:
    """The writer of a worker's WARC files, after what dead workers left is mended. Raises ShardError."""
    folder = plan.folder / FOLDER
    if folder.is_dir():
        _mend(folder)
    return ArchiveWriter(folder, worker=worker_name(), info=_info(plan, settings), roll_bytes=settings.getint("BAIKE_ARCHIVE_BYTES"))


def _mend(folder: Path) -> None:
    """The index is an aid: one that cannot be read is set aside and made again."""
    path = folder / INDEX_FILE
    try:
        _bring_up_to_date(folder)
    except sqlite3.OperationalError as error:  # locked, or no space: nothing is wrong with what is in it
        logger.warning("%s cannot be used (%s): the crawl goes on without", path, error)
    except sqlite3.DatabaseError as error:
        try:
            aside = set_aside(path)
            logger.warning("%s cannot be read (%s): it is kept as %s and made again", path, error, aside.name)
            _bring_up_to_date(folder)
        except (OSError, sqlite3.Error) as again:
            logger.warning("%s cannot be made again (%s): the crawl goes on without", path, again)


def _bring_up_to_date(folder: Path) -> None:
    with Index(folder / INDEX_FILE) as index:
        for damage in mend(folder, index):
            logger.warning("%s", damage)


def _info(plan: Plan, settings: BaseSettings) -> dict[str, str]:
    told = {name: settings.get(name) for name in _TOLD}
    told |= {"follow": plan.follow, "max_depth": plan.max_depth, "max_entries": plan.max_entries}
    return {
        "software": f"baike-spider/{__version__}",
        "format": "WARC File Format 1.1",
        "conformsTo": "https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
        "isPartOf": plan.crawl,
        "description": f"entries of {plan.site.title} ({plan.site.base})" + (f", from the mirror {plan.mirror}" if plan.mirror else ""),
        "robots": "obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        "http-header-user-agent": settings.get("USER_AGENT") or "",
        "settings": json.dumps(told, ensure_ascii=False),
    }
