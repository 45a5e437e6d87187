"""Waiting for what a Redis writes. Its AOF is synced every second, and while a slow disk syncs, Redis holds further writes back for some seconds."""

from __future__ import annotations

import redis

from tests.processes import until


def is_written(url: str) -> bool:
    """Whether all that the server was told has left it, so that kill -9 of the server loses nothing of it; waits for it."""
    with redis.Redis.from_url(url, protocol=2) as client:
        return until(lambda: client.info("persistence")["aof_buffer_length"] == 0, 60)
