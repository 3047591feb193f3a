"""A clock that a test moves, and one that follows the event loop."""

from __future__ import annotations


class HandClock:
    """Stands still until it is moved."""

    def __init__(self, at_s: float = 1000.0) -> None:
        self.at_s = at_s

    def __call__(self) -> float:
        return self.at_s

    def move(self, by_s: float) -> None:
        """Moves on."""
        self.at_s += by_s
