"""`scrapy crawl baike`: encyclopedia entries to triples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baike_spider.crawl.items import EntryItem
from baike_spider.spiders.frontier_spider import FrontierSpider
from baike_spider.spiders.pages import validators_of
from extractors import disagreements, extract, links

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

__all__ = ["BaikeSpider"]


class BaikeSpider(FrontierSpider):
    """Crawls entries of an encyclopedia from seeds by links.

    Arguments (`-a NAME=VALUE`), all optional where the crawl exists already:

    seeds        names or entry URLs, separated by commas, or @FILE with one a line
    max_entries  stop after so many entries in the crawl's folder
    max_depth    follow links so many steps from the seeds; 0: the seeds alone
    follow       which links: infobox (default), summary (infobox and summary), page (all of the text), none
    site         baidu_baike (default)
    refresh      30d, 12h, 2w: entries not looked at for so long are fetched again, longest ago first; max_entries limits how many this run
                 looks at or stores; implies exclusive
    exclusive    1: the run is refused while another exclusive one of this crawl is under way
    """

    name = "baike"

    def parse(self, response: Response, **_: Any) -> Iterator[EntryItem]:
        """One page: an entry, or a verdict that is raised.

        @page example.html
        @entry 样例镇 4
        """
        if self.is_unchanged(response):
            return
        page = self.read(response)
        entry = extract(page)
        for found in disagreements(page) if entry.layout == "react" else ():
            self.crawler.stats.inc_value(f"extract/disagreement/{found.field.partition('[')[0]}")
        follow = self.plan.follow
        yield EntryItem(
            entry,
            links=() if follow == "none" else links(page, entry, scope=follow),
            lease=response.meta.get("lease"),
            validators=validators_of(response),
        )
