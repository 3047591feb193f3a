"""What a room's process tells the worker's main process: JSON, a datagram each.

A room's process reads what strangers send, so its reports are read as strictly as if they came from one.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from worker.figures.series import COUNTS, LEVELS, SPREADS, Series
from worker.figures.tally import Key, Levels, RoomTally, Spread

MOST_BYTES: Final = 128 * 1024
"""Of one report; one with thirty languages has a tenth of it."""

_LABEL: Final = re.compile(r"[a-z0-9_-]{1,20}")


class BadReport(ValueError):
    """Not a report of ours."""


@dataclass(frozen=True, slots=True)
class FiguresReport:
    """What is new since the last one, and what holds now."""

    process: int
    """Its process id: whose levels these are."""
    tally: RoomTally
    levels: Levels = field(default_factory=dict)
    """None once the room is over."""

    def encoded(self) -> bytes:
        """As it travels."""
        spreads = [
            [name, labels, spread.counts, spread.total_s]
            for (name, labels), spread in self.tally.spreads.items()
        ]
        body = {
            "process": self.process,
            "counts": [[name, labels, value] for (name, labels), value in self.tally.counts.items()],
            "spreads": spreads,
            "levels": [[name, labels, value] for (name, labels), value in self.levels.items()],
        }
        return json.dumps(body, separators=(",", ":")).encode()


def read_report(data: bytes) -> FiguresReport:
    """Raises BadReport."""
    try:
        body = json.loads(data)
        return FiguresReport(
            _whole(body["process"]),
            RoomTally(dict(_values(body["counts"], COUNTS)), dict(_spreads(body["spreads"]))),
            dict(_values(body["levels"], LEVELS)),
        )
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise BadReport(type(error).__name__) from None


def _values(entries: Any, known: Mapping[str, Series]) -> Iterator[tuple[Key, float]]:
    for name, labels, value in entries:
        yield _key(name, labels, known), _amount(value)


def _spreads(entries: Any) -> Iterator[tuple[Key, Spread]]:
    for name, labels, counts, total_s in entries:
        key = _key(name, labels, SPREADS)
        if len(counts) != len(SPREADS[name].bounds_s) + 1:
            raise BadReport("other bounds")
        yield key, Spread([_whole(count) for count in counts], _amount(total_s))


def _key(name: str, labels: Any, known: Mapping[str, Series]) -> Key:
    if len(labels) != len(known[name].labels) or not all(_LABEL.fullmatch(label) for label in labels):
        raise BadReport("other labels")
    return name, tuple(labels)


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise BadReport("not a count")
    return value


def _amount(value: Any) -> float:
    number = float(value)
    if not (math.isfinite(number) and number >= 0):
        raise BadReport("not an amount")
    return number
