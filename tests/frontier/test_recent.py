"""What a worker queues again on a new line: the last seconds, and no more."""

from __future__ import annotations

from baike_spider.frontier.connection import Call
from baike_spider.frontier.recent import RecentAdds
from tests.frontier.conftest import Clock


def test_the_last_seconds_are_kept() -> None:
    clock = Clock()
    recent = RecentAdds(clock)
    for number in range(30):
        recent.keep(Call(str(number), (), ()))
        clock.advance(1)
    assert [call.name for call in recent.again()] == [str(number) for number in range(19, 30)]
    recent.forget()
    assert recent.again() == []
