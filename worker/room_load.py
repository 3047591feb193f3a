"""How full a worker is: how many more rooms its machine carries, by what its rooms were seen to take."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Final

import psutil

from pipeline.capacity import USABLE

ROOM_CORES: Final = 0.2
"""What a room takes while nothing was measured: signals, media and interpreting, no model."""
STEADY_S: Final = 30.0
"""So long what was seen counts: a room that begins takes more for a moment."""


class RoomLoad:
    """Tells the media server how full this worker is, 0…1; a full one gets no more rooms.

    Rooms take processor time, and more where many speak or where engines run inside them. No room is begun for which
    the rest of the machine, `USABLE` of its cores, would not be enough.

    Args:
        max_rooms: the settings' own limit.
        cores: of the machine.
        used: processor seconds so far, by process, of all processes of this worker's rooms.
    """

    def __init__(
        self,
        max_rooms: int,
        *,
        cores: float | None = None,
        used: Callable[[], Mapping[int, float]] | None = None,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_rooms = max_rooms
        self._cores = cores or float(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1)
        self._used, self._now = used or used_by_children, now
        self._seen: tuple[float, Mapping[int, float]] | None = None
        self._room_cores = ROOM_CORES
        self._one_looks = threading.Lock()  # the framework asks from threads, also beside its usual round

    def of(self, rooms: int) -> float:
        """With so many rooms under way; to be asked every half a second or so."""
        with self._one_looks:
            self._look(rooms)
            return min(1.0, rooms / self.fitting)

    @property
    def fitting(self) -> int:
        """How many rooms the machine carries, as far as it was seen."""
        return max(1, min(self._max_rooms, int(USABLE * self._cores / self._room_cores)))

    def _look(self, rooms: int) -> None:
        now_s, used = self._now(), self._used()
        before, self._seen = self._seen, (now_s, used)
        if before is None or not rooms or now_s <= before[0]:
            return
        passed_s = now_s - before[0]
        spent_s = sum(used[process] - before[1].get(process, used[process]) for process in used)
        seen = max(0.0, spent_s) / passed_s / rooms
        share = min(1.0, passed_s / STEADY_S)
        self._room_cores = max(ROOM_CORES, self._room_cores + share * (seen - self._room_cores))


def used_by_children() -> dict[int, float]:
    """Processor seconds of all processes that this one has started."""
    found = {}
    for child in psutil.Process().children(recursive=True):
        try:
            times = child.cpu_times()
        except psutil.Error:  # it has just ended
            continue
        found[child.pid] = times.user + times.system
    return found
