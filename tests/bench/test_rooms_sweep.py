"""In which order a sweep measures, when it ends an axis, and how it goes on from what is there."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.rooms import curves
from bench.rooms.shape import LoadShape
from bench.rooms.sweep import Axis, PointResult, Sweep, axes, borne, gave, key
from tests.fakes.clock import HandClock

ONE = LoadShape(seconds=40)


def point(*, keeps_up: bool = True) -> dict[str, Any]:
    """A result as far as a sweep looks at it."""
    return {
        "keeps_up": keeps_up,
        "bearing": [
            {"question": "nothing was lost", "holds": True, "detail": ""},
            {"question": "the lag of es did not grow", "holds": keeps_up, "detail": ""},
        ],
    }


def speakers(*counts: int) -> Axis:
    return Axis("speakers", "speakers at once", tuple(replace(ONE, speakers=count) for count in counts))


def rooms(*counts: int) -> Axis:
    return Axis("rooms", "rooms", tuple(replace(ONE, rooms=count) for count in counts))


class Machine:
    """Bears so many speakers and rooms; each point takes its seconds and 20 more."""

    def __init__(self, clock: HandClock, most: int) -> None:
        self._clock, self._most = clock, most
        self.measured: list[tuple[int, int]] = []
        self.kept = 0

    async def measure(self, shape: LoadShape) -> dict[str, Any]:
        self.measured.append((shape.rooms, shape.speakers))
        self._clock.move(shape.seconds + 20.0)
        return point(keeps_up=shape.rooms * shape.speakers <= self._most)

    def keep(self) -> None:
        self.kept += 1


async def test_axes_grow_in_turn_and_end_two_points_beyond_what_is_borne() -> None:
    """What they have in common is measured once; after each point all of them are kept."""
    clock = HandClock()
    machine = Machine(clock, 2)
    sweep = Sweep([speakers(1, 2, 4, 8), rooms(1, 2, 3, 4)], 3600.0, now=clock)

    assert await sweep.run(machine.measure, machine.keep, lambda line: None)

    assert machine.measured == [(1, 1), (1, 2), (2, 1), (1, 4), (3, 1), (1, 8), (4, 1)]
    assert machine.kept == 7
    assert [borne(axis, sweep.known) for axis in sweep.axes] == [2, 2]
    assert [gave(axis, sweep.known) for axis in sweep.axes] == [["the lag of es did not grow"]] * 2


async def test_what_is_there_already_is_not_measured_again() -> None:
    clock = HandClock()
    machine = Machine(clock, 2)
    known: dict[str, PointResult] = {key(ONE): point(), key(replace(ONE, speakers=2)): point()}
    sweep = Sweep([speakers(1, 2, 4)], 3600.0, known, now=clock)

    await sweep.run(machine.measure, machine.keep, lambda line: None)

    assert machine.measured == [(1, 4)]


async def test_nothing_is_begun_that_would_end_after_the_budget() -> None:
    """And what would is said; the rest can be measured another time."""
    clock, lines = HandClock(), list[str]()
    machine = Machine(clock, 100)
    sweep = Sweep([speakers(1, 2, 4, 8)], 150.0, now=clock)

    assert not await sweep.run(machine.measure, machine.keep, lines.append)

    assert machine.measured == [(1, 1), (1, 2)]
    assert lines[0] == "1 room, 1 speaker, 1 language: at most 4 min for all that is left, 2 min of budget"
    assert lines[-1] == ("the budget is used up: 1 room, 4 speakers, 1 language would take 63 s more")


def test_what_was_never_borne_has_no_place() -> None:
    known = {key(ONE): point(keeps_up=False)}

    assert borne(speakers(1, 2), known) == 0
    assert gave(speakers(1, 2), known) == ["the lag of es did not grow"]


def test_a_sweep_goes_along_four_axes_from_the_same_first_point() -> None:
    """As many languages as there are."""
    found = axes(("es", "fr", "it"), 40)

    assert [axis.name for axis in found] == ["speakers", "languages", "rooms", "turns"]
    assert {key(axis.points[0]) for axis in found} == {key(LoadShape(seconds=40))}
    assert [len(axis.points) for axis in found] == [9, 3, 5, 9]
    assert {shape.floors for shape in found[3].points} == {1}


def test_results_of_another_machine_are_not_mixed_in(tmp_path: Path) -> None:
    machine = {"processor": "one", "cores": 2, "load_before": 0.1}
    about = {"profile": "cpu", "engines": {"recognition": "whisper base"}, "machine": machine}
    file = tmp_path / "cpu.json"
    file.write_text('{"kind": "meeting"}')
    with pytest.raises(ValueError, match="does not hold a sweep"):
        curves.read(file, about)

    from bench.result import as_json

    file.write_text(as_json(curves.kept(about, {key(ONE): point()}, complete=False)))
    busier = {**about, "machine": {**machine, "load_before": 3.0}}
    assert curves.read(file, busier) == {key(ONE): point()}
    other = {**about, "machine": {**machine, "cores": 8}}
    with pytest.raises(curves.OtherCircumstances):
        curves.read(file, other)
    assert curves.read(tmp_path / "none.json", about) == {}
