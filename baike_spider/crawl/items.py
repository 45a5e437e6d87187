"""What a spider yields: the JSON object of an entry or a question that still knows it, its links and the lease it was fetched under."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baike_spider.crawl.look import NO_VALIDATORS, Validators

if TYPE_CHECKING:
    from baike_spider.frontier import Lease
    from extractors import Entry, EntryRef, Question

__all__ = ["EntryItem"]


class EntryItem(dict[str, Any]):
    """The record, as exporters and shards write it; the attributes are for the pipelines. `data`: the record, where it is not `as_dict()`."""

    __slots__ = ("entry", "lease", "links", "validators")

    def __init__(
        self,
        entry: Entry | Question,
        *,
        links: tuple[EntryRef, ...] = (),
        lease: Lease | None = None,
        data: dict[str, Any] | None = None,
        validators: Validators = NO_VALIDATORS,
    ) -> None:
        super().__init__(entry.as_dict() if data is None else data)
        self.entry = entry
        self.links = links
        self.lease = lease
        self.validators = validators
