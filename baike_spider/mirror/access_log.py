"""One JSON object a request: what politeness tests and people read.

Comes in: requests that have been answered. Goes out: lines of `{"time", "method", "path", "status", "user_agent"}` in a file, each
written out at once; `time` is when the answer was complete, in seconds since 1970, `path` as it was sent, with the query. A log that cannot be
written on does not end what is served: it is told when the log is closed.
"""

from __future__ import annotations

import json
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from aiohttp.abc import AbstractAccessLogger

from baike_spider.exits import OutputFailed

if TYPE_CHECKING:
    from pathlib import Path

    from aiohttp import web
    from aiohttp.web_request import BaseRequest

__all__ = ["AccessLog", "access_logger"]


class AccessLog:
    """A file that lines are appended to. Opening it and leaving its `with` block raise OutputFailed where it cannot be written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._failure: OSError | None = None
        try:
            self._file = path.open("ab")
        except OSError as error:
            raise self._failed(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):  # the same once more
            self._file.close()
        if self._failure is not None:
            raise self._failed(self._failure) from self._failure

    def write(self, line: dict[str, Any]) -> None:
        """Appends one line, unless one could not be appended before."""
        if self._failure is not None:
            return
        try:
            self._file.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
            self._file.flush()
        except OSError as error:
            self._failure = error

    def _failed(self, error: OSError) -> OutputFailed:
        return OutputFailed(f"{self._path}: the access log cannot be written: {error.strerror or error}")


def access_logger(sink: AccessLog) -> type[AbstractAccessLogger]:
    """The logger class for aiohttp that writes to `sink`."""

    class JsonLines(AbstractAccessLogger):
        def log(self, request: BaseRequest, response: web.StreamResponse, time: float) -> None:  # noqa: ARG002 - aiohttp's signature
            sink.write(
                {
                    "time": _now(),
                    "method": request.method,
                    "path": request.raw_path,
                    "status": response.status,
                    "user_agent": request.headers.get("User-Agent", ""),
                }
            )

    return JsonLines


def _now() -> float:
    return round(time.time(), 6)
