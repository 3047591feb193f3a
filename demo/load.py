"""What the demo's processes use: processor time and memory, sampled while the talk goes on."""

from __future__ import annotations

import asyncio
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


class LoadMeter:
    """Measures each part with all processes below it.

    Args:
        parts: the first process of each part, by name.
        separate: parts of which the busiest single process is measured as well, e.g. the room's own one.
        now: in seconds, never going back.
    """

    def __init__(
        self, parts: Mapping[str, int], separate: Mapping[str, str], now: Callable[[], float] = time.monotonic
    ) -> None:
        self._parts, self._separate, self._now = dict(parts), dict(separate), now
        self._began_s = self._sampled_s = 0.0
        self._processor_s: dict[str, dict[int, float]] = {}
        self._first_s: dict[str, dict[int, float]] = {}
        self._memory: dict[str, int] = {}
        self.memory_mib: dict[str, list[tuple[float, float]]] = {}
        """For each part: (seconds since the beginning, MiB)."""

    async def run(self) -> None:
        """Samples until cancelled."""
        while True:
            self.sample()
            await asyncio.sleep(EVERY_S)

    def sample(self) -> None:
        """Takes one reading of every part."""
        self._sampled_s = self._now()
        self._began_s = self._began_s or self._sampled_s
        for part, pid in self._parts.items():
            self._read(part, _family(pid))
            if part in self._separate:
                busiest = self._busiest(part)
                if busiest is not None:
                    self._read(self._separate[part], [busiest])

    def use(self) -> dict[str, Use]:
        """What each part used between the first reading and the last."""
        elapsed = max(self._sampled_s - self._began_s, 1e-3)
        return {
            part: Use(
                sum(last - self._first_s[part][pid] for pid, last in processes.items()) / elapsed,
                self._memory[part] / MEBIBYTE,
            )
            for part, processes in self._processor_s.items()
        }

    def _read(self, part: str, processes: list[psutil.Process]) -> None:
        memory = 0
        for process in processes:
            try:
                times = process.cpu_times()
                memory += process.memory_full_info().uss
            except psutil.Error:
                continue  # it ended between the listing and the reading
            used = times.user + times.system
            self._first_s.setdefault(part, {}).setdefault(process.pid, used)
            self._processor_s.setdefault(part, {})[process.pid] = used
        self._memory[part] = memory
        self.memory_mib.setdefault(part, []).append((self._now() - self._began_s, memory / MEBIBYTE))

    def _busiest(self, part: str) -> psutil.Process | None:
        first, last = self._first_s.get(part, {}), self._processor_s.get(part, {})
        own = self._parts[part]
        used = {pid: last[pid] - first[pid] for pid in last if pid != own}
        if not used:
            return None
        pid = max(used, key=lambda candidate: used[candidate])
        try:
            return psutil.Process(pid)
        except psutil.Error:
            return None


def _family(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []
