"""Whether the files and folders that a crawl is given are what it needs: known before a crawl of days, not after it.

Comes in: settings. Goes out: nothing, or a RunError with the cure. Addresses of other machines and names with `%(time)s` in them are Scrapy's matter.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from baike_spider.archive import FOLDER, archive_in, file_names
from baike_spider.exits import BadInput, OutputFailed
from baike_spider.shards import IsCorpus, ShardError, load_manifest

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from baike_spider.crawl.plan import Plan

__all__ = ["check_feeds", "check_file", "check_folders"]


def check_feeds(settings: BaseSettings) -> None:
    """Raises OutputFailed when a local feed cannot be written. Changes no file that is there."""
    for uri in settings.getdict("FEEDS"):
        path = _local(str(uri))
        if path is not None:
            check_file("feed", path, cure="give -o or -O another file", make_folders=True)


def check_file(what: str, path: Path | str, *, cure: str, make_folders: bool = False) -> None:
    """Raises OutputFailed when the file cannot be written. Changes none that is there."""
    file = Path(path)
    try:
        if make_folders:
            file.parent.mkdir(parents=True, exist_ok=True)
        is_new = not file.exists()
        file.open("ab").close()
        if is_new:
            file.unlink()
    except OSError as error:
        raise OutputFailed(f"the {what} {file} cannot be written: {error.strerror or error}; {cure}") from error


def check_folders(plan: Plan, settings: BaseSettings) -> None:
    """Raises BadInput where the crawl's folder is something else's, or the archive that answers instead of the network is none."""
    try:
        load_manifest(plan.folder)
    except IsCorpus as error:
        raise BadInput(f"{plan.folder} is a corpus: give the crawl another name (BAIKE_CRAWL) or folder (BAIKE_OUTPUT)") from error
    except ShardError:
        pass  # there is none yet, or the crawl mends it
    replay = settings.get("BAIKE_REPLAY")
    if replay and not file_names(archive_in(Path(replay))):
        raise BadInput(f"BAIKE_REPLAY={replay!r}: no WARC files there; name a crawl's folder that has {FOLDER}/, or a folder of WARC files")


def _local(uri: str) -> Path | None:
    parts = urlsplit(uri)
    if "%(" in uri or parts.scheme not in ("", "file"):
        return None
    return Path(unquote(parts.path)) if parts.scheme else Path(uri)
