"""Whether two variants differ, by a test that may be looked at again and again.

Whoever looks at an ordinary test each day, and stops when it says yes, is told a difference that is none several times
as often as the test promises. This one holds its promise at all times at once: the mixture sequential probability
ratio test. It takes the likelihood ratio of all effects, weighed by a normal distribution around none, against no
effect; under no effect that is a martingale, which by Ville's inequality exceeds 1/alpha with probability alpha at
most, at any time whatever. Its inversion is an interval that holds at all times at once.

Source:
    H. Robbins, Statistical methods related to the law of the iterated logarithm, 1970; R. Johari, P. Koomen,
    L. Pekelis, D. Walsh, Always Valid Inference: Continuous Monitoring of A/B Tests, Operations Research 70(3), 2022,
    equation for normal data. Means of other data are close to normal from some dozens of people on: `least_people`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured of one variant: one value for each person."""

    count: int = 0
    mean: float = 0.0
    variance: float = 0.0
    """Of the values, unbiased; 0 of fewer than two."""

    @classmethod
    def of(cls, values: Iterable[float]) -> Sample:
        """By Welford's method."""
        count, mean, squares = 0, 0.0, 0.0
        for value in values:
            count += 1
            step = value - mean
            mean += step / count
            squares += step * (value - mean)
        return cls(count, mean, squares / (count - 1) if count > 1 else 0.0)


@dataclass(frozen=True, slots=True)
class VariantComparison:
    """How much a variant's mean is above the first one's."""

    difference: float
    low: float
    high: float
    """Between these it lies, at all times at once, with probability 1 - alpha."""

    @property
    def conclusive(self) -> bool:
        """Whether no difference is outside the interval."""
        return self.low > 0 or self.high < 0


def compare(first: Sample, other: Sample, *, alpha: float, effect: float) -> VariantComparison:
    """Two variants; with several, `alpha` is shared among them beforehand.

    Args:
        effect: the standard deviation of the effects that the test weighs; around it, it is keenest.

    Raises:
        ValueError: fewer than two people in one of them.
    """
    if min(first.count, other.count) < 2:
        raise ValueError("each variant needs two people")
    difference = other.mean - first.mean
    # where everybody says the same, the next one may not: a variance of 0 would be certain of everything
    noise = max(first.variance, 1e-9) / first.count + max(other.variance, 1e-9) / other.count
    spread = effect * effect
    both = noise + spread
    half = math.sqrt(noise * both / spread * (2 * math.log(1 / alpha) + math.log(both / noise)))
    return VariantComparison(difference, difference - half, difference + half)
