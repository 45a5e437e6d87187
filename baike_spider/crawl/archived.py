"""What a crawl's archived pages link to: for a queue that was lost, and with it the links that no shard holds.

Comes in: a crawl's folder and which links its plan follows. Goes out: candidates. One page at a time; every page is read by the extractors again,
a thousand of them a second or so.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from baike_spider.archive import FOLDER, PLAIN, Damage, file_names, read_file
from baike_spider.crawl.lists import listed
from baike_spider.crawl.look import entry_name
from baike_spider.frontier import Candidate
from extractors import Entry, Verdict, extract_record, links

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from baike_spider.crawl.plan import Plan
    from baike_spider.crawl.visits import Visits
    from extractors import EntryRef, Page

__all__ = ["archived_links"]

logger = logging.getLogger(__name__)


def archived_links(plan: Plan, visits: Visits) -> Iterator[Candidate]:
    """What every archived page links to, as far as the plan follows links. Lists count as one step from a seed. Nothing where there is no archive."""
    folder = plan.folder / FOLDER
    names = file_names(folder)
    if names:
        logger.info("reading %d files of %s: the links that the lost queue knew are found again", len(names), folder)
    for name in names:
        # what is damaged was told of when the archive was mended
        for piece in read_file(str(folder / name), PLAIN):
            if not isinstance(piece, Damage):
                yield from _candidates(piece.page, plan, visits)


def _candidates(page: Page, plan: Plan, visits: Visits) -> Iterator[Candidate]:
    depth = 1
    refs: Iterable[EntryRef]
    try:
        record = extract_record(page)
    except Verdict as verdict:
        refs = listed(verdict, follow=plan.follow)
    else:
        refs = links(page, record, scope=plan.follow)
        if isinstance(record, Entry):
            depth = visits.depth_of(entry_name(record.lemma_id, record.url)) + 1
    if plan.max_depth is None or depth <= plan.max_depth:
        yield from (Candidate(ref.key, ref.locator, depth) for ref in refs)
