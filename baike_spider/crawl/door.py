"""The frontier of a crawl's folder: what a worker, `baike status` and `baike frontier` open alike.

Comes in: the folder, the crawl's name, a Redis address or none. Goes out: a connected frontier. The folder remembers which crawl in
Redis is its own, so that a Redis that lost the data is noticed and never taken for a finished crawl.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from baike_spider.exits import BadInput, FrontierGone, OutputFailed
from baike_spider.frontier import EmbeddedServer, Frontier, FrontierError, worker_name

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["EMBEDDED", "GENERATION", "open_frontier", "read_generation", "write_generation"]

#: file of the crawl's folder that names its queue in Redis
GENERATION = "frontier.json"
#: folder of the embedded server below the crawl's folder
EMBEDDED = "redis"


@contextmanager
def open_frontier(folder: Path, *, redis_url: str) -> Iterator[Frontier]:
    """The frontier of a crawl that exists. `redis_url`: "" for the embedded server. Raises BadInput, FrontierGone."""
    generation = read_generation(folder)
    if not generation:
        raise BadInput(f"{folder} is no crawl's folder: it has no {GENERATION}; name the folder of a crawl, such as output/baike")
    server = None
    try:
        if not redis_url:
            server = EmbeddedServer.start(folder / EMBEDDED)
            redis_url = server.url
        with Frontier.connect(redis_url, crawl=folder.name, worker=worker_name(), generation=generation) as frontier:
            yield frontier
    except FrontierError as error:
        raise FrontierGone(str(error)) from error
    finally:
        if server is not None:
            server.close()


def read_generation(folder: Path) -> str:
    """Which crawl in Redis belongs to this folder: "" for a new one."""
    try:
        return str(json.loads((folder / GENERATION).read_text(encoding="utf-8"))["generation"])
    except FileNotFoundError:
        return ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise OutputFailed(f"{folder / GENERATION} cannot be read ({error}); delete it to begin the queue anew from the shards") from error


def write_generation(folder: Path, generation: str) -> None:
    """Remembers it; whole or not at all."""
    part = folder / f".{GENERATION}-{os.getpid()}"
    part.write_text(json.dumps({"generation": generation}) + "\n", encoding="utf-8")
    part.replace(folder / GENERATION)
