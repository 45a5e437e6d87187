"""What can go wrong with a corpus: one tree. The commands turn it into exit codes.

CorpusError             a corpus or an input of a build that cannot be used; says what, where and the cure
├── CorpusDamaged       the corpus does not hold what its manifest says
├── InputDamaged        an input of a build does not hold what it should
└── EngineMissing       duckdb is not installed
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CorpusDamaged", "CorpusError", "EngineMissing", "InputDamaged"]


class CorpusError(Exception):
    """A corpus or an input that cannot be used. `path` is where, `cure` is what to do."""

    def __init__(self, message: str, *, path: Path | None = None, cure: str = "") -> None:
        super().__init__(f"{message}; {cure}" if cure else message)
        self.path = path
        self.cure = cure


class CorpusDamaged(CorpusError):
    """A corpus that does not hold what its manifest says."""


class InputDamaged(CorpusError):
    """An input of a build that does not hold what it should."""


class EngineMissing(CorpusError):
    """DuckDB, which reads and writes corpora, is not installed."""
