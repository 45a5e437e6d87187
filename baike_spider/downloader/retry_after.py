"""What a Retry-After header asks for.

Comes in: the header as it was sent. Goes out: seconds. Obeying it is the gate's.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

__all__ = ["retry_after"]

_SECONDS = re.compile(r"[0-9]{1,12}(?:\.[0-9]+)?")


def retry_after(value: str, *, date: str, now: datetime) -> float:
    """Seconds that the header's `value` asks to wait, as a number or as an HTTP date; 0 for none, for the past, and for what is neither.

    A date is compared with the server's own `Date` header, where there is one, because its clock may differ from `now`, which has a time zone.

    >>> now = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)
    >>> retry_after("120", date="", now=now), retry_after("Mon, 23 Nov 2026 12:01:30 GMT", date="", now=now), retry_after("soon", date="", now=now)
    (120.0, 90.0, 0.0)
    >>> retry_after("Mon, 23 Nov 2026 10:00:10 GMT", date="Mon, 23 Nov 2026 10:00:00 GMT", now=now)
    10.0
    """
    value = value.strip()
    if _SECONDS.fullmatch(value):
        return float(value)
    until = _time(value)
    return max((until - (_time(date) or now)).total_seconds(), 0.0) if until else 0.0


def _time(text: str) -> datetime | None:
    try:
        time = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a day beyond what a machine's number holds
        return None
    return time if time.tzinfo else time.replace(tzinfo=UTC)
