"""Which server answers for a key: a REDIS_URL of any kind becomes clients of the library.

Comes in: the URL. Goes out: `Nodes`, which names a node for a key and opens a client for a node. Of one server, and of a Sentinel's master, there is one node; in a
Cluster the owner of a slot is learned from the answers (MOVED), and forgotten when it is gone.

    redis://[user:password@]host[:6379][/database][?option=value]      rediss:// the same over TLS, unix:///path/redis.sock[?password=...]
    redis+sentinel://[user:password@]host[:26379],host2.../service[/database][?sentinel_username=...&sentinel_password=...]
    redis+cluster://[user:password@]host[:6379],host2...               rediss+sentinel:// and rediss+cluster:// the same over TLS

TLS options: ssl_ca_certs, ssl_certfile, ssl_keyfile, ssl_check_hostname, ssl_cert_reqs. User and password are percent-encoded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

import redis
from redis import connection, sentinel
from redis.backoff import NoBackoff
from redis.crc import key_slot
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["KINDS", "Address", "Nodes", "open_nodes", "shown_url"]

#: the library's clients are only half typed
Client: TypeAlias = Any
#: host and port; None: the only node there is
Address: TypeAlias = tuple[str, int] | None
OnConnect: TypeAlias = "Callable[[Any], None]"
_Sentinel: Any = sentinel.Sentinel
_parse_url: Any = connection.parse_url

#: seconds
_CONNECT_TIMEOUT = 5.0
_ANSWER_TIMEOUT = 15.0
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[\w.\-]+)(?::\d{1,5})?"
_HOSTS = re.compile(rf"{_HOST}(?:,{_HOST})*")
_SENTINEL_PORT, _REDIS_PORT = 26379, 6379


def shown_url(url: str) -> str:
    """The URL as messages show it: scheme, host, port, path; never the account or a password.

    >>> shown_url("redis://:secret@cache:6380/2"), shown_url("redis://:se#cret@cache"), shown_url("unix:///run/r.sock?password=x")
    ('redis://cache:6380/2', 'the given address', 'unix:///run/r.sock')
    >>> shown_url("redis+sentinel://:secret@a:1,b:2/main?sentinel_password=x")
    'redis+sentinel://a:1,b:2/main'
    """
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2]
        several = "," in hosts and _HOSTS.fullmatch(hosts) is not None
        where = hosts if several else (parts.hostname or "") + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return "the given address"
    rest = parts.path + parts.query + parts.fragment
    if "@" in rest or (parts.scheme != "unix" and not where):
        return f"{parts.scheme}://..."  # a password with / ? # in it lands in the wrong part
    return f"{parts.scheme}://{where}{parts.path}"


class Nodes:
    """One server."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def of(self, key: bytes) -> Address:  # noqa: ARG002 - a cluster's nodes need it
        """Which node answers for the key."""
        return None

    def fate(self, key: bytes) -> int:  # noqa: ARG002 - the same
        """The same number for keys that are away together."""
        return 0

    def client(self, address: Address) -> Client:  # noqa: ARG002 - the same
        """The client of a node."""
        return self._client

    def moved(self, slot: int, host: str, port: int) -> bool:  # noqa: ARG002 - the same
        """A node said that another has the slot; whether asking that one may help."""
        return False

    def lost(self) -> None:
        """A node did not answer."""

    def close(self) -> None:
        self._client.close()


class _Cluster(Nodes):
    """The nodes of a cluster. Every key of a crawl is in one slot, the start URLs may be in another: two nodes at most are met."""

    def __init__(self, seeds: list[tuple[str, int]], options: Mapping[str, Any]) -> None:
        self._seeds = seeds
        self._options = options
        self._owners: dict[int, tuple[str, int]] = {}
        self._clients: dict[tuple[str, int], Client] = {}
        self._asked = seeds[0]

    def of(self, key: bytes) -> Address:
        return self._owners.get(key_slot(key), self._seeds[0])

    def fate(self, key: bytes) -> int:
        return int(key_slot(key))

    def client(self, address: Address) -> Client:
        self._asked = address or self._seeds[0]
        if self._asked not in self._clients:
            host, port = self._asked
            self._clients[self._asked] = redis.Redis(host=host, port=port, **self._options)
        return self._clients[self._asked]

    def moved(self, slot: int, host: str, port: int) -> bool:
        self._owners[slot] = (host or self._asked[0], port)
        return True

    def lost(self) -> None:
        self._owners.clear()
        self._seeds.append(self._seeds.pop(0))

    def close(self) -> None:
        for client in self._clients.values():
            client.close()


