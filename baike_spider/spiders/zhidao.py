"""`scrapy crawl zhidao`: questions of Baidu Zhidao."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from baike_spider.crawl.items import EntryItem
from baike_spider.spiders.frontier_spider import FrontierSpider
from extractors import NotAnEntry, Question, extract_record, links, with_details

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scrapy.http import Response

__all__ = ["ZhidaoSpider"]


class ZhidaoSpider(FrontierSpider):
    """Crawls questions from seeds by the questions like them and the lists of their categories.

    Arguments (`-a NAME=VALUE`), all optional where the crawl exists already:

    seeds        question URLs, question ids, list URLs or tags, separated by commas, or @FILE with one a line
    max_entries  stop after so many questions in the crawl's folder
    max_depth    follow links so many steps from the seeds; 0: the seeds alone
    follow       which links: related (default: questions like this one, its categories' lists), page (all questions and lists), none
    site         baidu_zhidao (default)
    """

    name = "zhidao"

    def parse(self, response: Response, **_: Any) -> Iterator[EntryItem]:
        """One page: a question, or a verdict that is raised; of a list of questions the links are followed.

        @page question.html
        @question 61000001 1
        """
        page = self.read(response)
        question = extract_record(page)
        if not isinstance(question, Question):
            raise NotAnEntry(f"an entry, no question: {question.subject}", layout=question.layout, reason="entry")
        if self.plan.rich:
            question = with_details(page, question)
        follow = self.plan.follow
        yield EntryItem(
            question,
            data=question.as_rich_dict() if self.plan.rich else None,
            links=() if follow == "none" else links(page, question, scope=follow),
            lease=response.meta.get("lease"),
        )
