"""How much each sender may have done for them."""

from __future__ import annotations

import pytest

from foundation.budget import Budget
from tests.fakes.clock import HandClock


def test_so_many_at_once_and_then_one_each_interval() -> None:
    """What is refused costs nothing; others have budgets of their own."""
    clock = HandClock()
    budget = Budget(burst=3, interval_s=2.0, now=clock)
    assert [budget.take("eve") for _ in range(5)] == [True, True, True, False, False]
    assert budget.left("bea")
    clock.move(2.0)
    assert [budget.take("eve") for _ in range(2)] == [True, False]
    clock.move(100.0)
    assert [budget.take("eve") for _ in range(4)] == [True, True, True, False]
    assert budget.left("bea")
    assert not budget.left("eve")


def test_it_remembers_only_so_many() -> None:
    """The one that was idle longest is forgotten."""
    budget = Budget(burst=1, interval_s=1.0, capacity=2, now=HandClock())
    assert [budget.take(who) for who in ("a", "b", "c", "a", "c")] == [True, True, True, True, False]


@pytest.mark.parametrize(("burst", "interval_s"), [(0, 1.0), (1, 0.0), (-1, 1.0)])
def test_a_budget_of_nothing_is_an_error(burst: int, interval_s: float) -> None:
    """It would stop everybody for ever."""
    with pytest.raises(ValueError, match="must be positive"):
        Budget(burst=burst, interval_s=interval_s)
