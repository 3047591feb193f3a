"""What may happen any number of times, said at most once a minute: who is refused must not fill the log."""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

from foundation.recent import Recent

EVERY_S: Final = 60.0
CAPACITY: Final = 1000


class Tally:
    """Counts by key, and says when it is time to tell; beyond `capacity` keys the oldest is forgotten.

    if times := refused.count(reason):
        log.warning("packet refused", reason=reason, times=times)
    """

    def __init__(
        self,
        every_s: float = EVERY_S,
        *,
        capacity: int = CAPACITY,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._every_s, self._now = every_s, now
        self._counted: Recent[Hashable, tuple[float, int]] = Recent(capacity)
        """When it was last told, and how often it happened since."""

    def count(self, key: Hashable = "") -> int:
        """Counts once; how often it happened since it was last told, or 0 while that is less than `every_s` ago."""
        now = self._now()
        told_at_s, times = self._counted.get(key, (float("-inf"), 0))
        tell = now - told_at_s >= self._every_s
        self._counted[key] = (now, 0) if tell else (told_at_s, times + 1)
        return times + 1 if tell else 0
