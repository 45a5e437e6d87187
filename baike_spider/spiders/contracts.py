"""Contracts for `scrapy check`: a page that ships with the spiders is parsed and its entry checked, without a network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scrapy.contracts import Contract
from scrapy.exceptions import ContractFail

from baike_spider.crawl.items import EntryItem

__all__ = ["EntryContract", "QuestionContract", "SavedPageContract"]


class SavedPageContract(Contract):
    """`@page FILE`: the callback is given that file of the spiders' folder."""

    name = "page"

    def adjust_request_args(self, args: dict[str, Any]) -> dict[str, Any]:
        args["url"] = (Path(__file__).parent / self.args[0]).as_uri()
        return args


class QuestionContract(Contract):
    """`@question ID TAGS`: the callback yields one question of that id with so many tags."""

    name = "question"

    def post_process(self, output: list[Any]) -> None:
        number, tags = self.args
        found = [(item.entry.url, len(item["tags"])) for item in output if isinstance(item, EntryItem)]
        if len(found) != 1 or not found[0][0].endswith(f"/{number}.html") or found[0][1] != int(tags):
            raise ContractFail(f"expected one question {number} with {tags} tags, got {found}")


class EntryContract(Contract):
    """`@entry TITLE ROWS`: the callback yields one entry of that title with so many rows."""

    name = "entry"

    def post_process(self, output: list[Any]) -> None:
        title, rows = self.args
        found = [(item["title"], len(item["rows"])) for item in output if isinstance(item, EntryItem)]
        if found != [(title, int(rows))]:
            raise ContractFail(f"expected one entry {title!r} with {rows} rows, got {found}")
