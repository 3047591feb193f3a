"""Quantiles in bounded memory against the exact ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.durations import Durations


@given(st.lists(st.floats(1e-6, 1e4), min_size=1, max_size=200), st.sampled_from((0.01, 0.5, 0.95, 1.0)))
def test_quantiles_are_exact_to_two_percent(values_s: list[float], share: float) -> None:
    """As numpy's inverted distribution function has them."""
    durations = Durations()
    for value_s in values_s:
        durations.add(value_s)
    exact = float(np.quantile(values_s, share, method="inverted_cdf"))
    assert abs(durations.quantile(share) - exact) <= 0.02 * exact
    assert (durations.count, durations.max_s) == (len(values_s), max(values_s))


def test_odd_durations_are_survived() -> None:
    """None at all, none that lasted, and clocks that went back."""
    durations = Durations()
    assert durations.quantile(0.5) == 0.0
    durations.add(0.0)
    durations.add(-1.0)
    assert 0 < durations.quantile(1.0) <= 1e-6
