"""Distributions and trends."""

from __future__ import annotations

import math

import numpy as np

from demo.quantiles import Distribution, Trend, distribution, trend
from tests.near import near


def test_a_distribution_in_four_numbers() -> None:
    assert distribution([4.0, 1.0, 3.0, 2.0, 5.0]) == Distribution(5, 3.0, near(4.8), 5.0)
    assert distribution([0.5]) == Distribution(1, 0.5, 0.5, 0.5)
    assert distribution([]) == Distribution(0, 0.0, 0.0, 0.0)


def test_the_trend_of_a_straight_line() -> None:
    assert trend([[(float(x), 2.0 * x + 1) for x in range(20)]]) == Trend(near(2.0), near(2.0))


def test_one_long_clause_is_no_trend() -> None:
    points = [(float(x), 2.0) for x in range(20)]
    points[-1] = (19.0, 30.0)

    assert trend([points]) == Trend(0.0, 0.0)


def test_noise_has_no_certain_slope_and_growth_has_one() -> None:
    noise = np.random.default_rng(3).normal(0, 1.0, 20)
    still = trend([[(5.0 * x, float(noise[x])) for x in range(20)]])
    growing = trend([[(5.0 * x, float(noise[x]) + 0.2 * 5 * x) for x in range(20)]])

    assert still.at_least < 0
    assert growing.slope == near(still.slope + 0.2)
    assert growing.at_least == near(still.at_least + 0.2)
    assert growing.at_least > 0.1


def test_too_few_points_tell_nothing() -> None:
    nothing = Trend(0.0, -math.inf)

    assert trend([]) == nothing
    assert trend([[(0.0, 1.0), (1.0, 9.0)]]) == nothing
    assert trend([[(1.0, 1.0), (1.0, 2.0), (1.0, 3.0)]]) == nothing
    # three pairs, and chance alone makes all of them rise one time in six
    assert trend([[(0.0, 0.0), (1.0, 1.0), (2.0, 2.0)]]) == Trend(1.0, -math.inf)


def test_the_bound_against_sen() -> None:
    """Sen's own example of 1968: of 21 slopes chance leaves the fifth from below with 95 % (one side)."""
    x = [1.0, 2.0, 3.0, 4.0, 10.0, 12.0, 18.0]
    y = [9.0, 15.0, 19.0, 20.0, 45.0, 55.0, 78.0]

    assert trend([list(zip(x, y, strict=True))]) == Trend(4.0, 3.75)


def test_a_slower_speaker_is_no_growth() -> None:
    """Two even talks of which the second is heard later; and two that both grow, which still shows."""
    still = trend([[(float(x), 2.0) for x in range(8)], [(20.0 + x, 5.0) for x in range(8)]])
    growing = trend([[(float(x), 2.0 + x) for x in range(8)], [(20.0 + x, 1.0 + x) for x in range(8)]])

    assert still == Trend(0.0, 0.0)
    assert growing == Trend(near(1.0), near(1.0))
