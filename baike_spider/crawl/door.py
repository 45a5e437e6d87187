"""The frontier of a crawl's folder: what a worker, `baike status` and `baike frontier` open alike.

Comes in: the folder, the crawl's name, a Redis address or none. Goes out: a connected frontier. The folder remembers which crawl in
Redis is its own, so that a Redis that lost the data is noticed and never taken for a finished crawl.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from baike_spider.exits import BadInput, FrontierGone, OutputFailed
from baike_spider.frontier import EmbeddedServer, Frontier, FrontierError, FrontierLost, worker_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["EMBEDDED", "GENERATION", "State", "open_frontier", "read_state", "shown", "write_state"]

#: file of the crawl's folder that names its queue in Redis
GENERATION = "frontier.json"
#: folder of the embedded server below the crawl's folder
EMBEDDED = "redis"


@contextmanager
def open_frontier(folder: Path, *, redis_url: str, generation: str | None = None) -> Iterator[Frontier]:
    """The frontier of a crawl that exists. `redis_url`: "" for the embedded server. `generation`: which crawl in Redis it must be, None:
    the folder's own, "": whatever is there. Raises BadInput, FrontierGone."""
    folder = folder.resolve()
    state = read_state(folder)
    known, given = state.generation, redis_url
    if not known:
        raise BadInput(f"{folder} is no crawl's folder: it has no {GENERATION}; name the folder of a crawl, such as output/baike")
    server = None
    try:
        if not redis_url:
            server = EmbeddedServer.start(folder / EMBEDDED)
            redis_url = server.url
        with Frontier.connect(
            redis_url, crawl=folder.name, worker=worker_name(), generation=known if generation is None else generation
        ) as frontier:
            yield frontier
    except FrontierLost as error:
        cure = state.misplaced(given) or f"`baike frontier purge {folder} --yes` begins a new queue, the shards stay"
        raise FrontierGone(f"{error}; {cure}") from error
    except FrontierError as error:
        raise FrontierGone(str(error)) from error
    finally:
        if server is not None:
            server.close()


@dataclass(frozen=True, slots=True)
class State:
    """What the folder remembers of its queue."""

    generation: str = ""
    """Which crawl in Redis belongs to this folder; "" for a new one."""
    booked: bool = False
    """Whether that queue knows what the folder's shards hold."""
    redis: str = ""
    """Which Redis holds that queue, without its password; "" where nobody noted it."""

    def misplaced(self, redis_url: str) -> str:
        """What to say when the queue is not found in a Redis that is not its own; "" where it is. `redis_url`: "" for the embedded server."""
        if not self.redis or self.redis == shown(redis_url):
            return ""
        return f"this crawl's queue is in {self.redis}, and REDIS_URL says {shown(redis_url)}: give the address that the crawl began with"


def shown(redis_url: str) -> str:
    """A Redis address as messages name it: no password.

    >>> shown("rediss://u:secret@host:6379/1"), shown("")
    ('rediss://host:6379/1', 'the embedded Redis')
    """
    if not redis_url:
        return "the embedded Redis"
    kind, _, rest = redis_url.partition("://")
    return f"{kind}://{rest.rpartition('@')[2]}"


def read_state(folder: Path) -> State:
    """What the folder remembers. Raises OutputFailed when it cannot be read."""
    try:
        data = json.loads((folder / GENERATION).read_text(encoding="utf-8"))
        return State(str(data["generation"]), bool(data["booked"]), str(data.get("redis", "")))
    except (FileNotFoundError, NotADirectoryError):
        return State()
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputFailed(f"{folder / GENERATION} cannot be read ({error}); delete it to begin the queue anew from the shards") from error


def write_state(folder: Path, state: State) -> None:
    """Remembers it; whole or not at all. Raises OutputFailed."""
    part = folder / f".{GENERATION}-{os.getpid()}"
    try:
        part.write_text(json.dumps(asdict(state)) + "\n", encoding="utf-8")
        part.replace(folder / GENERATION)
    except OSError as error:
        raise OutputFailed(f"{folder / GENERATION}: {error.strerror or error}") from error
