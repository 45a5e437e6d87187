"""`make floors`: extracts the real pages, scores them against the labels, fails below a floor of floors.toml.

Needs ../shared; without it, it says so and passes, except where CI=true.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from tests.conftest import ROOT, SHARED

#: what holds a page with gold rows, relative to ../shared/pages
_LABELLED = "baidu_baike"


def main() -> int:
    """The exit code: 1 below a floor."""
    if not (SHARED / "gold.jsonl").is_file():
        print("../shared is not at hand: no labelled pages to measure")
        return 1 if os.environ.get("CI") == "true" else 0
    figures = measure()
    floors = tomllib.loads((ROOT / "tests" / "floors.toml").read_text(encoding="utf-8"))
    low = 0
    for name, floor in floors.items():
        figure = figures["titles"] if name == "titles" else figures[name][2]
        low += figure < floor
        print(f"{name:22} {figure:8.4f}  floor {floor:8.4f}{'' if figure >= floor else '  TOO LOW'}")
    return 1 if low else 0


def measure() -> dict[str, list[float]]:
    """The figures of score.py on every labelled page."""
    with tempfile.TemporaryDirectory() as folder:
        entries = Path(folder) / "entries.jsonl"
        command = [sys.executable, "-m", "baike_spider.cli.main", "extract", str(SHARED / "pages" / _LABELLED), "-o", str(entries)]
        subprocess.run(command, check=False, stderr=subprocess.DEVNULL)
        score = [sys.executable, str(SHARED / "score.py"), str(SHARED / "gold.jsonl"), str(entries), "--json"]
        return dict(json.loads(subprocess.run(score, check=True, capture_output=True, text=True).stdout))


if __name__ == "__main__":
    sys.exit(main())
