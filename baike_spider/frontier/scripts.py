"""The Lua scripts, ready to run.

Comes in: the files of lua/. Goes out: one `Script` a name, its parts joined in the order of its `-- uses:` line. Running them is `connection.py`'s.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["Script", "script"]

_USES = "-- uses:"


@dataclass(frozen=True, slots=True)
class Script:
    """One script as Redis gets it."""

    name: str
    text: bytes
    sha: str
    """What EVALSHA calls it by."""


@cache
def script(name: str) -> Script:
    """The script `lua/<name>.lua`. Raises FileNotFoundError when there is none."""
    text = _read(name)
    first = text.partition("\n")[0]
    parts = first.removeprefix(_USES).split() if first.startswith(_USES) else []
    whole = "\n".join([*map(_read, parts), text]).encode()
    return Script(name, whole, hashlib.sha1(whole, usedforsecurity=False).hexdigest())


def _read(name: str) -> str:
    return files(__package__).joinpath("lua", f"{name}.lua").read_text("utf-8")
