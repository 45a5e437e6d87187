"""What earlier runs of the same command left in a folder of shards: which tasks, and what they came to.

Comes in: a folder of shards that are named after their tasks. Goes out: what each task was made of, and one `Done` for all that need not be done again, so
that a run that goes on tells the counts of the whole and ends with its exit code. Memory: the manifest.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from baike_spider.corpus.extract import READ, Done
from baike_spider.corpus.paths import InputError
from baike_spider.shards import MANIFEST, IsCorpus, load_manifest, read_rejects
from baike_spider.shards.names import ENTRIES, KINDS, QUESTIONS, REJECTS

if TYPE_CHECKING:
    from pathlib import Path

    from baike_spider.corpus.inputs import Task
    from baike_spider.shards import Shard

__all__ = ["STEM", "Earlier"]

#: the name of a task's shards: its number and what it is made of
STEM = re.compile(r"(t\d{7})-([0-9a-f]{8})-\d{5,12}")
#: shards whose every record is one outcome
_OUTCOMES = {ENTRIES: "entry", QUESTIONS: "question"}


class Earlier:
    """The tasks that a folder holds. Raises InputError when it holds the shards of something else, ShardError when it cannot be read."""

    def __init__(self, folder: Path, *, named: frozenset[str] = frozenset()) -> None:
        """`named`: the files that were asked for by their names."""
        self._folder = folder
        self._named = named
        self._listed = _listed(folder)
        self._counts: Counter[str] = Counter()
        self._tasks = self._skipped = 0

    @property
    def numbers(self) -> set[str]:
        """Which tasks are there, as their shards call them."""
        return set(self._listed)

    def holds(self, task: Task) -> bool:
        """Whether the task need not be done again; it is counted then. Raises InputError when the folder has it of other inputs."""
        digest, shards = self._listed.get(f"t{task.number:07d}", ("", []))
        if not shards:
            return False
        if digest != task.digest:
            raise InputError(f"{self._folder} holds shards of other inputs, or of inputs that changed since: choose another folder")
        self._tasks += 1
        for shard in shards:
            self._count(shard)
        return True

    @property
    def done(self) -> list[Done]:
        """What the tasks that were held came to: one `Done`, none where there were none."""
        told = f"{self._folder}: {self._skipped} were skipped in an earlier run: `baike cat {self._folder} --rejects` says what and why"
        return [Done(self._counts, [told] if self._skipped else [], before=self._tasks)] if self._tasks else []

    def _count(self, shard: Shard) -> None:
        if shard.kind in _OUTCOMES:
            self._counts[_OUTCOMES[shard.kind]] += shard.records
        if shard.kind == REJECTS:
            # names of an entry that is there already, which may have many of them or none
            counts = {verdict: count for verdict, count in shard.counts.items() if verdict != "alias"}
            self._counts.update(counts)
            self._skipped += sum(count for verdict, count in counts.items() if verdict not in READ)
            if self._named and not READ.isdisjoint(counts):
                rejects = read_rejects(self._folder / shard.path)
                self._skipped += sum(one["verdict"] in READ and one["source"] in self._named for one in rejects)


def _listed(folder: Path) -> dict[str, tuple[str, list[Shard]]]:
    """What each task that the folder holds was made of, and its shards."""
    if not (folder / MANIFEST).is_file():
        if folder.is_dir() and any(
            not path.name.startswith(".") for path in folder.iterdir() if path.name not in {*KINDS, "manifest.lock"}
        ):
            raise InputError(f"{folder} is no folder of shards, and not empty: choose another")
        return {}
    listed: dict[str, tuple[str, list[Shard]]] = {}
    try:
        manifest = load_manifest(folder)
    except IsCorpus as error:
        raise InputError(f"{folder} is a corpus: choose another folder") from error
    for shard in manifest.shards:
        stem = STEM.fullmatch(shard.path.partition("/")[2].partition(".")[0])
        if stem is None:
            raise InputError(f"{folder} holds the shards of a crawl: choose another folder")
        listed.setdefault(stem[1], (stem[2], []))[1].append(shard)
    return listed
