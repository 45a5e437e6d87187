"""Fixtures that every room's tests share."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# a law does not fall because the machine was busy: what may cost too much time is measured in processor time, by tests of its own
settings.register_profile(
    "patient", settings.get_profile(settings.get_current_profile_name()), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("patient")

# whoever starts the tests in the background has them ignore Ctrl-C, and a process that a test starts would inherit that
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

ROOT = Path(__file__).resolve().parents[1]
SHARED = (ROOT.parent / "shared").resolve()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real saved pages beside the project. Skips where it is absent; fails where CI=true."""
    if not (SHARED / "pages" / "index.jsonl").is_file():
        reason = "the real saved pages (../shared) are other people's data and not at hand"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return SHARED


@pytest.fixture(scope="session")
def shared_pages(shared: Path) -> Path:
    """../shared/pages."""
    return shared / "pages"


@pytest.fixture(scope="session")
def shared_index(shared_pages: Path) -> list[dict[str, Any]]:
    """The lines of ../shared/pages/index.jsonl."""
    with (shared_pages / "index.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


@pytest.fixture(scope="session")
def encyclopedia() -> Path:
    """Our own encyclopedia."""
    return ROOT / "tests" / "encyclopedia"
