"""The border to Redis: a URL becomes a connection, a script call a reply, and every error of the library one of ours.

Comes in: URLs, scripts with keys and arguments. Goes out: replies. Nothing here knows what the scripts mean; what an error means is verdict.py's.
`redis://`, `rediss://` (TLS) and `unix://` URLs; a further kind of server (Sentinel, Cluster) is one more line of `_OPENERS`: every
script keeps to one hash tag already.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit

import redis
from redis import exceptions
from redis.backoff import NoBackoff
from redis.retry import Retry

from baike_spider.frontier.errors import FrontierMisconfigured, FrontierUnreachable
from baike_spider.frontier.scripts import script
from baike_spider.frontier.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["Call", "Connection", "shown_url"]

T = TypeVar("T")
#: the library's clients are only half typed
Client: TypeAlias = Any

#: seconds
_CONNECT_TIMEOUT = 5.0
_ANSWER_TIMEOUT = 15.0
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0

_INFO_LINE = re.compile(r"^(\w+):(.*?)\r?$", re.MULTILINE)
_OLDEST = (6, 2)


@dataclass(frozen=True, slots=True)
class Call:
    """One run of a script."""

    name: str
    keys: Sequence[bytes]
    args: Sequence[bytes | str | float]
    again: Sequence[bytes | str | float] | None = None
    """The arguments of a repeated call, when a lost answer matters to the script."""


def _open_single(url: str, on_connect: Callable[[Any], None]) -> Client:
    return redis.Redis.from_url(
        url,
        protocol=2,
        redis_connect_func=on_connect,
        retry=Retry(NoBackoff(), 0),  # the one retry loop is ours
        socket_connect_timeout=_CONNECT_TIMEOUT,
        socket_timeout=_ANSWER_TIMEOUT,
        health_check_interval=30,
    )


#: URL scheme -> how a client is opened
_OPENERS: Mapping[str, Callable[[str, Callable[[Any], None]], Client]] = {
    "redis": _open_single,
    "rediss": _open_single,
    "unix": _open_single,
}


def shown_url(url: str) -> str:
    """The URL as messages show it: scheme, host, port, path; never the account or a password.

    >>> shown_url("redis://:secret@cache:6380/2"), shown_url("redis://:se#cret@cache"), shown_url("unix:///run/r.sock?password=x")
    ('redis://cache:6380/2', 'the given address', 'unix:///run/r.sock')
    """
    try:
        parts = urlsplit(url)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "the given address"
    rest = parts.path + parts.query + parts.fragment
    if "@" in rest or (parts.scheme != "unix" and not parts.hostname):
        return f"{parts.scheme}://..."  # a password with / ? # in it lands in the wrong part
    return f"{parts.scheme}://{parts.hostname or ''}{port}{parts.path}"


class Connection:
    """A Redis server that answers script calls, repeats what may be repeated, and says clearly what is wrong. One line to the server, for one thread."""

    def __init__(self, url: str, *, patience: float, pause: Callable[[float], None] = time.sleep) -> None:
        """`patience`: seconds for which a call is repeated before it gives up. Does not connect yet."""
        self.where = shown_url(url)
        self.epoch = 0
        """Rises with every new line: the server may have been restarted, and have lost its last second."""
        self.greeting: Callable[[], Sequence[Call]] = tuple
        """Calls that go before all others on a new line: what the server may have lost."""
        self._greeted = 0
        self._patience = patience
        self._pause = pause
        self._line: Any = None
        opener = _OPENERS.get(url.partition("://")[0])
        if opener is None:
            raise FrontierMisconfigured(
                f"{self.where} is no address of a Redis: it must begin with {', '.join(f'{s}://' for s in _OPENERS)}"
            )
        try:
            self._client = opener(url, self._on_connect)
        except (ValueError, exceptions.RedisError) as error:
            raise FrontierMisconfigured(f"REDIS_URL {self.where} cannot be read: write redis://user:password@host:port/database") from error

    def call(self, call: Call, *, patience: float | None = None) -> Any:
        """The reply of one script, in one round trip. `patience`: other than the line's own."""
        return self.call_many([call], patience=patience)[0]

    def call_many(self, calls: Sequence[Call], *, patience: float | None = None) -> list[Any]:
        """The replies of scripts run one after the other, in one round trip."""
        repeated = False

        def run() -> list[Any]:
            nonlocal repeated
            first, repeated = not repeated, True
            return self._run(calls, first=first)

        return self._patiently(run, self._patience if patience is None else patience)

    def check_server(self) -> None:
        """Raises FrontierMisconfigured when the server is too old, or would throw our keys away."""
        answers = self._patiently(lambda: self._exchange([("INFO", "server"), ("INFO", "memory")]), self._patience)
        info = dict(_INFO_LINE.findall(b"".join(answer for answer in answers if isinstance(answer, bytes)).decode()))
        version = info.get("redis_version", "")  # empty when the account may not read INFO
        if version and tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) < _OLDEST:
            raise FrontierMisconfigured(f"Redis at {self.where} is version {version}: 6.2 or newer is needed (or any Valkey)")
        policy = info.get("maxmemory_policy", "")
        if policy.startswith("allkeys") and info.get("maxmemory") != "0":
            raise FrontierMisconfigured(
                f"Redis at {self.where} evicts keys when memory is short (maxmemory-policy {policy}), which would lose the crawl: "
                "set maxmemory-policy to noeviction or volatile-lru"
            )

    def close(self) -> None:
        """Closes the line; the next call would open a new one."""
        if self._line is not None:
            self._line.disconnect()
            self._client.connection_pool.release(self._line)
            self._line = None
        self._client.close()

    def _on_connect(self, line: Any) -> None:
        self.epoch += 1
        line.on_connect()

    def _run(self, calls: Sequence[Call], *, first: bool) -> list[Any]:
        self._open_line()
        if self._greeted != self.epoch:
            self._evaluate(self.greeting(), first=False)
            self._greeted = self.epoch
        return self._evaluate(calls, first=first)

    def _evaluate(self, calls: Sequence[Call], *, first: bool) -> list[Any]:
        arguments = [call.args if first or call.again is None else call.again for call in calls]
        parts = [(script(call.name), (len(call.keys), *call.keys, *args)) for call, args in zip(calls, arguments, strict=True)]
        replies = self._exchange([("EVALSHA", text.sha, *rest) for text, rest in parts])
        for at, (text, rest) in enumerate(parts):
            if isinstance(replies[at], exceptions.NoScriptError):
                (replies[at],) = self._exchange([("EVAL", text.text, *rest)])
            if isinstance(replies[at], Exception):
                raise replies[at]
        return replies

    def _open_line(self) -> Any:
        if self._line is None:
            self._line = self._client.connection_pool.get_connection()
        self._line.connect()
        return self._line

    def _exchange(self, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        """The replies of commands sent in one write; errors of single commands are replies too."""
        line = self._open_line()
        try:
            line.send_packed_command(line.pack_commands(commands))
            return [_reply(line) for _ in commands]
        except BaseException:
            line.disconnect()  # an answer that is still under way must not be taken for the next one's
            raise

    def _patiently(self, action: Callable[[], T], patience: float) -> T:
        end, pause = time.monotonic() + patience, _FIRST_PAUSE
        while True:
            try:
                return action()
            except (exceptions.RedisError, OSError) as error:
                found = verdict(error, where=self.where)
                if not isinstance(found, FrontierUnreachable) or time.monotonic() + pause > end:
                    raise found from error
            self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _reply(line: Any) -> Any:
    try:
        return line.read_response()
    except exceptions.ResponseError as error:
        return error
