"""What happens any number of times is told once a minute, with how often it did."""

from __future__ import annotations

from foundation.tally import EVERY_S, Tally
from tests.fakes.clock import HandClock


def test_the_first_is_told_and_then_one_a_minute_with_the_number() -> None:
    """Nothing is left out of the count."""
    clock = HandClock()
    tally = Tally(now=clock)
    told = []
    for _ in range(3):
        told += [tally.count() for _ in range(1000)]
        clock.move(EVERY_S)
    told.append(tally.count())
    assert [times for times in told if times] == [1, 1000, 1000, 1000]


def test_each_key_is_counted_for_itself() -> None:
    """And so many keys only are remembered."""
    tally = Tally(capacity=2, now=HandClock())
    assert [tally.count(key) for key in ("a", "b", "a", "c", "a", "b")] == [1, 1, 0, 1, 0, 1]
