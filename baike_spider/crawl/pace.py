"""How fast one worker goes: events over the last minutes, from samples of a counter.

Comes in: (time, total so far). Goes out: events a second over 1, 10 and 60 minutes. Holds an hour of samples.
"""

from __future__ import annotations

from collections import deque

__all__ = ["WINDOWS", "Pace"]

#: seconds over which the rate is told
WINDOWS = (60, 600, 3600)


class Pace:
    """Samples of a growing total. `now`: seconds of any steady clock."""

    def __init__(self, now: float) -> None:
        self._samples: deque[tuple[float, int]] = deque([(now, 0)])

    def sample(self, now: float, total: int) -> None:
        """Notes the total at this time."""
        self._samples.append((now, total))
        while len(self._samples) > 2 and self._samples[1][0] <= now - WINDOWS[-1]:
            self._samples.popleft()

    def rates(self) -> dict[int, float]:
        """Events a second over each window, or over the whole life where it was shorter.

        >>> pace = Pace(0.0); pace.sample(30.0, 60); pace.sample(90.0, 60); pace.rates()[60], round(pace.rates()[600], 2)
        (0.0, 0.67)
        """
        end, total = self._samples[-1]
        rates = {}
        for window in WINDOWS:
            began, before = next(((at, was) for at, was in reversed(self._samples) if at <= end - window), self._samples[0])
            rates[window] = (total - before) / (end - began) if end > began else 0.0
        return rates
