"""Faster, shorter pauses, then skipping: the decisions one by one. What they come to: stages/test_lag_laws.py."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.settings import SpeechSettings
from pipeline.lag import PRESSED, Backlog, catch_up_s, pace, pressure, skips

SETTINGS = SpeechSettings(
    max_speed=1.25, rushed_speed=1.4, relaxed_queue_s=0.5, hurried_queue_s=2.0, max_lag_s=8.0
)
CALM = Backlog(starts_in_s=0, next_s=3, behind_it_s=0, waited_s=0, lag_s=1, demand=0.5, cost=0.1)


@pytest.mark.parametrize(
    ("waiting_s", "expected"),
    [(0.0, 1.0), (0.5, 1.0), (1.25, 1.125), (2.0, 1.25), (3.5, 1.325), (5.0, 1.4), (60.0, 1.4)],
)
def test_speed_grows_evenly_and_only_so_far(waiting_s: float, expected: float) -> None:
    """Normal up to the relaxed mark, comfortable up to the hurried one, rushed from halfway to the limit of the lag.

    It makes no difference whether the clause has waited or others wait behind it.
    """
    assert pace(replace(CALM, waited_s=waiting_s), SETTINGS).speed == pytest.approx(expected)
    assert pace(replace(CALM, behind_it_s=waiting_s), SETTINGS).speed == pytest.approx(expected)


def test_a_long_clause_alone_is_spoken_calmly() -> None:
    """Its own length is no lag."""
    assert pace(replace(CALM, next_s=20.0), SETTINGS).speed == 1.0


@pytest.mark.parametrize(("demand", "expected"), [(0.9, 1.0), (0.92, 1.0), (1.15, 1.25), (2.0, 1.4)])
def test_speed_follows_what_comes_in(demand: float, expected: float) -> None:
    """Before anything waits: whoever speaks without pause is followed, with a little room for pauses."""
    assert pace(replace(CALM, demand=demand), SETTINGS).speed == pytest.approx(expected)


@pytest.mark.parametrize(
    ("waiting_s", "expected"), [(0.0, 0.8), (1.25, 1.025), (2.0, 1.25), (3.5, 1.325), (60.0, 1.4)]
)
def test_a_slower_room_is_slower_only_while_nothing_is_late(waiting_s: float, expected: float) -> None:
    """What is late is spoken as fast as in any other room."""
    assert pace(replace(CALM, waited_s=waiting_s), SETTINGS, 0.8).speed == pytest.approx(expected)


@pytest.mark.parametrize(
    ("usual", "demand", "expected"),
    [(0.8, 0.7, 0.8), (0.8, 0.92, 1.0), (0.8, 2.0, 1.4), (1.25, 0.5, 1.25), (1.25, 2.0, 1.4)],
)
def test_a_wished_speed_never_falls_behind_what_comes_in(
    usual: float, demand: float, expected: float
) -> None:
    """Who speaks without pause is followed, whatever was wished."""
    assert pace(replace(CALM, demand=demand), SETTINGS, usual).speed == pytest.approx(expected)


@given(st.floats(0.8, 1.25), st.floats(0, 60), st.floats(0, 3))
def test_more_that_waits_is_never_spoken_slower(usual: float, waiting_s: float, demand: float) -> None:
    """From any wish the speed rises with what waits, up to the same limit."""
    speeds = [
        pace(replace(CALM, waited_s=waiting_s + more, demand=demand), SETTINGS, usual).speed
        for more in (0.0, 0.5, 5.0)
    ]
    assert usual <= speeds[0] <= speeds[1] <= speeds[2] <= 1.4


def test_pauses_are_shorter_the_faster_the_speech() -> None:
    """From natural ones to the least at the comfortable maximum."""
    pauses = [pace(replace(CALM, waited_s=at), SETTINGS).pause_s for at in (0.0, 1.25, 2.0, 9.0)]

    assert pauses == pytest.approx([0.3, 0.18, 0.06, 0.06])


def test_equal_marks_make_a_step() -> None:
    """Settings without a slope divide by nothing."""
    step = SpeechSettings(relaxed_queue_s=1.0, hurried_queue_s=1.0, max_lag_s=1.0)

    assert [pace(replace(CALM, waited_s=at), step).speed for at in (1.0, 1.01)] == [1.0, 1.4]


def test_within_the_limit_everything_is_spoken() -> None:
    """However much waits."""
    assert not skips(replace(CALM, lag_s=8.0, behind_it_s=100, demand=2), SETTINGS)


def test_what_can_be_caught_up_with_is_spoken() -> None:
    """Beyond the limit too, if that does not take long."""
    late = replace(CALM, lag_s=9.0, demand=0.9)  # half a second is worked off each second

    assert not skips(replace(late, behind_it_s=1.9), SETTINGS)
    assert skips(replace(late, behind_it_s=2.1), SETTINGS)


@pytest.mark.parametrize(
    ("demand", "cost", "expected"), [(0.4, 0.1, 3.0), (0.4, 2.0, 10.0), (1.4, 0.1, math.inf)]
)
def test_how_long_catching_up_takes(demand: float, cost: float, expected: float) -> None:
    """What waits by the speed that is to spare; a voice that is slower than sound lowers it."""
    assert catch_up_s(replace(CALM, demand=demand, cost=cost), SETTINGS) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("lag_s", "demand", "cost", "expected"),
    [
        (1, 0.7, 0.5, 0.25),
        (1, 1.4, 3.0, PRESSED),  # too slow, but nothing is late yet
        (5, 1.4, 3.0, 3.0),
        (5, 2.8, 0.9, 0.9),  # too much to say, not to render
    ],
)
def test_pressure_is_what_rendering_cannot_do(
    lag_s: float, demand: float, cost: float, expected: float
) -> None:
    """Work that comes in by work that gets done, and 1 only where something is late for it."""
    backlog = replace(CALM, lag_s=lag_s, demand=demand, cost=cost)
    assert pressure(backlog, SETTINGS) == pytest.approx(expected)


@given(
    st.builds(
        Backlog,
        starts_in_s=st.floats(0, 100),
        next_s=st.floats(0, 60),
        behind_it_s=st.floats(0, 1000),
        waited_s=st.floats(0, 1000),
        lag_s=st.floats(-5, 1000),
        demand=st.floats(0, 10),
        cost=st.floats(1e-6, 100),
    )
)
def test_decisions_stay_in_their_bounds(backlog: Backlog) -> None:
    """Whatever comes; and more waiting never makes the speech slower or its pauses longer."""
    how = pace(backlog, SETTINGS)
    later = pace(replace(backlog, waited_s=backlog.waited_s + 1), SETTINGS)

    assert 1.0 <= how.speed <= later.speed <= SETTINGS.rushed_speed
    assert SETTINGS.pause_s >= how.pause_s >= later.pause_s >= SETTINGS.least_pause_s - 1e-9
    assert not skips(backlog, SETTINGS) or backlog.lag_s > SETTINGS.max_lag_s
