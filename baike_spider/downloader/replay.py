"""A crawl's archive in the place of the network: `BAIKE_REPLAY=output/baike scrapy crawl ...`.

Comes in: requests. Goes out: the responses that were served, in the same bytes, at the date of their records. What the archive does not hold is
told so, and never asked for elsewhere.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Headers, Response
from scrapy.responsetypes import responsetypes

from baike_spider.archive import FOLDER, INDEX_FILE, Index, IndexFailed, Originals, archive_in, mend, read_at
from baike_spider.crawl.run import Run
from baike_spider.exits import BadInput

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.settings import BaseSettings

    from baike_spider.archive import Record

__all__ = ["ReplayHandler", "replay_settings"]

#: headers that speak of a transfer that is over
_OVER = frozenset({b"transfer-encoding", b"connection", b"keep-alive"})


def replay_settings(settings: BaseSettings) -> None:
    """Puts the archive in the place of the network, where `BAIKE_REPLAY` names one: nothing is fetched, so nothing waits, archives, or needs a contact."""
    if not settings.get("BAIKE_REPLAY"):
        return
    handler = f"{__name__}.ReplayHandler"
    settings.set("DOWNLOAD_HANDLERS", {"http": handler, "https": handler}, priority="spider")
    for name, value in (("DOWNLOAD_DELAY", 0), ("BAIKE_ARCHIVE", False), ("BAIKE_CONTACT", "nobody is asked: replay")):
        settings.set(name, value, priority="cmdline")


class ReplayHandler(BaseDownloadHandler):
    """Download handler. Of several answers of an address it gives the last."""

    lazy = False

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        named = Path(crawler.settings["BAIKE_REPLAY"])
        self._crawler = crawler
        self._folder = archive_in(named)
        if not self._folder.is_dir():
            raise BadInput(f"BAIKE_REPLAY={named}: no such folder; name a crawl's folder that has {FOLDER}/, or one of WARC files")
        try:
            self._index = Index(self._folder / INDEX_FILE)
        except IndexFailed:
            self._index = Index(":memory:")  # a folder that may only be read
        mend(self._folder, self._index, cut=False)
        self._original = Originals(self._folder, self._index)

    async def download_request(self, request: Request) -> Response:
        """The archived response. Raises IgnoreRequest where there is none."""
        run = Run.of(self._crawler)
        url = run.plan.real_url(request.url) if run is not None else request.url
        rows = self._index.of_address(url)
        record = read_at(self._folder / rows[-1].file, rows[-1].offset) if rows else None
        whole = self._original(record) if record is not None and record.type == "revisit" else record
        if record is None or whole is None:
            if urlsplit(url).path == "/robots.txt":
                return Response(request.url, status=404, request=request)
            raise IgnoreRequest(f"{url} is not in the archive {self._folder}")
        request.meta["fetched_at"] = record.date
        return _response(request, record, whole.body)

    async def close(self) -> None:
        self._index.close()


def _response(request: Request, record: Record, body: bytes) -> Response:
    headers: Any = Headers()
    for name, value in record.headers:
        if name.lower() not in _OVER:
            headers.appendlist(name, value)
    kind = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return kind(request.url, status=record.status or 200, headers=headers, body=body, request=request, protocol="HTTP/1.1")
