"""How well recognition keeps up, told by the lag of its words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pipeline.audio import HEARING_RATE_HZ
from pipeline.hearing_pace import HearingPace
from pipeline.load import FULL, RAISE_AFTER_S, ROOM, Load, Sacrifice
from tests.fakes.clock import HandClock


def pressures(lag_s: Callable[[float], float], *, until_s: float = 10.0, every_s: float = 0.5) -> list[float]:
    """Of a recogniser that lags so far at each moment, while somebody speaks."""
    pace, found, at_s = HearingPace(), [], 0.0
    while at_s < until_s:
        arrived = round((100 + at_s) * HEARING_RATE_HZ)
        found.append(pace.reached(arrived - round(lag_s(at_s) * HEARING_RATE_HZ), arrived, 1000 + at_s))
        at_s += every_s
    return found


@pytest.mark.parametrize("lag_s", [-0.1, 0.0, 0.4, 1.5, 3.0])
def test_the_lag_of_a_pass_is_no_pressure(lag_s: float) -> None:
    """Every recogniser needs a moment."""
    assert max(pressures(lambda at_s: lag_s)) < ROOM
    assert min(pressures(lambda at_s: lag_s)) >= 0.0


@pytest.mark.parametrize(
    "lag_s",
    [
        lambda at_s: 4.0,
        lambda at_s: 8.0,
        lambda at_s: 4.0 + 0.3 * at_s,
        lambda at_s: 5.0 + (0.2 if at_s % 1 else -0.2),
        lambda at_s: 6.0 - 0.1 * at_s,
    ],
    ids=["just", "far", "more and more", "unsteady", "hardly catching up"],
)  # fmt: skip
def test_words_that_stay_behind_are_pressure(lag_s: Callable[[float], float]) -> None:
    """At every word, but for the first moment of one that wavers."""
    assert min(pressures(lag_s)[2:]) >= FULL


def test_one_that_catches_up_is_none() -> None:
    """After a break the backlog goes away by itself: nothing need be given up, nor may anything come back yet."""
    found = pressures(lambda at_s: 20.0 - at_s)
    assert found[0] > FULL
    assert set(found[1:]) == {ROOM}


def test_a_room_gives_things_up_while_words_lag() -> None:
    """As a room is told, event by event."""
    clock, pace = HandClock(0.0), HearingPace()
    load = Load(clock)
    for event in range(round(RAISE_AFTER_S / 0.5) + 1):
        clock.at_s = event * 0.5
        arrived = round((10 + clock.at_s) * HEARING_RATE_HZ)
        load.report("hear anna", pace.reached(arrived - 5 * HEARING_RATE_HZ, arrived, clock.at_s))
    assert load.level is Sacrifice.INTERIM_TRANSLATION
