"""Which pages are wanted, by their addresses.

Comes in: patterns as a person types them. Goes out: a predicate that travels between processes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import translate
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote

from baike_spider.corpus.paths import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Include"]

#: what a regular expression begins with; all else is a glob
_REGEX = "re:"


@dataclass(frozen=True, slots=True)
class Include:
    """Whether an address matches any of the patterns, as it stands or percent-decoded. No patterns: every one does."""

    patterns: tuple[re.Pattern[str], ...] = ()

    @classmethod
    def of(cls, patterns: Iterable[str]) -> Self:
        """Globs match whole addresses, `re:REGEX` any part. Raises InputError for what is no regular expression."""
        return cls(tuple(_compiled(pattern) for pattern in patterns))

    def __call__(self, url: str) -> bool:
        """
        >>> Include.of(["https://baike.baidu.com/item/周*"])("https://baike.baidu.com/item/%E5%91%A8%E8%BF%85")
        True
        >>> Include.of([r"re:/item/[^/]+/\\d+$"])("https://baike.baidu.com/item/周迅")
        False
        """
        return not self.patterns or any(pattern.search(url) or pattern.search(unquote(url)) for pattern in self.patterns)


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern.removeprefix(_REGEX) if pattern.startswith(_REGEX) else r"\A" + translate(pattern))
    except re.error as error:
        raise InputError(f"--include {pattern}: no regular expression: {error}") from error
