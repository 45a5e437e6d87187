"""A private Redis for a crawl when none is configured.

Comes in: the crawl's folder. Goes out: the URL of a running server that keeps its state there. What is stored in it is the frontier's business.

    folder/users      every worker of this machine holds this lock shared while it uses the server; the warden wants it alone
    folder/warden     held by the warden (warden.py), the one process that starts, restarts and ends the server
    folder/start      held while somebody starts or joins
    folder/server.json, redis.log, redis.sock, appendonlydir/ (one file before Redis 7)

A second worker joins the running server; the last one to leave, by `close` or by death, ends it. There is no TCP port. The AOF is synced every second,
so a killed server or machine costs at most the last second, and the locks of dead processes are free: nothing stale has to be cleaned by hand.
"""

from __future__ import annotations

import enum
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import IO, Any, Self
from urllib.parse import quote

import redis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from baike_spider.frontier.binary import Binary, find_binary
from baike_spider.frontier.errors import ServerNotStarted

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

__all__ = ["EmbeddedServer"]

#: bytes of a unix socket's path: 108 on Linux, 104 on macOS, one of them is the end
_LONGEST_SOCKET = 100
#: seconds between two looks
_LOOK = 0.02
#: seconds that a server gets to write its last second to disk and leave
_GRACE = 60.0
_OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "dir": ".",
    "databases": "1",
    "daemonize": "no",
    "loglevel": "notice",
    "save": "",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "maxmemory-policy": "noeviction",
}


class _Answer(enum.Enum):
    READY = "answers"
    LOADING = "loads its data"
    SILENT = "accepts connections and does not answer"
    ABSENT = "is not there"


