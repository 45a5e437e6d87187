"""What cannot be read: where, and why. It is reported, counted and passed over; nothing is raised to a reader of many records."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Broken", "Damage"]


class Broken(Exception):
    """A member or record that is not what it says; turned into `Damage` where its place is known."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A stretch that was skipped. `str()` is a line for people."""

    path: str
    offset: int
    """Bytes from the start of the file to the damaged member or record."""
    reason: str
    bytes: int | None = None
    """How many were skipped; None where nobody knows."""

    def __str__(self) -> str:
        skipped = "" if self.bytes is None else f" ({self.bytes} bytes skipped)"
        return f"{self.path}: byte {self.offset}: damaged: {self.reason}{skipped}"
