"""Keys that this worker knows to be seen, so that a page's usual links cost neither a fingerprint nor a place in a call.

Comes in: keys that a call has added, or found added. Goes out: which candidates are worth a call. It forgets: the least recently met keys when it is full, and all of them
whenever the line to Redis is new, because a server that was killed may have lost its last seconds. Then who added those keys adds them again (see recent.py),
or its page is fetched again, and this worker must not stand in the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from baike_spider.frontier.item import Key
    from baike_spider.frontier.lease import Candidate

__all__ = ["KnownKeys"]

#: keys; about 100 bytes each. Half of it is kept when it is full
_MOST = 1 << 16


class KnownKeys:
    """A bounded set, valid for one epoch of the connection."""

    def __init__(self, most: int = _MOST) -> None:
        self._half = most // 2
        self._young: set[Key] = set()
        self._old: set[Key] = set()
        self._epoch = 0

    def unknown(self, candidates: Iterable[Candidate], *, epoch: int) -> list[Candidate]:
        """Those that have to be asked for."""
        self._enter(epoch)
        young, old = self._young, self._old
        rest = []
        for candidate in candidates:
            key = candidate.key
            if key in young:
                continue
            if key in old:
                young.add(key)
            else:
                rest.append(candidate)
        return rest

    def learn(self, candidates: Iterable[Candidate], *, epoch: int) -> None:
        """These are seen, as of a call within that epoch."""
        self._enter(epoch)
        self._young.update(candidate.key for candidate in candidates)
        if len(self._young) > self._half:
            self._old, self._young = self._young, set()

    def forget(self) -> None:
        """Nothing is known any more."""
        self._young, self._old = set(), set()

    def _enter(self, epoch: int) -> None:
        if epoch != self._epoch:
            self.forget()
            self._epoch = epoch
