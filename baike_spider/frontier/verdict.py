"""What an error of Redis means for a crawl: wait, stop, or ask a person.

Comes in: errors of the redis library. Goes out: one of ours, with what, where and the cure.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from redis import exceptions

from baike_spider.frontier.errors import FrontierError, FrontierLost, FrontierMisconfigured, FrontierUnreachable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["verdict"]

#: replies that time may cure: the code of the error -> what it means
_FOR_NOW = {
    "ASK": "its cluster is moving the slot",
    "BUSY": "a script of somebody else blocks it",
    "CLUSTERDOWN": "its cluster is down",
    "LOADING": "it is loading its data",
    "MASTERDOWN": "its master is down",
    "MISCONF": "it cannot write to its disk: is the disk full?",
    "NOREPLICAS": "it has too few replicas",
    "OOM": "it is out of memory: raise maxmemory",
    "READONLY": "it is a replica: is a failover going on?",
    "TRYAGAIN": "its cluster is moving the slot",
    "UNKILLABLE": "a script of somebody else blocks it",
}
#: replies that only a person cures
_FOR_GOOD = {
    "MOVED": "it is a node of a Redis Cluster: write redis+cluster://host:port in REDIS_URL",
    "NOAUTH": "it wants a password: put it into REDIS_URL (redis://user:password@host)",
    "NOPERM": (
        "the account lacks rights: give it +@all -@admin -@dangerous on the keys ~baike:* ~{baike:* and, for questions, ~zhidao:* ~{zhidao:* "
        "(the queue, start URLs, those that were taken)"
    ),
    "WRONGPASS": "it refuses the password of REDIS_URL",
}
#: errors whose code the library has cut off
_CODES: Mapping[type[Exception], str] = {
    exceptions.AuthenticationError: "WRONGPASS",
    exceptions.AuthorizationError: "NOPERM",
    exceptions.BusyLoadingError: "LOADING",
    exceptions.MasterDownError: "MASTERDOWN",
    exceptions.ClusterDownError: "CLUSTERDOWN",
    exceptions.MovedError: "MOVED",
    exceptions.AskError: "ASK",  # the other one's base
    exceptions.NoPermissionError: "NOPERM",
    exceptions.OutOfMemoryError: "OOM",
    exceptions.ReadOnlyError: "READONLY",
    exceptions.TryAgainError: "TRYAGAIN",
}
#: how Redis 6.2 reports the error of a command inside a script
_WRAPPED = re.compile(rf" -({'|'.join([*_FOR_NOW, *_FOR_GOOD])}) ")


def verdict(error: Exception, *, where: str) -> FrontierError:
    """Our error for one of the library's or of the socket's. `where`: the server, as messages show it."""
    code, rest = _code(error)
    where = f"Redis at {where}"
    if code == "LOST":
        return FrontierLost(
            f"The crawl's data is gone from {where} ({rest}): it was restarted without persistence, flushed, purged or evicted. The crawl is not finished; "
            "what is on disk is whole. Give Redis an AOF (appendonly yes)"
        )
    if code == "FORMAT":
        return FrontierMisconfigured(
            f"The crawl in {where} was written in format {rest}, which this version does not read: "
            "finish it with the version that began it, or purge it"
        )
    if code in _FOR_NOW:
        return FrontierUnreachable(f"{where} refuses for now: {_FOR_NOW[code]} ({error})")
    if code in _FOR_GOOD:
        return FrontierMisconfigured(f"{where}: {_FOR_GOOD[code]}")
    if isinstance(error, exceptions.ResponseError | exceptions.DataError):
        return FrontierError(f"{where} answered with an error: {error}")
    if "CERTIFICATE_VERIFY_FAILED" in rest:
        return FrontierMisconfigured(
            f"{where}: its certificate is not trusted; name the authority in REDIS_URL (?ssl_ca_certs=/path/ca.pem)"
        )
    return FrontierUnreachable(
        f"{where} does not answer ({error}). Is it running? Start it, correct REDIS_URL, or unset REDIS_URL to use the embedded server"
    )


def _code(error: Exception) -> tuple[str, str]:
    """The code word of a reply and the text behind it. The library cuts some codes off, and old servers wrap the errors of scripts."""
    text = str(error)
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            return ("NOAUTH" if code == "WRONGPASS" and "required" in text else code), text
    wrapped = _WRAPPED.search(text)
    if wrapped:
        return wrapped[1], text
    code, _, rest = text.partition(" ")
    return code, rest
