"""What a row usually holds, by its name: people, works, places, a description, a code, an amount ...

Comes in: a row's name. Goes out: its `Kind`, the first evidence for splitting and typing the row. The table is `kinds.toml`;
nothing here looks at the row's text.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

__all__ = ["Kind", "kind_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One section of `kinds.toml`; the meaning of the fields stands at its head."""

    name: str
    cuts: frozenset[str]
    test: str
    keep: str = ""
    typed: bool = True
    asks: str = ""


def _load() -> tuple[dict[str, Kind], dict[str, Kind], dict[str, Kind], Kind]:
    tables: dict[str, Any] = tomllib.loads(files("extractors").joinpath("kinds.toml").read_text("utf-8"))
    kinds = {
        name: Kind(
            name,
            frozenset(table.get("cuts", ())),
            table.get("test", ""),
            table.get("keep", ""),
            table.get("typed", True),
            table.get("asks", ""),
        )
        for name, table in tables.items()
    }
    by_field = {
        field: {key: kinds[name] for name, table in tables.items() for key in table.get(field, ())}
        for field in ("names", "suffixes", "prefixes")
    }
    return by_field["names"], by_field["suffixes"], by_field["prefixes"], kinds["unknown"]


_NAMES, _SUFFIXES, _PREFIXES, _UNKNOWN = _load()
_LONGEST = max(map(len, _SUFFIXES))
#: longer names are notes, not names; they are not worth a place in the cache
_NAME_LIMIT = 32


def kind_of(name: str) -> Kind:
    """The kind of the row called `name` (normalised: no padding, no colon); `unknown` when no entry of the table fits.

    >>> kind_of("代表作品").name, kind_of("动画导演").name, kind_of("造成").name
    ('works', 'people', 'unknown')
    """
    return _kind_of(name) if len(name) <= _NAME_LIMIT else _UNKNOWN


@lru_cache(maxsize=8192)
def _kind_of(name: str) -> Kind:
    if name in _NAMES:
        return _NAMES[name]
    base = name.partition("（")[0].partition("(")[0].strip() or name
    if base in _NAMES:
        return _NAMES[base]
    for length in range(min(_LONGEST, len(base)), 0, -1):
        if kind := _SUFFIXES.get(base[-length:]):
            return kind
    return _PREFIXES.get(base[:2], _UNKNOWN)
