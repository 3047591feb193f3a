"""Not too often for each of many: the moments at which somebody may have the next, kept only while they lie ahead."""

from __future__ import annotations


class Throttle:
    """Tells for each whether enough time has passed. Pure: it is told the time.

    Args:
        every_s: how far apart two of one are at least.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._next_s: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._next_s)

    def due(self, who: str, now_s: float) -> bool:
        """Whether the next may come now."""
        return now_s >= self._next_s.get(who, now_s)

    def had(self, who: str, now_s: float) -> None:
        """Notes that one came."""
        ahead = {other: at_s for other, at_s in self._next_s.items() if at_s > now_s}
        self._next_s = ahead | {who: now_s + self._every_s}
