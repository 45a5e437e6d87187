"""Pages per CPU second of `extract` plus every link of the page, against `lxml.html.fromstring` alone on the same bytes.

    python -m tests.bench.extraction_speed [FOLDER] [--rounds N] [--profile]

FOLDER holds saved pages; by default the 291 basicinfo pages of ../shared. Both are measured in turn in one process, and each
round begins with empty caches, as if its pages were the first. The best time of each page counts: others share the machine.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import sys
import time
from collections.abc import Callable
from pathlib import Path

import lxml.html

from extractors import Page, Verdict, extract, links
from tests.conftest import SHARED

DEFAULT = SHARED / "pages" / "baidu_baike" / "basicinfo-2019"


def ours(page: Page) -> None:
    try:
        links(page, extract(page), scope="page")
    except Verdict:
        return


def theirs(page: Page) -> None:
    lxml.html.fromstring(page.body)


def spent(read: Callable[[Page], None], pages: list[Page]) -> list[float]:
    """CPU seconds of each page."""
    times = []
    for page in pages:
        started = time.thread_time()
        read(page)
        times.append(time.thread_time() - started)
    return times


def empty_caches() -> None:
    """Forget what was remembered of earlier pages; rules that are loaded once stay."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] == "extractors":
            for function in vars(module).values():
                parameters = getattr(function, "cache_parameters", None)
                if parameters and parameters()["maxsize"] is not None:
                    function.cache_clear()


def addresses(folder: Path) -> dict[str, str]:
    index = folder.parents[1] / "index.jsonl"
    if not index.is_file():
        return {}
    lines = map(json.loads, index.read_text(encoding="utf-8").splitlines())
    return {Path(line["path"]).name: (line["url"] or "").replace("ENCODE ERROR", "") for line in lines}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=DEFAULT)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--profile", action="store_true")
    arguments = parser.parse_args()
    urls = addresses(arguments.folder)
    pages = [Page(path.read_bytes(), url=urls.get(path.name, "")) for path in sorted(arguments.folder.iterdir()) if path.is_file()]
    if not pages:
        sys.exit(f"no pages in {arguments.folder}")
    ours(pages[0])
    if arguments.profile:
        profile = cProfile.Profile()
        profile.runcall(lambda: [ours(page) for page in pages])
        pstats.Stats(profile).sort_stats("tottime").print_stats(40)
        return
    rounds = []
    for _ in range(arguments.rounds):
        empty_caches()
        rounds.append((spent(ours, pages), spent(theirs, pages)))
    own, other = (sum(map(min, zip(*times, strict=True))) for times in zip(*rounds, strict=True))
    ratios = sorted(sum(lxmls) / sum(mine) for mine, lxmls in rounds)
    print(f"{len(pages)} pages, {sum(len(page.body) for page in pages) / len(pages) / 1000:.0f} KB each, {arguments.rounds} rounds")
    print(f"extract and links   {len(pages) / own:8.0f} pages / CPU s   {own / len(pages) * 1e6:6.0f} us a page")
    print(f"lxml parse alone    {len(pages) / other:8.0f} pages / CPU s   {other / len(pages) * 1e6:6.0f} us a page")
    print(f"ratio {other / own:.2f}; of whole rounds: median {ratios[len(ratios) // 2]:.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}")


if __name__ == "__main__":
    main()
