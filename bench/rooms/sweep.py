"""Curves: more speakers, languages and rooms along one axis after the other, until the machine no longer keeps up."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bench.rooms.shape import LoadShape

PointResult = Mapping[str, Any]

SPEAKERS: Final = (1, 2, 3, 4, 6, 8, 12, 16, 20)
LANGUAGES: Final = (1, 2, 3, 4, 5, 6)
ROOMS: Final = (1, 2, 3, 4, 5)
BEYOND: Final = 2
"""So many points of an axis that are not borne are measured: the first shows what gives, the next that it stays so."""
AROUND_S: Final = 20.0
"""What a point takes beside its seconds: joining, last words, erasing the room. Before any was measured."""
REST_S: Final = 3.0
"""Between two points."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What grows while all else stays small."""

    name: str
    unit: str
    points: tuple[LoadShape, ...]


@dataclass(slots=True)
class Sweep:
    """Goes through the axes.

    Args:
        axes: each from its smallest point on; a point that two have in common is measured once.
        budget_s: nothing is begun that would end later.
        known: results that are there already, by `key`.
        now: in seconds, never going back.
    """

    axes: Sequence[Axis]
    budget_s: float
    known: dict[str, PointResult] = field(default_factory=dict)
    now: Callable[[], float] = time.monotonic
    took_s: list[float] = field(default_factory=list)
    """Beside a point's own seconds."""

    async def run(
        self,
        measure: Callable[[LoadShape], Awaitable[PointResult]],
        keep: Callable[[], None],
        say: Callable[[str], None],
    ) -> bool:
        """Measures point after point, the axes in turn; whether all was measured that there was to measure.

        Args:
            measure: takes a point's time.
            keep: called after each point, with `known` as it is then.
        """
        began_s = self.now()
        complete = True
        while (shape := self.next()) is not None:
            left_s = self.budget_s - (self.now() - began_s)
            if self.expected_s(shape) > left_s:
                say(f"the budget is used up: {shape.name} would take {self.expected_s(shape):.0f} s more")
                complete = False
                break
            say(f"{shape.name}: {self._told(left_s)}")
            before_s = self.now()
            self.known[key(shape)] = await measure(shape)
            self.took_s.append(max(0.0, self.now() - before_s - shape.seconds))
            keep()
        return complete

    def next(self) -> LoadShape | None:
        """The smallest point that is missing: of every axis its first, then of every axis its second, and so on."""
        missing = [
            (place, number, shape)
            for number, axis in enumerate(self.axes)
            if (found := self._missing(axis)) is not None
            for place, shape in [found]
        ]
        return min(missing, key=lambda each: each[:2])[2] if missing else None

    def expected_s(self, shape: LoadShape) -> float:
        """How long a point will take."""
        around_s = sum(self.took_s) / len(self.took_s) if self.took_s else AROUND_S
        return shape.seconds + around_s + REST_S

    def left_s(self) -> float:
        """How long all that is missing takes at most: axes may end earlier."""
        missing = {
            key(shape): shape
            for axis in self.axes
            if self._missing(axis) is not None
            for shape in axis.points
            if key(shape) not in self.known
        }
        return sum(map(self.expected_s, missing.values()))

    def _told(self, budget_left_s: float) -> str:
        return f"at most {self.left_s() / 60:.0f} min for all that is left, {budget_left_s / 60:.0f} min of budget"

    def _missing(self, axis: Axis) -> tuple[int, LoadShape] | None:
        """The first point of an axis that was not measured; None once it was borne no longer."""
        beyond = 0
        for place, shape in enumerate(axis.points):
            found = self.known.get(key(shape))
            if found is None:
                return place, shape
            beyond += not found["keeps_up"]
            if beyond >= BEYOND:
                return None
        return None


def axes(languages: Sequence[str], seconds: int) -> list[Axis]:
    """Speakers with one language, languages with one speaker, rooms of one speaker and one language each.

    Args:
        languages: all that can be gone through.
    """
    first = LoadShape(languages=tuple(languages[:1]), seconds=seconds)
    counts = [count for count in LANGUAGES if count <= len(languages)]
    return [
        Axis("speakers", "speakers at once", tuple(replace(first, speakers=count) for count in SPEAKERS)),
        Axis(
            "languages",
            "languages",
            tuple(replace(first, languages=tuple(languages[:count])) for count in counts),
        ),
        Axis("rooms", "rooms", tuple(replace(first, rooms=count) for count in ROOMS)),
        Axis(
            "turns",
            "speakers in turn",
            tuple(replace(first, speakers=count, at_once=1) for count in SPEAKERS),
        ),
    ]


def key(shape: LoadShape) -> str:
    """Tells points apart in a file."""
    return (
        f"{shape.rooms} rooms, {shape.speakers} speakers, {shape.floors} at once, "
        f"{'+'.join(shape.languages)}, {shape.seconds} s"
    )


def borne(axis: Axis, known: Mapping[str, PointResult]) -> int:
    """How far an axis was borne: its count at the last point before the first that was not; 0: not even the first."""
    most = 0
    for shape in axis.points:
        found = known.get(key(shape))
        if found is None or not found["keeps_up"]:
            break
        most = count_of(axis.name, shape)
    return most


def gave(axis: Axis, known: Mapping[str, PointResult]) -> list[str]:
    """What no longer held at the first point that was not borne; empty while all was."""
    for shape in axis.points:
        found = known.get(key(shape))
        if found is not None and not found["keeps_up"]:
            return [each["question"] for each in found["bearing"] if each["holds"] is False]
    return []


def count_of(axis: str, shape: LoadShape) -> int:
    """Where a point lies on an axis."""
    counts = {"languages": len(shape.languages), "rooms": shape.rooms}
    return counts.get(axis, shape.speakers)
