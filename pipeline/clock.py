"""When a sample arrived: the bridge between counted time and measured latency."""

from __future__ import annotations

import bisect
from collections import deque
from collections.abc import Callable
from typing import Final

from pipeline.audio import HEARING_RATE_HZ

Monotonic = Callable[[], float]
"""Returns seconds, never going back; `time.monotonic` outside tests."""

PIECES_REMEMBERED: Final = 100_000
"""More than fit into what is kept, unless they are shorter than 2 ms: then the oldest are forgotten sooner."""


class ArrivalClock:
    """Remembers when each piece of a speaker's sound arrived.

    Keeps the last `keep_s` seconds of sound; a position before them counts as arrived with the oldest
    piece that is still known, one after the newest as arriving at the rate of the sound.
    """

    def __init__(self, keep_s: float = 180.0) -> None:
        self._keep = int(keep_s * HEARING_RATE_HZ)
        self._pieces: deque[tuple[int, float]] = deque(maxlen=PIECES_REMEMBERED)

    def arrived(self, end_sample: int, at_s: float) -> None:
        """Notes that everything up to `end_sample` was there at `at_s`."""
        self._pieces.append((end_sample, at_s))
        while self._pieces and self._pieces[0][0] < end_sample - self._keep:
            self._pieces.popleft()

    def arrival_s(self, sample: int) -> float:
        """When the piece that holds the sample just before position `sample` arrived.

        Raises:
            LookupError: nothing has arrived yet.
        """
        if not self._pieces:
            raise LookupError("no sound has arrived yet")
        index = bisect.bisect_left(self._pieces, (sample, float("-inf")))
        if index < len(self._pieces):
            return self._pieces[index][1]
        end, at_s = self._pieces[-1]
        return at_s + (sample - end) / HEARING_RATE_HZ

    def spoken_s(self, sample: int) -> float:
        """When the sound at `sample` was spoken, as far as arrival tells: within its piece, counted back."""
        if not self._pieces:
            raise LookupError("no sound has arrived yet")
        index = min(bisect.bisect_left(self._pieces, (sample, float("-inf"))), len(self._pieces) - 1)
        end, at_s = self._pieces[index]
        return at_s + (sample - end) / HEARING_RATE_HZ
