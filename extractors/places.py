"""Places that lie within places: 中国，北京; 广东省 深圳市. What 、 joins stands side by side: 沙县、虬江街道,
but for rows of one place (出生地).

Comes in: the parts of a row that holds places. Goes out: whether they are one place, written from the widest to the narrowest.
Countries and levels are `places.toml`.
"""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

__all__ = ["is_coordinate", "is_nested"]

_TABLE = tomllib.loads(files("extractors").joinpath("places.toml").read_text("utf-8"))
_COUNTRIES = frozenset(_TABLE["countries"])
_LEVELS = [re.compile(f"(?:{'|'.join(endings)})$") for endings in _TABLE["levels"]]
_COORDINATE = re.compile("北纬|南纬|东经|西经|[°′″]")


def is_coordinate(text: str) -> bool:
    """Whether a part is one half of a position: 北纬32°～40°，东经114°～120° (a plain)."""
    return _COORDINATE.search(text) is not None


def is_nested(texts: Sequence[str], sorts: Container[str], *, one: bool = False) -> bool:
    """Whether each place lies in the one before it; `sorts` are the separators between them, `one`: the row asks for a single place.

    >>> is_nested(["中国", "北京"], {"comma"}), is_nested(["美国", "中国"], {"comma"}), is_nested(["广东省", "深圳市"], {"space"})
    (True, False, True)
    """
    if "pause" in sorts and not one:
        return False
    first, *others = texts
    if first == "中国" and sorts == {"space"} and len(others) == 1 and others[0] in _COUNTRIES:
        # 中国 香港
        return True
    if first in _COUNTRIES and len(others) <= 2 and not any(other in _COUNTRIES or other[-1] in "国洲" for other in others):
        return True
    levels = [_level(text) for text in texts]
    return all(wide is not None and narrow is not None and wide < narrow for wide, narrow in pairwise(levels))


def _level(text: str) -> int | None:
    if text.startswith("中国") and len(text) <= 5:
        return 1
    return next((level for level, ending in enumerate(_LEVELS) if ending.search(text)), None)
