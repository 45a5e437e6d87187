"""The border to Redis: a URL becomes a connection, a script call a reply, and every error of the library one of ours.

Comes in: URLs, scripts with keys and arguments. Goes out: replies. Nothing here knows what the scripts mean; what an error means is verdict.py's,
which server has a key is address.py's: every script keeps to one hash tag.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from redis import exceptions

from baike_spider.frontier.address import KINDS, Address, open_nodes, shown_url
from baike_spider.frontier.errors import FrontierMisconfigured, FrontierUnreachable
from baike_spider.frontier.scripts import script
from baike_spider.frontier.verdict import verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Call", "Connection", "shown_url"]

#: nodes of a cluster that send one another the same call on
_MOST_MOVES = 5

T = TypeVar("T")

#: seconds
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 1.0
#: an attempt that took longer than so many seconds to fail held everything up; its server is left alone for so many times as long
_HELD_UP, _REST = 0.5, 2.0

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


class Connection:
    """A Redis server that answers script calls, repeats what may be repeated, and says clearly what is wrong. One line to each node, for one thread."""

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
        self._lines: dict[Address, Any] = {}
        self._resting: dict[int, tuple[float, FrontierUnreachable]] = {}
        if url.partition("://")[0] not in KINDS:
            raise FrontierMisconfigured(f"{self.where} is no address of a Redis: it must begin with {', '.join(f'{s}://' for s in KINDS)}")
        try:
            self._nodes = open_nodes(url, self._on_connect)
        except (ValueError, exceptions.RedisError) as error:
            raise FrontierMisconfigured(
                f"REDIS_URL {self.where} cannot be read: write redis://user:password@host:port/database, redis+sentinel://host:port/service "
                "or redis+cluster://host:port"
            ) from error

    def call(self, call: Call, *, patience: float | None = None) -> Any:
        """The reply of one script, in one round trip. `patience`: other than the line's own."""
        return self.call_many([call], patience=patience)[0]

    def call_many(self, calls: Sequence[Call], *, patience: float | None = None) -> list[Any]:
        """The replies of scripts run one after the other, in one round trip.

        A server that does not even refuse (packets lost, a process stopped) costs whoever asks the whole timeout: after one such attempt further
        calls fail at once for a while, so that a worker with many timers is not held up all the time.
        """
        repeated, began = False, 0.0
        fate = self._nodes.fate(calls[0].keys[0])

        def run() -> list[Any]:
            nonlocal repeated, began
            first, repeated, began = not repeated, True, time.monotonic()
            return self._run(calls, first=first)

        until, why = self._resting.get(fate, (0.0, None))
        if why is not None and time.monotonic() < until:
            raise FrontierUnreachable(str(why)) from why
        try:
            return self._patiently(run, self._patience if patience is None else patience)
        except FrontierUnreachable as error:
            now = time.monotonic()
            if now - began > _HELD_UP:
                self._resting[fate] = (now + _REST * (now - began), error)
            raise

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
        """Closes the lines; the next call would open new ones."""
        for address, line in self._lines.items():
            line.disconnect()
            self._nodes.client(address).connection_pool.release(line)
        self._lines = {}
        self._nodes.close()

    def _on_connect(self, line: Any) -> None:
        self.epoch += 1
        line.on_connect()

    def _run(self, calls: Sequence[Call], *, first: bool) -> list[Any]:
        for _ in range(_MOST_MOVES):
            try:
                self._open_line(calls[0].keys[0])
                if self._greeted != self.epoch:
                    epoch, greeting = self.epoch, self.greeting()
                    if greeting:
                        self._evaluate(greeting, first=False)
                    self._greeted = epoch
                return self._evaluate(calls, first=first)
            except exceptions.MovedError as error:
                if not self._nodes.moved(error.slot_id, error.host, error.port):
                    raise
        raise exceptions.ClusterDownError("CLUSTERDOWN its nodes send the call round in a ring")

    def _evaluate(self, calls: Sequence[Call], *, first: bool) -> list[Any]:
        key = calls[0].keys[0]
        arguments = [call.args if first or call.again is None else call.again for call in calls]
        parts = [(script(call.name), (len(call.keys), *call.keys, *args)) for call, args in zip(calls, arguments, strict=True)]
        replies = self._exchange([("EVALSHA", text.sha, *rest) for text, rest in parts], key)
        for at, (text, rest) in enumerate(parts):
            if isinstance(replies[at], exceptions.NoScriptError):
                (replies[at],) = self._exchange([("EVAL", text.text, *rest)], key)
            if isinstance(replies[at], Exception):
                raise replies[at]
        return replies

    def _open_line(self, key: bytes) -> Any:
        address = self._nodes.of(key)
        if address not in self._lines:
            self._lines[address] = self._nodes.client(address).connection_pool.get_connection()
        line = self._lines[address]
        line.connect()
        return line

    def _exchange(self, commands: Sequence[tuple[Any, ...]], key: bytes = b"") -> list[Any]:
        """The replies of commands sent in one write to the node that has the key; errors of single commands are replies too."""
        line = self._open_line(key)
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
                if isinstance(error, exceptions.ConnectionError | exceptions.TimeoutError | exceptions.ClusterDownError | OSError):
                    self._nodes.lost()
                if not isinstance(found, FrontierUnreachable) or time.monotonic() + pause > end:
                    raise found from error
            self._pause(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _reply(line: Any) -> Any:
    try:
        return line.read_response()
    except exceptions.ResponseError as error:
        return error
