"""Counts and spreads of times, which can be added up."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from worker.figures.series import SPREADS

Key: TypeAlias = tuple[str, tuple[str, ...]]
"""Name of a series, and the values of its labels."""

Levels: TypeAlias = Mapping[Key, float]
"""What holds now, unlike what is counted."""


@dataclass(slots=True)
class Spread:
    """How often a time fell between two bounds of its series."""

    counts: list[int]
    """One more than there are bounds: the last is beyond all of them. Not cumulative."""
    total_s: float = 0.0


@dataclass(slots=True)
class RoomTally:
    """What was counted, in memory bounded by the number of label values."""

    counts: dict[Key, float] = field(default_factory=dict)
    spreads: dict[Key, Spread] = field(default_factory=dict)

    def count(self, name: str, *labels: str, by: float = 1.0) -> None:
        """Counts on."""
        key = name, labels
        self.counts[key] = self.counts.get(key, 0.0) + by

    def observe(self, name: str, *labels: str, seconds: float) -> None:
        """Notes one time; what would be negative is none."""
        seconds = max(0.0, seconds)
        bounds = SPREADS[name].bounds_s
        spread = self._spread((name, labels), len(bounds) + 1)
        spread.counts[bisect_left(bounds, seconds)] += 1
        spread.total_s += seconds

    def add(self, other: RoomTally) -> None:
        """Takes over all that another one holds."""
        for key, value in other.counts.items():
            self.counts[key] = self.counts.get(key, 0.0) + value
        for key, spread in other.spreads.items():
            mine = self._spread(key, len(spread.counts))
            mine.counts = [a + b for a, b in zip(mine.counts, spread.counts, strict=True)]
            mine.total_s += spread.total_s

    def _spread(self, key: Key, classes: int) -> Spread:
        return self.spreads.setdefault(key, Spread([0] * classes))
