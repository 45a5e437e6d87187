"""`scrapy` with a stop-watch about what the archive does: `python -m tests.bench.tap_time crawl baike ...`.

Its last line on standard error is a JSON object: CPU seconds of the crawl's thread in the archive, and of the process in all.
"""

from __future__ import annotations

import atexit
import json
import sys
import time
from functools import wraps
from typing import Any

from scrapy.cmdline import execute

from baike_spider.archive import ArchiveWriter
from baike_spider.downloader.tap import ArchiveTap

spent = {"archive": 0.0}


def timed(owner: Any, name: str) -> None:
    work = getattr(owner, name)

    @wraps(work)
    def timing(*args: Any, **options: Any) -> Any:
        began = time.thread_time()
        try:
            return work(*args, **options)
        finally:
            spent["archive"] += time.thread_time() - began

    setattr(owner, name, timing)


timed(ArchiveTap, "process_response")
for step in ("sync", "close"):
    timed(ArchiveWriter, step)
atexit.register(lambda: print(json.dumps(spent | {"process": time.process_time()}), file=sys.stderr))

if __name__ == "__main__":
    execute()
