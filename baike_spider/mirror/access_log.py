"""One JSON object a request: what politeness tests and people read.

Comes in: requests that have been answered. Goes out: lines of `{"time", "method", "path", "status", "user_agent"}` in a file, each
written out at once; `time` is when the answer was complete, in seconds since 1970, `path` as it was sent, with the query.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, TextIO

from aiohttp.abc import AbstractAccessLogger

if TYPE_CHECKING:
    from aiohttp import web
    from aiohttp.web_request import BaseRequest

__all__ = ["access_logger"]


def access_logger(sink: TextIO) -> type[AbstractAccessLogger]:
    """The logger class for aiohttp that writes to `sink`."""

    class JsonLines(AbstractAccessLogger):
        def log(self, request: BaseRequest, response: web.StreamResponse, time: float) -> None:  # noqa: ARG002 - aiohttp's signature
            line = {
                "time": _now(),
                "method": request.method,
                "path": request.raw_path,
                "status": response.status,
                "user_agent": request.headers.get("User-Agent", ""),
            }
            sink.write(json.dumps(line, ensure_ascii=False) + "\n")
            sink.flush()

    return JsonLines


def _now() -> float:
    return round(time.time(), 6)
