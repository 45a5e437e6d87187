"""A running mirror: in a thread beside a test or a command, or in the foreground.

Comes in: folders and where to listen. Goes out: `base_url`, for as long as the mirror is open.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from aiohttp import web

from baike_spider.exits import BadInput
from baike_spider.mirror.access_log import AccessLog, access_logger
from baike_spider.mirror.catalog import Catalog
from baike_spider.mirror.server import ALLOW_ALL, application

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterable, Iterator

__all__ = ["Mirror", "serve"]

#: seconds that answers under way get when the mirror closes
_CLOSING_SECONDS = 1.0
_Result = TypeVar("_Result")
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Mirror:
    """Saved pages on loopback while the `with` block runs; the server lives in a thread of this process.

    `robots` is the text of /robots.txt; `latency` seconds are added to every answer; `log` gets one JSON object a request,
    appended. Opening raises BadInput for folders without pages and for an address that cannot be listened on, OutputFailed where the log
    cannot be written; closing does where it could not be written to its end.
    """

    def __init__(
        self,
        folders: Iterable[str | Path],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        robots: str = ALLOW_ALL,
        latency: float = 0.0,
        log: str | Path | None = None,
    ) -> None:
        self.folders = tuple(Path(folder) for folder in folders)
        self.host = host
        #: the port listened on; until the mirror is open the one asked for, 0 for any
        self.port = port
        self._robots = robots
        self._latency = latency
        self._log = Path(log) if log is not None else None
        self._closing = contextlib.ExitStack()
        self.catalog = Catalog()

    @property
    def base_url(self) -> str:
        """`http://host:port`, to be set as `BAIKE_MIRROR`."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"

    def __enter__(self) -> Self:
        self.catalog = Catalog.of(self.folders)
        with contextlib.ExitStack() as opened:
            loop = opened.enter_context(_loop_in_thread())
            runner = self._runner(opened)
            _wait(loop, self._listen(runner))
            opened.callback(lambda: _wait(loop, runner.cleanup()))
            self._closing = opened.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def _runner(self, opened: contextlib.ExitStack) -> web.AppRunner:
        app = application(self.catalog, robots=self._robots, latency=self._latency)
        if self._log is None:
            return web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSING_SECONDS)
        log = opened.enter_context(AccessLog(self._log))
        return web.AppRunner(app, access_log_class=access_logger(log), shutdown_timeout=_CLOSING_SECONDS)

    async def _listen(self, runner: web.AppRunner) -> None:
        await runner.setup()
        try:
            await web.TCPSite(runner, self.host, self.port).start()
        except OSError as error:
            await runner.cleanup()
            raise BadInput(f"{self.host}:{self.port}: the mirror cannot listen there: {error.strerror}") from error
        self.port = runner.addresses[0][1]


def serve(
    folders: Iterable[str | Path],
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    robots: str = ALLOW_ALL,
    latency: float = 0.0,
    log: str | Path | None = None,
    announce: Callable[[Mirror], None] | None = None,
) -> None:
    """Serves until SIGINT or SIGTERM. `announce` is called once the mirror answers. To be called in the main thread."""
    stop = threading.Event()
    previous = {number: signal.signal(number, lambda *_: stop.set()) for number in _STOP_SIGNALS}
    try:
        with Mirror(folders, host=host, port=port, robots=robots, latency=latency, log=log) as mirror:
            if announce is not None:
                announce(mirror)
            stop.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _loop_in_thread() -> Iterator[asyncio.AbstractEventLoop]:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="mirror", daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


def _wait(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, _Result]) -> _Result:
    return asyncio.run_coroutine_threadsafe(work, loop).result()