def open_nodes(url: str, on_connect: OnConnect) -> Nodes:
    """The nodes behind the URL; connects to none yet. Raises ValueError or RedisError on a URL that makes no sense, KeyError on an unknown kind."""
    return KINDS[url.partition("://")[0]](url, on_connect)


def _options(on_connect: OnConnect) -> dict[str, Any]:
    return {
        "protocol": 2,
        "redis_connect_func": on_connect,
        "retry": Retry(NoBackoff(), 0),  # the one retry loop is ours
        "socket_connect_timeout": _CONNECT_TIMEOUT,
        "socket_timeout": _ANSWER_TIMEOUT,
        "health_check_interval": 30,
    }


def _open_single(url: str, on_connect: OnConnect) -> Nodes:
    return Nodes(redis.Redis.from_url(url, **_options(on_connect)))


def _open_sentinel(url: str, on_connect: OnConnect) -> Nodes:
    hosts, path, options = _parsed(url, _SENTINEL_PORT)
    service, _, database = path.partition("/")
    if not service:
        raise ValueError("the name of the service is missing: redis+sentinel://host:26379/mymaster")
    own = {name: options.pop(f"sentinel_{name}") for name in ("username", "password") if f"sentinel_{name}" in options}
    tls = {name: value for name, value in options.items() if name.startswith("ssl")}
    timeouts = {"socket_connect_timeout": _CONNECT_TIMEOUT, "socket_timeout": _CONNECT_TIMEOUT}
    watchers = _Sentinel(hosts, sentinel_kwargs={**own, **tls, **timeouts})
    return Nodes(watchers.master_for(service, db=int(database or 0), **options, **_options(on_connect)))


def _open_cluster(url: str, on_connect: OnConnect) -> Nodes:
    hosts, path, options = _parsed(url, _REDIS_PORT)
    if path not in ("", "0"):
        raise ValueError("a cluster has one database: leave the path out")
    return _Cluster(hosts, {**options, **_options(on_connect)})


def _parsed(url: str, default_port: int) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    """Hosts, path without its slash, and the library's options of a URL with several hosts."""
    parts = urlsplit(url)
    account, at, hosts = parts.netloc.rpartition("@")
    if not _HOSTS.fullmatch(hosts):
        raise ValueError(f"{hosts!r} are no hosts")
    pairs = [re.fullmatch(r"(.+?)(?::(\d+))?", host) for host in re.findall(_HOST, hosts)]
    addresses = [(pair[1].strip("[]"), int(pair[2] or default_port)) for pair in pairs if pair]
    scheme = parts.scheme.partition("+")[0]
    query = dict(parse_qsl(parts.query))
    own: dict[str, Any] = {name: query.pop(name) for name in ("sentinel_username", "sentinel_password") if name in query}
    options: dict[str, Any] = {**_parse_url(f"{scheme}://{account}{at}host:1/?{urlencode(query)}")}
    for name in ("host", "port", "db"):
        options.pop(name, None)
    if options.pop("connection_class", None) is not None:
        options["ssl"] = True
    return addresses, parts.path.strip("/"), {**options, **own}


#: URL scheme -> how its nodes are opened
KINDS: Mapping[str, Callable[[str, OnConnect], Nodes]] = {
    "redis": _open_single,
    "rediss": _open_single,
    "unix": _open_single,
    "redis+sentinel": _open_sentinel,
    "rediss+sentinel": _open_sentinel,
    "redis+cluster": _open_cluster,
    "rediss+cluster": _open_cluster,
}
