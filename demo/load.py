"""What a stack's processes use: processor time and memory, sampled while people speak."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psutil

EVERY_S = 2.0
MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Use:
    """One part's use between two moments."""

    cores: float
    """Processor seconds for each second."""
    memory_mib: float
    """Unique set size at the end: what would be free if the part ended."""


@dataclass(frozen=True, slots=True)
class ProcessReading:
    """Of one process at one moment."""

    at_s: float
    """Since the first reading of any."""
    processor_s: float
    """Since its birth."""
    memory_mib: float
    """Unique set size."""


class LoadMeter:
    """Measures each part with all processes below it.

    Args:
        parts: tells the first process of each part, by name; asked each time, as parts may be started again. A process
            counts to the first part that has it: whoever started the others is named last.
        separate: parts of which the busiest single process is measured as well, e.g. the room's own one.
        now: in seconds, never going back.
    """

    def __init__(
        self,
        parts: Callable[[], Mapping[str, int]],
        separate: Mapping[str, str],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._parts, self._separate, self._now = parts, separate, now
        self._began_s: float | None = None
        self._first: dict[str, int] = {}
        """The first process of each part, as of the newest reading."""
        self.processes: dict[tuple[str, int], list[ProcessReading]] = {}
        """For each part and process of it."""

    async def run(self, every_s: float = EVERY_S) -> None:
        """Samples until cancelled."""
        while True:
            self.sample()
            await asyncio.sleep(every_s)

    def sample(self) -> None:
        """Takes one reading of every process."""
        now_s = self._now()
        self._began_s = now_s if self._began_s is None else self._began_s
        counted: set[int] = set()
        for part, pid in self._parts().items():
            self._first[part] = pid
            for process in _family(pid):
                if process.pid not in counted:
                    counted.add(process.pid)
                    self._read(part, process, now_s - self._began_s)

    def use(self, since_s: float = -math.inf, until_s: float = math.inf) -> dict[str, Use]:
        """What each part used between the first reading and the last.

        Args:
            since_s, until_s: only the readings between these, by the clock of `now`.
        """
        found: dict[str, Use] = {}
        for part in dict.fromkeys(name for name, _ in self.processes):
            found[part] = self._sum(part, self._within(since_s, until_s))
            if part in self._separate and (alone := self.busiest(part, 1, since_s, until_s)):
                found[self._separate[part]] = alone[0]
        return found

    def busiest(
        self, part: str, count: int, since_s: float = -math.inf, until_s: float = math.inf
    ) -> list[Use]:
        """The processes of a part that used most, one by one, without its first."""
        within = self._within(since_s, until_s)
        own = self._first.get(part)
        below = [pid for name, pid in within if name == part and pid != own]
        uses = [_use(within[part, pid], _elapsed(within[part, pid])) for pid in below]
        return sorted(uses, key=lambda use: use.cores, reverse=True)[:count]

    @property
    def memory_mib(self) -> dict[str, list[tuple[float, float]]]:
        """For each part: (seconds since the beginning, MiB)."""
        found: dict[str, dict[float, float]] = {}
        for (part, _), readings in self.processes.items():
            line = found.setdefault(part, {})
            for each in readings:
                line[each.at_s] = line.get(each.at_s, 0.0) + each.memory_mib
        return {part: sorted(line.items()) for part, line in found.items()}

    def _within(self, since_s: float, until_s: float) -> dict[tuple[str, int], list[ProcessReading]]:
        began_s = self._began_s or 0.0
        chosen = {
            key: [each for each in readings if since_s <= began_s + each.at_s <= until_s]
            for key, readings in self.processes.items()
        }
        return {key: readings for key, readings in chosen.items() if readings}

    def _sum(self, part: str, within: Mapping[tuple[str, int], list[ProcessReading]]) -> Use:
        every = [each for readings in within.values() for each in readings]
        elapsed_s = _elapsed(every)
        own = [readings for (name, _), readings in within.items() if name == part]
        newest_s = max((each[-1].at_s for each in own), default=0.0)
        uses = [_use(readings, elapsed_s) for readings in own]
        there = [use.memory_mib for use, each in zip(uses, own, strict=True) if each[-1].at_s == newest_s]
        return Use(sum(use.cores for use in uses), sum(there))

    def _read(self, part: str, process: psutil.Process, at_s: float) -> None:
        try:
            times = process.cpu_times()
            memory = process.memory_full_info().uss
        except psutil.Error:
            return  # it ended between the listing and the reading
        reading = ProcessReading(at_s, times.user + times.system, memory / MEBIBYTE)
        self.processes.setdefault((part, process.pid), []).append(reading)


def _use(readings: list[ProcessReading], elapsed_s: float) -> Use:
    return Use((readings[-1].processor_s - readings[0].processor_s) / elapsed_s, readings[-1].memory_mib)


def _elapsed(readings: list[ProcessReading]) -> float:
    moments = [each.at_s for each in readings]
    return max(max(moments, default=0.0) - min(moments, default=0.0), 1e-3)


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []
