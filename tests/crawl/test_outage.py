"""A crawl that waits for Redis says so, once a minute, and says when it goes on."""

from __future__ import annotations

import logging

import pytest

from baike_spider.crawl.outage import Outage
from baike_spider.frontier import FrontierUnreachable


def test_it_is_said_at_once_every_minute_and_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = 100.0
    outage = Outage(clock=lambda: now)
    outage.is_over()
    for second in range(125):
        now = 100.0 + second
        outage.goes_on(FrontierUnreachable("Redis refuses for now: is the disk full?"))
    now = 230.0
    outage.is_over()
    outage.is_over()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "Redis refuses for now: is the disk full?; waiting, nothing is lost"),
        ("WARNING", "Redis refuses for now: is the disk full?; waiting since 60 s, nothing is lost"),
        ("WARNING", "Redis refuses for now: is the disk full?; waiting since 120 s, nothing is lost"),
        ("INFO", "Redis answers again after 130 s; going on"),
    ]
