"""Quantiles of durations over hours, in bounded memory."""

from __future__ import annotations

import math
from collections import Counter as Tally

_STEP = math.log(1.02)
_QUANTILES = {"p50_s": 0.5, "p90_s": 0.9, "p95_s": 0.95, "p99_s": 0.99}


class Durations:
    """Quantiles over everything since the start, exact to 2 %, in bounded memory."""

    def __init__(self) -> None:
        self.count = 0
        self.total_s = 0.0
        self.max_s = 0.0
        self._buckets: Tally[int] = Tally()

    def add(self, seconds: float) -> None:
        """Notes one duration; what is shorter than a microsecond counts as one."""
        seconds = min(max(seconds, 1e-6), 1e6)
        self.count += 1
        self.total_s += seconds
        self.max_s = max(self.max_s, seconds)
        self._buckets[math.floor(math.log(seconds) / _STEP)] += 1

    def quantile(self, share: float) -> float:
        """The duration that `share` (0…1) of all do not exceed; 0 where there are none."""
        wanted, seen = share * self.count, 0
        for index in sorted(self._buckets):
            seen += self._buckets[index]
            if seen >= wanted:
                return min(math.exp((index + 0.5) * _STEP), self.max_s)
        return 0.0

    def summary(self) -> dict[str, float]:
        """Count, mean, quantiles and maximum."""
        quantiles = {name: round(self.quantile(share), 6) for name, share in _QUANTILES.items()}
        mean = self.total_s / self.count if self.count else 0.0
        return {"count": self.count, "mean_s": round(mean, 6), **quantiles, "max_s": round(self.max_s, 6)}
