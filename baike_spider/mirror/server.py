"""Answers HTTP requests from a catalog of saved pages.

Comes in: a `Catalog`. Goes out: an aiohttp application. GET and HEAD, keep-alive, Last-Modified and ETag with 304; files are sent as they
lie, piece by piece. A Content-Type names a charset only where the index does, because the saved bytes came without one.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from aiohttp import web

from baike_spider.mirror.catalog import ERROR_PATH

if TYPE_CHECKING:
    from baike_spider.mirror.catalog import Answer, Catalog

__all__ = ["ALLOW_ALL", "application"]

#: the robots.txt of a mirror that forbids nothing
ALLOW_ALL = "User-agent: *\nAllow: /\n"
#: what a missing page looks like, in the markup of the real site's own error page
_ERROR_PAGE = """<!doctype html>
<html lang="zh">
<head><meta charset="UTF-8"><title>百度百科——全球最大中文百科全书</title></head>
<body>
<div id="bd"><h1 class="baikeLogo">百度百科错误页</h1>
<div class="errorBox">
<div class="sorryBox"><p class="sorryCont"><span class="sorryTxt">抱歉</span>，您所访问的页面不存在...</p></div>
</div></div>
<!-- written by the mirror: no saved page has the address that was asked for -->
</body>
</html>
"""


def application(catalog: Catalog, *, robots: str = ALLOW_ALL, latency: float = 0.0) -> web.Application:
    """The application. `robots` is the text of /robots.txt, `latency` the seconds that every answer is held back."""

    async def handle(request: web.Request) -> web.StreamResponse:
        if latency > 0:
            await asyncio.sleep(latency)
        if request.path == "/robots.txt":
            return web.Response(text=robots)
        answer = catalog.find(request.raw_path, request.headers.get("Host", ""))
        return _missing(request) if answer is None else await _response(answer)

    app = web.Application()
    app.router.add_get("/{target:.*}", handle)
    return app


async def _response(answer: Answer) -> web.StreamResponse:
    if answer.location:
        return web.Response(status=answer.status, headers={"Location": answer.location})
    kind = answer.content_type or await asyncio.to_thread(_content_type, Path(answer.file))
    return web.FileResponse(answer.file, status=answer.status, headers={"Content-Type": kind})


def _missing(request: web.Request) -> web.Response:
    return web.Response(text=_ERROR_PAGE, content_type="text/html", status=200 if request.path == ERROR_PATH else 404)


def _content_type(file: Path) -> str:
    """`application/json` or `text/html`, by the name's ending, else by the first byte that is no white space."""
    suffix = file.suffix.lower()
    if suffix in (".htm", ".html"):
        return "text/html"
    if suffix == ".json":
        return "application/json"
    try:
        with file.open("rb") as page:
            start = page.read(512).removeprefix(b"\xef\xbb\xbf").lstrip()
    except OSError:  # gone since the start: the response itself will say so
        start = b""
    return "application/json" if start.startswith((b"{", b"[")) else "text/html"
