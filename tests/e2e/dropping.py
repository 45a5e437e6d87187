"""A user's pipeline that wants nothing."""

from __future__ import annotations

from typing import Any

from scrapy.exceptions import DropItem


class DropAll:
    def process_item(self, item: Any) -> Any:
        raise DropItem("not wanted")
