"""What dead workers left, found and listed at the start of a run.

Comes in: a crawl folder. Parts whose lock is free have no writer any more; finished shards that are not listed come
from a crash between rename and manifest, or from a lost manifest. Goes out: the same records as listed shards.
How one file is recovered is `recovery`'s matter. Every step may be interrupted and repeated.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from baike_spider.shards.disk import make_folder, sync_folder
from baike_spider.shards.errors import ManifestDamaged, on_disk
from baike_spider.shards.frames import read_lines
from baike_spider.shards.lock import claim, folder_lock
from baike_spider.shards.manifest import MANIFEST, Shard, merge, try_load
from baike_spider.shards.names import DAMAGED, ENTRIES, QUESTIONS, REJECTS, TRIPLES, ShardName, TriplesFormat, files_of, triples_suffix
from baike_spider.shards.reader import parse_object
from baike_spider.shards.recovery import Damage, Leftover, recover
from baike_spider.shards.zstd import LEVEL
from extractors.model import Entry, Question

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

__all__ = ["Salvage", "salvage"]


#: kinds whose records are somebody's work to be booked, and what makes them of their objects
_READ_BACK: dict[str, Callable[[dict[str, Any]], Entry | Question]] = {ENTRIES: Entry.from_dict, QUESTIONS: Question.from_dict}


@dataclass(frozen=True, slots=True)
class Salvage:
    """What was recovered."""

    folder: Path
    shards: tuple[Shard, ...]
    """Newly listed."""
    damaged: tuple[Damage, ...]

    @property
    def entries(self) -> Iterator[Entry | Question]:
        """The recovered entries, or questions, read from their shards again at each call."""
        return _entries_of(self.folder, self.shards)

    @property
    def entry_count(self) -> int:
        return sum(shard.records for shard in self.shards if shard.kind in _READ_BACK)


def salvage(
    folder: Path | str,
    *,
    crawl: str,
    site: str,
    triples_format: TriplesFormat = "tsv",
    level: int = LEVEL,
    clock: Callable[[], float] = time.time,
    before_listing: Callable[[Iterator[Entry | Question]], object] | None = None,
) -> Salvage:
    """Recovers what dead workers left in the folder; of live ones it touches nothing. Safe to run in several processes at once.

    `before_listing` is given each shard's entries, or questions, when they are durable and not yet listed: who marks them as done there never
    fetches one twice, even when this process is killed as well (the next salvage calls it again with the same entries).
    Raises ShardError when the folder cannot be written; what was recovered until then stays.
    """
    root = Path(folder)
    shards: list[Shard] = []
    damaged: list[Damage] = []
    if not root.is_dir():
        return Salvage(root, (), ())
    _set_aside_damaged_manifest(root)
    for leftover in _leftovers(root, ENTRIES, QUESTIONS, REJECTS):
        with leftover.file:
            found, damage = recover(leftover, suffix=triples_suffix(triples_format), level=level)
            damaged += damage
            if not found:
                continue
            if before_listing is not None and found[0].kind in _READ_BACK:
                before_listing(_entries_of(root, found))
            merge(root, found, crawl=crawl, site=site, clock=clock)
            shards += found
    _clear_orphans(root)
    return Salvage(root, tuple(shards), tuple(damaged))


def _entries_of(root: Path, shards: Iterable[Shard]) -> Iterator[Entry | Question]:
    for shard in shards:
        read = _READ_BACK.get(shard.kind)
        if read is not None:
            for line in read_lines(root / shard.path):
                yield read(parse_object(line))


def _set_aside_damaged_manifest(root: Path) -> None:
    """A manifest that cannot be read goes to `damaged/`: then every shard is unlisted, and recovered as such."""
    with folder_lock(root):
        try:
            try_load(root)
        except ManifestDamaged:
            path = root / MANIFEST
            with on_disk("set aside", path), path.open("rb") as file:
                digest = file_digest(file, "sha256").hexdigest()
                make_folder(root / DAMAGED)
                path.replace(root / DAMAGED / f"{digest[:12]}-{MANIFEST}")
                sync_folder(root)


def _leftovers(root: Path, *kinds: str) -> Iterator[Leftover]:
    """Every unlisted file that nobody writes, one at a time."""
    manifest = try_load(root)
    listed = {shard.path for shard in manifest.shards} if manifest else set()
    for kind in kinds:
        for name, is_part in files_of(root, kind):
            if name.path not in listed:
                leftover = _claim(root, name, root / (name.part if is_part else name.path))
                if leftover is not None:
                    yield leftover


def _claim(root: Path, name: ShardName, path: Path) -> Leftover | None:
    with folder_lock(root):
        with on_disk("recover", path):
            descriptor = claim(path)
        if descriptor is None:
            return None
        file = io.FileIO(descriptor, "r+b")
        try:
            manifest = try_load(root)
            if manifest is None or all(shard.path != name.path for shard in manifest.shards):
                return Leftover(root, name, path, file)
        except BaseException:
            file.close()
            raise
        file.close()
        return None


def _clear_orphans(root: Path) -> None:
    """Triples whose entries are gone: parts held nothing that was committed, finished ones are kept for people."""
    stems = {name.stem for name, _ in files_of(root, ENTRIES)}
    for leftover in _leftovers(root, TRIPLES):
        with leftover.file, on_disk("clear away", leftover.path):
            if leftover.name.stem in stems:
                continue
            if leftover.path.name.endswith(".part"):
                leftover.path.unlink()
            else:
                make_folder(root / DAMAGED)
                leftover.path.replace(root / DAMAGED / f"{TRIPLES}-{leftover.path.name}")
