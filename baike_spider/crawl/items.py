"""What a spider yields: an entry's JSON object that still knows the entry, its links and the lease it was fetched under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from baike_spider.frontier import Lease
    from extractors import Entry, EntryRef

__all__ = ["EntryItem"]


class EntryItem(dict[str, Any]):
    """The entry's JSON object, as exporters write it; the attributes are for the pipelines."""

    __slots__ = ("entry", "lease", "links")

    def __init__(self, entry: Entry, *, links: tuple[EntryRef, ...] = (), lease: Lease | None = None) -> None:
        super().__init__(entry.as_dict())
        self.entry = entry
        self.links = links
        self.lease = lease
