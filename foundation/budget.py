"""How much of something each sender may have done for them: the generic cell rate algorithm, one number a sender.

Source: ITU-T I.371, annex A; the number is the time at which the next request would be exactly on schedule.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

from foundation.recent import Recent

CAPACITY: Final = 2000


class Budget:
    """`burst` at once, and one more every `interval_s`; beyond `capacity` senders the longest idle is forgotten."""

    def __init__(
        self,
        *,
        burst: int,
        interval_s: float,
        capacity: int = CAPACITY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        if burst < 1 or interval_s <= 0:
            raise ValueError(f"burst {burst} and interval {interval_s} s must be positive")
        self._interval_s, self._tolerance_s = interval_s, (burst - 1) * interval_s
        self._now = now
        self._due_s: Recent[Hashable, float] = Recent(capacity)

    def left(self, sender: Hashable) -> bool:
        """Whether the sender may have one more."""
        now = self._now()
        # a microsecond: sums of intervals are not exact
        return self._due_s.get(sender, now) - self._tolerance_s <= now + 1e-6

    def take(self, sender: Hashable) -> bool:
        """Whether the sender may have one more, and counts it; what is refused costs nothing."""
        if not self.left(sender):
            return False
        now = self._now()
        self._due_s[sender] = max(self._due_s.get(sender, now), now) + self._interval_s
        return True
