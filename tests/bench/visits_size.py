"""What the book of visits costs: bytes and time an entry, of a crawl that notes, of the reading of shards, and of a refresh that asks who is due.

python -m tests.bench.visits_size [ENTRIES]
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from baike_spider.crawl.look import Validators
from baike_spider.crawl.visits import VISITS, Visits
from baike_spider.shards import ShardWriter
from extractors import Page, extract
from tests.conftest import ROOT

PAGE = ROOT / "tests" / "fixtures" / "baidu_baike" / "basicinfo"


def main(entries: int) -> None:
    model = extract(
        Page(max(PAGE.glob("*/page.html"), key=lambda path: path.stat().st_size if "drift" not in str(path) else 0).read_bytes())
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with ShardWriter(folder, worker="w", site="baidu_baike", crawl="c") as writer, Visits.open(folder) as visits:
            spent = 0.0
            for number in range(entries):
                url = f"https://baike.baidu.com/item/词条{number}/{number + 1}"
                fetched_at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_700_000_000 + number))
                entry = replace(model, lemma_id=number + 1, url=url, source=url, fetched_at=fetched_at, digest=f"sha256:{number:064x}")
                data = entry.as_dict()
                writer.write(entry, data)
                began = time.perf_counter()
                visits.stored(data, depth=3, validators=Validators('W/"5f3e9-60c1a2b3c4d5e"', "Wed, 21 Oct 2026 07:28:00 GMT"))
                if number % 100 == 99:
                    visits.commit("w-00000")
                spent += time.perf_counter() - began
            visits.commit("w-00000")
        print(f"noting while the crawl runs   {spent / entries * 1e6:8.1f} us an entry")
        with Visits.open(folder) as visits:
            began = time.perf_counter()
            visits.catch_up()
            print(f"reading the shards            {(time.perf_counter() - began) / entries * 1e6:8.1f} us an entry")
            began, place, seen = time.perf_counter(), (-1, -1), 0
            while due := visits.due(1_750_000_000, after=place, n=250):
                place, seen = due[-1].place, seen + len(due)
                for visit in due:
                    visits.looked(visit.look, "2026-11-01T00:00:00Z")
                visits.commit("")
            print(f"asking who is due, and noting {(time.perf_counter() - began) / seen * 1e6:8.1f} us an entry ({seen})")
        print(f"the book                      {(folder / VISITS).stat().st_size / entries:8.1f} bytes an entry")
        print(f"memory of this process        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:8.1f} MB")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
