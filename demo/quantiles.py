"""Distributions and trends in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np


@dataclass(frozen=True, slots=True)
class Distribution:
    """How a latency was distributed, in seconds."""

    count: int
    median_s: float
    p95_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Trend:
    """How a latency changed over time, in seconds for each second."""

    slope: float
    """The best estimate."""
    at_least: float
    """With the confidence of `CONFIDENCE` the slope is not below it; minus infinity where that cannot be told."""


CONFIDENCE = 0.95


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


def trend(points: Sequence[tuple[float, float]]) -> Trend:
    """Slope of (x, y) points and its lower bound; 0 and minus infinity for fewer than three at different x.

    One long clause does not make a trend, and a few clauses prove none: the slope is the median over all pairs of
    points, the bound comes from how many pairs would rise by chance.

    Source:
        Sen, Estimates of the Regression Coefficient Based on Kendall's Tau, 1968 (section 5).
    """
    slopes = sorted(
        (y_b - y_a) / (x_b - x_a)
        for number, (x_a, y_a) in enumerate(points)
        for x_b, y_b in points[number + 1 :]
        if x_a != x_b
    )
    count = len(points)
    if count < 3 or not slopes:
        return Trend(0.0, -math.inf)
    spread = math.sqrt(count * (count - 1) * (2 * count + 5) / 18)
    at = round((len(slopes) - NormalDist().inv_cdf(CONFIDENCE) * spread) / 2) - 1
    return Trend(float(np.median(slopes)), slopes[at] if at >= 0 else -math.inf)
