"""Distributions in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a latency was distributed, in seconds."""

    count: int
    median_s: float
    p95_s: float
    longest_s: float


def distribution(values_s: Sequence[float]) -> Distribution:
    """Median, 95th percentile (linear interpolation) and maximum; zeros where there are no values."""
    if not values_s:
        return Distribution(0, 0.0, 0.0, 0.0)
    array = np.asarray(values_s, np.float64)
    return Distribution(
        len(values_s),
        float(np.median(array)),
        float(np.percentile(array, 95)),
        float(array.max()),
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Least-squares slope of (x, y) points; 0 for fewer than three."""
    if len(points) < 3:
        return 0.0
    x, y = np.asarray(points, np.float64).T
    x = x - x.mean()
    return float((x * (y - y.mean())).sum() / max(float((x * x).sum()), 1e-9))
