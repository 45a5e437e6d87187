"""Runs the Spark job on two local cores, in a process of its own; with MARKER a worker is killed with -9 in the middle of a task, once.

python tests/jobs/run_spark.py FOLDER MARKER PATH...
"""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from baike_spider.archive import Reading
from baike_spider.corpus.inputs import tasks
from baike_spider.corpus.reextract import Destination
from baike_spider.jobs.extract import extract_on_spark


@dataclass(frozen=True)
class Killing:
    """Wants every page, and kills its process at the third of a chosen file's pages, unless that was done before."""

    marker: str

    def __call__(self, url: str) -> bool:
        if self.marker and url.endswith("/900000003") and not Path(self.marker).exists():
            Path(self.marker).touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return True


def main() -> None:
    folder, marker, *paths = sys.argv[1:]
    session = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false").getOrCreate()
    reading = Reading(wanted=sys.modules["tests.jobs.run_spark"].Killing(marker))
    place = Destination(Path(folder), "shards", "any")
    for done in extract_on_spark(session.sparkContext, tasks(paths, reading, size=40_000), place, reading=reading):
        print(done.counts)
    session.stop()


if __name__ == "__main__":
    import tests.jobs.run_spark  # noqa: F401 - workers find the class by this name

    main()
