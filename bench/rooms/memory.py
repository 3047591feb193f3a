"""Whether a process keeps taking more memory: the slope of its readings, and what it comes to over a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from demo.load import ProcessReading
from demo.quantiles import trend
from demo.verdict import Finding

WARM_SHARE: Final = 1 / 3
"""Of a process's life: caches and pools fill then."""
GROWING_MIB_AN_HOUR: Final = 24.0
"""Faster growth is one, once chance does not explain it. A day of it is half a gigabyte."""
NOTICED_MIB: Final = 12.0
"""Less growth over the whole run is none: allocators give and take so much."""
MOST_READINGS: Final = 400
"""The slope is a median over pairs."""
LEAST_READINGS: Final = 10


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one process after it was warm."""

    part: str
    pid: int
    first_mib: float
    last_mib: float
    slope_mib_an_hour: float
    at_least_mib_an_hour: float
    """With 95 % confidence it is not below."""
    watched_s: float

    @property
    def grows(self) -> bool:
        """Whether it would need more and more."""
        gained = self.slope_mib_an_hour * self.watched_s / 3600
        return self.at_least_mib_an_hour > GROWING_MIB_AN_HOUR and gained > NOTICED_MIB


def growths(processes: Mapping[tuple[str, int], Sequence[ProcessReading]]) -> list[Growth]:
    """Of all processes that were there long enough to tell. Blocking, CPU work."""
    found = []
    for (part, pid), readings in processes.items():
        warm = readings[int(len(readings) * WARM_SHARE) :]
        if len(warm) < LEAST_READINGS:
            continue
        step = max(1, len(warm) // MOST_READINGS)
        points = [(each.at_s, each.memory_mib) for each in warm[::step]]
        slope = trend([points])
        found.append(
            Growth(
                part,
                pid,
                warm[0].memory_mib,
                warm[-1].memory_mib,
                slope.slope * 3600,
                slope.at_least * 3600,
                warm[-1].at_s - warm[0].at_s,
            )
        )
    return found


def flat(found: Sequence[Growth]) -> Finding:
    """Whether memory stays as it is, in every process."""
    growing = [each for each in found if each.grows]
    told = "; ".join(
        f"{each.part} ({each.pid}) {each.slope_mib_an_hour:+.0f} MiB an hour, now {each.last_mib:.0f}"
        for each in growing
    )
    most = max((each.slope_mib_an_hour for each in found), default=0.0)
    return Finding(
        f"no process takes more and more memory (over {GROWING_MIB_AN_HOUR:g} MiB an hour)",
        bool(found) and not growing,
        told or f"{len(found)} processes, at most {most:+.0f} MiB an hour",
    )
