"""scrapy-redis as its users write spiders: links and infobox by selectors, requests yielded one by one, items to JSON lines.

`-a base=URL -a seed=PATH` begins a crawl by links; `-a urls=N` queues the first N entries of a generated site at once and follows no link.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import urlsplit

from scrapy import Request, Spider

from tests.bench.site.world import World


class WithScrapyRedis(Spider):
    name = "with_scrapy_redis"
    seed = ""
    urls = ""
    custom_settings = {  # noqa: RUF012 (Scrapy's way)
        "SCHEDULER": "scrapy_redis.scheduler.Scheduler",
        "DUPEFILTER_CLASS": "scrapy_redis.dupefilter.RFPDupeFilter",
    }

    async def start(self) -> AsyncIterator[Any]:
        """scrapy-redis 0.9.1 begins spiders through `start_requests`, which this Scrapy never calls."""
        if self.seed:
            yield Request(self.base + self.seed)
        world = World(int(self.urls or 0))
        for number in range(world.entries):
            self.crawler.engine.crawl(Request(self.base + world.address(number), callback=self.parse))

    def parse(self, response: Any) -> Iterator[Any]:
        names = response.css("dt.basicInfo-item.name")
        if not names:
            return
        rows = [
            {
                "name": "".join(name.css("::text").getall()).replace("\xa0", "").strip(),
                "text": "".join(value.css("::text").getall()).strip(),
                "links": [{"text": a.css("::text").get(), "url": response.urljoin(a.attrib["href"])} for a in value.css("a[href]")],
            }
            for name, value in zip(names, response.css("dd.basicInfo-item.value"), strict=True)
        ]
        yield {
            "url": response.url,
            "title": response.css(".lemmaWgt-lemmaTitle-title h1::text").get(),
            "summary": "".join(response.css(".lemma-summary ::text").getall()).strip(),
            "rows": rows,
        }
        if self.urls:
            return
        for href in response.css("a::attr(href)").getall():
            path = urlsplit(href).path
            if path.startswith(("/item/", "/view/")):
                yield Request(self.base + path)
