"""The bridge between counted samples and measured time."""

from __future__ import annotations

import pytest

from pipeline.clock import ArrivalClock


def test_a_sample_arrived_with_the_piece_that_holds_it() -> None:
    """The position just behind a piece belongs to that piece."""
    clock = ArrivalClock()
    clock.arrived(800, 10.0)
    clock.arrived(1600, 10.05)

    assert [clock.arrival_s(sample) for sample in (1, 800, 801, 1600)] == [10.0, 10.0, 10.05, 10.05]


def test_what_has_not_arrived_is_expected_at_the_rate_of_the_sound() -> None:
    """A position behind the newest piece is still ahead."""
    clock = ArrivalClock()
    clock.arrived(16_000, 5.0)

    assert clock.arrival_s(32_000) == pytest.approx(6.0)


def test_a_sample_was_spoken_before_its_piece_was_complete() -> None:
    """Within a piece time is counted back from its end."""
    clock = ArrivalClock()
    clock.arrived(1600, 2.0)

    assert clock.spoken_s(0) == pytest.approx(1.9)


def test_old_pieces_are_forgotten_but_still_answered_for() -> None:
    """Memory is bounded; a position before it counts as the oldest that is known."""
    clock = ArrivalClock(keep_s=1.0)
    for number in range(1, 101):
        clock.arrived(number * 1600, number * 0.1)

    assert clock.arrival_s(0) == pytest.approx(9.0)


def test_nothing_can_be_said_before_anything_arrived() -> None:
    """An empty clock says so."""
    with pytest.raises(LookupError):
        ArrivalClock().arrival_s(0)
