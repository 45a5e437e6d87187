"""Retry-After in the forms that servers send."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from baike_spider.downloader.retry_after import retry_after

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("120", "", 120),
        (" 1.5 ", "", 1.5),
        ("0", "", 0),
        ("-5", "", 0),
        ("", "", 0),
        ("soon", "", 0),
        ("９", "", 0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", "", 90),
        ("Mon, 23 Nov 2026 12:01:30 GMT", "not a date", 90),
        ("Mon, 23 Nov 2026 20:01:30 +0800", "", 90),
        ("Monday, 23-Nov-26 12:01:30 GMT", "", 90),
        ("Mon Nov 23 12:01:30 2026", "", 90),
        ("Mon, 23 Nov 2026 11:00:00 GMT", "", 0),
        ("Mon, 23 Nov 2026 10:00:10 GMT", "Mon, 23 Nov 2026 10:00:00 GMT", 10),
        ("Mon, 99 Nov 2026 12:01:30 GMT", "", 0),
        ("Mon, 99999999999999999999 Nov 2026 12:01:30 GMT", "", 0),
        ("Mon, 23 Nov 2026 12:01:30 GMT", "Mon, 23 Nov 99999999999999999999 12:01:30 GMT", 90),
    ],
)
def test_seconds(value: str, date: str, seconds: float) -> None:
    assert retry_after(value, date=date, now=NOW) == seconds
