"""What is given up under load, in which order, and how it comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.load import LOWER_AFTER_S, RAISE_AFTER_S, STALE_S, Load, Sacrifice
from tests.fakes.clock import HandClock


class Machine:
    """A load whose parts report every half second."""

    def __init__(self) -> None:
        self.clock = HandClock(0.0)
        self.load = Load(self.clock)
        self.changes: list[tuple[float, Sacrifice]] = []

    def run(self, seconds: float, **pressures: float) -> None:
        """Goes on for so long with these pressures."""
        end_s = self.clock.at_s + seconds
        while self.clock.at_s < end_s:
            before = self.load.level
            self.clock.move(0.5)
            for part, pressure in pressures.items():
                self.load.report(part, pressure)
            if self.load.level is not before:
                self.changes.append((self.clock.at_s, self.load.level))


def test_one_thing_after_another_is_given_up() -> None:
    """Interim translation, interim recognition, the voice; then nothing more."""
    machine = Machine()
    machine.run(30, hear=1.2, speak=0.1)

    assert machine.changes == [
        (2.5, Sacrifice.INTERIM_TRANSLATION),
        (4.5, Sacrifice.INTERIM_RECOGNITION),
        (6.5, Sacrifice.VOICE),
    ]
    assert all(machine.load.gives_up(what) for what in Sacrifice)


def test_what_was_given_up_comes_back_the_other_way_round() -> None:
    """Each after all parts had room for a while."""
    machine = Machine()
    machine.run(7, hear=1.2)
    machine.changes.clear()
    machine.run(40, hear=0.5)

    assert machine.changes == [
        (17.5, Sacrifice.INTERIM_RECOGNITION),
        (27.5, Sacrifice.INTERIM_TRANSLATION),
        (37.5, Sacrifice.NOTHING),
    ]


def test_between_full_and_room_nothing_changes() -> None:
    """What just keeps up keeps what it has, and does without what it lacks."""
    machine = Machine()
    machine.run(3, hear=1.2)
    machine.run(100, hear=0.9)

    assert machine.load.level is Sacrifice.INTERIM_TRANSLATION


def test_a_short_stall_costs_nothing() -> None:
    """One bad second, now and then."""
    machine = Machine()
    for _ in range(20):
        machine.run(1, hear=3.0)
        machine.run(1, hear=0.5)

    assert machine.changes == []


def test_what_cannot_be_had_is_tried_more_and_more_rarely() -> None:
    """A voice that presses as soon as it is back stays away longer each time; and is back at last."""
    machine = Machine()
    away_s: list[float] = []
    for _ in range(6):
        while machine.load.level is not Sacrifice.VOICE:
            machine.run(0.5, speak=1.5)
        since_s = machine.clock.at_s
        while machine.load.level is Sacrifice.VOICE:
            machine.run(0.5, speak=0.0)
        away_s.append(machine.clock.at_s - since_s)

    assert away_s == pytest.approx([10.5, 20.5, 40.5, 80.5, 160.5, 160.5], abs=0.6)


def test_reports_do_not_count_for_ever() -> None:
    """A part that is gone presses no longer, though it does until its last report is old."""
    machine = Machine()
    machine.run(3, hear=1.2)
    machine.run(STALE_S + 3 * LOWER_AFTER_S + 1)

    assert (machine.load.pressure, machine.load.level) == (0.0, Sacrifice.NOTHING)


def test_rare_reports_count_for_the_time_between() -> None:
    """Who reports every six seconds has been unable to keep up for six seconds."""
    machine = Machine()
    machine.load.report("speak", 1.5)
    machine.clock.move(3 * RAISE_AFTER_S)
    machine.load.report("speak", 1.5)

    assert machine.load.level is Sacrifice.VOICE


@given(st.lists(st.tuples(st.floats(0, 20), st.floats(0, 3)), max_size=60))
def test_levels_go_step_by_step_and_not_too_often(reports: list[tuple[float, float]]) -> None:
    """Up at most once in two seconds, down at most once in ten, by one, whatever is reported and when."""
    clock = HandClock(0.0)
    load = Load(clock)
    lowered_s, risen = 0.0, 0
    for after_s, pressure in reports:
        before = load.level
        clock.move(after_s)
        load.report("part", pressure)
        if load.level < before:
            assert load.level == before - 1
            assert clock.at_s - lowered_s >= LOWER_AFTER_S
            lowered_s = clock.at_s
        risen += max(0, load.level - before)
    assert risen * RAISE_AFTER_S <= clock.at_s


def test_many_parts_take_bounded_room() -> None:
    """The one that reported longest ago is forgotten."""
    load = Load(HandClock(0.0))
    for number in range(1000):
        load.report(str(number), 2.0 if number == 0 else 0.1)

    assert load.pressure == 0.1
