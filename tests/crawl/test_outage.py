"""A crawl that waits for Redis says so, once a minute, and says when it goes on."""

from __future__ import annotations

import logging

import pytest

from baike_spider.crawl.outage import Outage
from baike_spider.frontier import FrontierUnreachable


def test_it_lasts_until_every_part_answers(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = 100.0
    outage = Outage(clock=lambda: now)
    for _ in range(30):
        outage.goes_on(FrontierUnreachable("its node is away"), of="start_urls")
        outage.is_over(of="queue")
        now += 1
    assert (outage.lasts, outage.seconds) == (True, 30)
    outage.goes_on(FrontierUnreachable("its node is away"), of="queue")
    outage.is_over(of="start_urls")
    assert outage.lasts
    outage.is_over(of="queue")
    assert (outage.lasts, outage.seconds) == (False, 0)
    assert [record.getMessage() for record in caplog.records] == [
        "its node is away; waiting, nothing is lost",
        "Redis answers again after 30 s; going on",
    ]


def test_it_is_said_at_once_every_minute_and_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    now = 100.0
    outage = Outage(clock=lambda: now)
    outage.is_over(of="queue")
    for second in range(125):
        now = 100.0 + second
        outage.goes_on(FrontierUnreachable("Redis refuses for now: is the disk full?"), of="queue")
    now = 230.0
    outage.is_over(of="queue")
    outage.is_over(of="queue")
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
        ("WARNING", "Redis refuses for now: is the disk full?; waiting, nothing is lost"),
        ("WARNING", "Redis refuses for now: is the disk full?; waiting since 60 s, nothing is lost"),
        ("WARNING", "Redis refuses for now: is the disk full?; waiting since 120 s, nothing is lost"),
        ("INFO", "Redis answers again after 130 s; going on"),
    ]
