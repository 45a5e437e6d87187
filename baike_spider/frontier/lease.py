"""The values that cross the frontier's door: what may have to be fetched, what is to be fetched again, and what a worker may fetch now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from baike_spider.frontier.item import Key

__all__ = ["Candidate", "Lease", "Revisit"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry that might have to be fetched."""

    key: Key
    """Its identity: lemma id or question id, else canonical title or old path."""
    locator: str
    """The short text from which the site rebuilds the URL."""
    depth: int = 0
    """Links from the nearest seed; lower goes first."""


@dataclass(frozen=True, slots=True)
class Revisit:
    """A finished entry that is to be fetched again."""

    names: tuple[Candidate, ...]
    """Every identity it may have been finished under, the likeliest first."""
    note: str
    """What the fetched page is compared with; not empty, short, for whoever leases it. The frontier only keeps it."""


@dataclass(frozen=True, slots=True)
class Lease:
    """An entry that this worker may fetch until the deadline."""

    key: Key
    locator: str
    depth: int
    token: int
    """The fencing token: greater at every lease."""
    attempts: int
    """Failed attempts before this one."""
    deadline: float
    """Seconds since 1970 by the Redis server's clock. Renew at a third of `lease_seconds`, by the worker's own clock."""
    note: str = ""
    """What `reopen` was told to compare with, when the entry is visited again; "" for an entry that nobody has."""
