"""What can go wrong between a crawl and its frontier: our own errors, no error of the redis library leaves this room.

    FrontierError
    ├── FrontierUnreachable     Redis does not answer, or refuses for now: wait and try again, nothing is lost
    ├── FrontierLost            the crawl's data is gone from Redis: stop, never report the crawl as finished
    ├── FrontierMisconfigured   wrong address, password, rights, version or eviction policy: a person must change something
    └── ServerNotStarted        the embedded server did not come up

Every message says what, where and the cure, and never shows a password.
"""

from __future__ import annotations

__all__ = ["FrontierError", "FrontierLost", "FrontierMisconfigured", "FrontierUnreachable", "ServerNotStarted"]


class FrontierError(Exception):
    """The root: catch this at the edge of the crawl."""


class FrontierUnreachable(FrontierError):
    """Redis did not answer within the patience of the call. Every call may be repeated: it is idempotent or fenced."""


class FrontierLost(FrontierError):
    """Redis answers, but what the crawl kept there is gone (restarted without persistence, flushed, purged, evicted)."""


class FrontierMisconfigured(FrontierError):
    """No waiting helps: the address, the account or the server's settings must be changed."""


class ServerNotStarted(FrontierError):
    """No embedded Redis could be started for the crawl."""
