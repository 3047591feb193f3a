"""Distributions and trends in a few numbers."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
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


def trend(talks: Sequence[Sequence[tuple[float, float]]]) -> Trend:
    """Slope of (x, y) points and its lower bound; 0 and minus infinity for fewer than three at different x.

    One long clause does not make a trend, and a few clauses prove none: the slope is the median over all pairs of
    points of one talk, the bound comes from how many pairs would rise by chance. Points of different talks are not
    compared: another person speaks another language at another pace.

    Source:
        Sen, Estimates of the Regression Coefficient Based on Kendall's Tau, 1968 (section 5); over several series as
        Hirsch, Slack and Smith, Techniques of Trend Analysis for Monthly Water Quality Data, 1982.
    """
    slopes = sorted(itertools.chain.from_iterable(map(_slopes, talks)))
    sizes = list(map(len, talks))
    if not slopes or max(sizes) < 3:
        return Trend(0.0, -math.inf)
    variance = sum(size * (size - 1) * (2 * size + 5) / 18 for size in sizes)
    at = round((len(slopes) - NormalDist().inv_cdf(CONFIDENCE) * math.sqrt(variance)) / 2) - 1
    return Trend(float(np.median(slopes)), slopes[at] if at >= 0 else -math.inf)


def _slopes(points: Sequence[tuple[float, float]]) -> Iterator[float]:
    for number, (x_a, y_a) in enumerate(points):
        for x_b, y_b in points[number + 1 :]:
            if x_a != x_b:
                yield (y_b - y_a) / (x_b - x_a)
