"""Shards that were finished elsewhere take their place in a folder.

Comes in: a folder of shards on the same file system. Goes out: its shards in another one, listed there in one step. May be repeated after a crash: what
was moved already is found where it was moved to.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from baike_spider.shards.disk import make_folder, publish, sync_folder
from baike_spider.shards.errors import on_disk
from baike_spider.shards.manifest import load_manifest, merge
from baike_spider.shards.names import KINDS

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["adopt"]


def adopt(source: Path, target: Path) -> None:
    """Moves the listed shards of `source` to `target` and lists them there. Raises ShardError, also when a name is taken by another file."""
    manifest = load_manifest(source)
    for kind in KINDS:
        with on_disk("create", target / kind):
            make_folder((target / kind).absolute())
    for shard in manifest.shards:
        with on_disk("move", source / shard.path):
            if (source / shard.path).exists():
                publish(source / shard.path, target / shard.path)
    for kind in KINDS:
        with on_disk("sync", target / kind):
            sync_folder(target / kind)
    merge(target, manifest.shards, crawl=manifest.crawl, site=manifest.site, clock=time.time)