class EmbeddedServer:
    """One use of the crawl's own server: `start` it, use its `url`, `close` it."""

    @classmethod
    def start(cls, folder: Path, *, patience: float = 30) -> EmbeddedServer:
        """Starts the server of this folder, or joins it when it runs.

        `patience`: seconds to wait for an answer, not counting the time in which it loads its data. Raises ServerNotStarted.
        """
        if fcntl is None:
            raise ServerNotStarted("The embedded Redis does not run on this system: set REDIS_URL to a running server")
        server = cls(Path(folder).absolute())
        try:
            server._join(patience)
        except BaseException as error:
            server._users.close()
            if isinstance(error, OSError):
                raise _unwritable(server.folder, error) from error
            raise
        return server

    def __init__(self, folder: Path) -> None:
        """Use `start`."""
        self.folder = folder
        self.log = folder / "redis.log"
        """What the server and its warden say."""
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._users = (folder / "users").open("a")
        except OSError as error:
            raise _unwritable(folder, error) from error
        self._warden: subprocess.Popen[bytes] | None = None
        self.socket = _socket_path(folder)
        self.url = f"unix://{quote(str(self.socket))}"

    def close(self) -> None:
        """Ends the use; when it was the last one, waits until the server has written everything and left. May be called twice."""
        if self._users.closed:
            return
        with self._users as users:
            now = time.monotonic()
            end, somebody_came = now + _GRACE, now + 1
            last = _lock(users, alone=True)
            while last and time.monotonic() < end:
                if _lock(users, alone=True):
                    if not self._guarded():
                        self._shut_down(_GRACE)  # nothing to do where the warden did it
                        break
                elif time.monotonic() > somebody_came and _lock(users, alone=False) and self._ask() is _Answer.READY:
                    break  # it is shared with us, so it was no warden that had it, which may take long to end the server
                fcntl.flock(users, fcntl.LOCK_UN)  # the warden's turn
                time.sleep(_LOOK)
        if self._warden is not None:
            self._warden.poll()  # it was our child

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _join(self, patience: float) -> None:
        with (self.folder / "start").open("a") as start:
            self._wait_for(start, alone=True, seconds=patience + _GRACE)
            self._wait_for(self._users, alone=False, seconds=_GRACE)
            if not self._guarded():
                self._shut_down(patience)
            self._wait_until_ready(patience)

    def _wait_until_ready(self, patience: float) -> None:
        end = time.monotonic() + patience
        while (answer := self._ask()) is not _Answer.READY or (self._warden is None and not self._guarded()):
            if self._warden is None and not self._guarded():
                self._warden = self._start_warden()
            elif self._warden is not None and self._warden.poll() is not None:
                raise ServerNotStarted(f"The crawl's Redis in {self.folder} did not come up. Its log ends:\n{self._log_tail()}")
            if answer is _Answer.LOADING:
                end = time.monotonic() + patience
            elif time.monotonic() > end:
                raise ServerNotStarted(
                    f"The crawl's Redis in {self.folder} {answer.value} after {patience:g} s: end it by hand, or set REDIS_URL. Its log ends:\n{self._log_tail()}"
                )
            time.sleep(_LOOK)

    def _start_warden(self) -> subprocess.Popen[bytes]:
        binary = find_binary(before=self._remembered())
        self._remember(binary)
        self.socket.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        socket = self.socket.name if self.socket.parent == self.folder else str(self.socket)
        options = [text for name, value in {**_OPTIONS, "unixsocket": socket}.items() for text in (f"--{name}", value)]
        warden = str(Path(__file__).with_name("warden.py"))
        command = [sys.executable, "-I", "-S", warden, str(self.folder), str(_GRACE), binary.path, *options]
        with self.log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 (our own script and a server program, no shell)
                command, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _shut_down(self, patience: float) -> None:
        """Ends a server without a warden (somebody killed the warden), so that there are never two on the same files."""
        end = time.monotonic() + patience
        while (answer := self._ask()) is not _Answer.ABSENT:
            if time.monotonic() > end:
                raise ServerNotStarted(
                    f"An older Redis at {self.socket} {answer.value} and does not leave: end it by hand, or set REDIS_URL"
                )
            try:
                self._client().execute_command("SHUTDOWN")
            except (exceptions.RedisError, OSError):
                time.sleep(_LOOK)

    def _ask(self) -> _Answer:
        client = self._client()
        try:
            client.ping()
        except exceptions.BusyLoadingError:
            return _Answer.LOADING
        except exceptions.TimeoutError:
            return _Answer.SILENT
        except (exceptions.ConnectionError, OSError):
            return _Answer.ABSENT
        finally:
            client.close()
        return _Answer.READY

    def _client(self) -> Any:
        return redis.Redis(
            unix_socket_path=str(self.socket), protocol=2, socket_timeout=1, socket_connect_timeout=1, retry=Retry(NoBackoff(), 0)
        )

    def _guarded(self) -> bool:
        with (self.folder / "warden").open("a") as warden:
            return not _lock(warden, alone=True)

    def _wait_for(self, file: IO[str], *, alone: bool, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not _lock(file, alone=alone):
            if time.monotonic() > end:
                raise ServerNotStarted(
                    f"Another process has held {file.name} for {seconds:g} s: is a worker stopped in the middle of its start?"
                )
            time.sleep(_LOOK)

    def _remembered(self) -> str:
        try:
            return str(json.loads((self.folder / "server.json").read_text("utf-8"))["program"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def _remember(self, binary: Binary) -> None:
        (self.folder / "server.json").write_text(json.dumps({"program": binary.path, "version": str(binary)}) + "\n", "utf-8")

    def _log_tail(self) -> str:
        try:
            lines = self.log.read_text("utf-8", "replace").splitlines()[-12:]
        except OSError:
            lines = []
        return "\n".join(f"    {line}" for line in lines) or "    (nothing)"


def _unwritable(folder: Path, error: OSError) -> ServerNotStarted:
    return ServerNotStarted(
        f"The crawl's Redis cannot keep its state in {folder} ({error.strerror}): make the folder writable, choose another output folder, or set REDIS_URL"
    )


def _lock(file: IO[str], *, alone: bool) -> bool:
    """Takes the file's lock if it is to be had now; a lock of this file that is held already is turned into the other kind."""
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _socket_path(folder: Path) -> Path:
    """In the folder, or where the folder's path is too long for a socket in a short folder of this user alone."""
    path = folder / "redis.sock"
    if len(os.fsencode(path)) <= _LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"baike-{os.getuid()}-{name}"
    try:
        short.mkdir(mode=0o700, exist_ok=True)
        status = short.lstat()
    except OSError as error:
        raise ServerNotStarted(
            f"The path {folder} is too long for a socket, and {short} cannot be made ({error.strerror}): set TMPDIR"
        ) from error
    if status.st_uid != os.getuid() or status.st_mode & 0o777 != 0o700 or not short.is_dir() or short.is_symlink():
        raise ServerNotStarted(f"The path {folder} is too long for a socket, and {short} belongs to somebody else: remove it or set TMPDIR")
    return short / "redis.sock"
