"""Sound of several sources on one clock: mixed as it comes, taken in order, silence where there was none."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from pipeline.audio import Pcm

MOST_AHEAD_S: Final = 10.0
"""Sound that claims to be heard later than this after what was taken last is left out, unless taking it is behind."""


class Timeline:
    """Mono sound at `rate_hz` from 0 s on."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._taken = 0
        self._seconds: dict[int, NDArray[np.int32]] = {}
        """By the second; bounded by how far ahead sound may be added."""

    @property
    def taken_s(self) -> float:
        return self._taken / self._rate_hz

    def add(self, at_s: float, pcm: Pcm, *, now_s: float) -> None:
        """Mixes sound in; what would belong before that which was taken is left out."""
        at = round(at_s * self._rate_hz)
        if at_s > now_s + MOST_AHEAD_S:
            return
        if at < self._taken:
            pcm, at = pcm[self._taken - at :], self._taken
        while len(pcm):
            second, inside = divmod(at, self._rate_hz)
            piece = pcm[: self._rate_hz - inside]
            mixed = self._seconds.setdefault(second, np.zeros(self._rate_hz, np.int32))
            mixed[inside : inside + len(piece)] += piece
            pcm, at = pcm[len(piece) :], at + len(piece)

    def take(self, until_s: float, *, most_s: float) -> Pcm:
        """What comes next, whole seconds, up to a moment and no more than `most_s`."""
        first = self._taken // self._rate_hz
        last = min(int(until_s), first + int(most_s))
        if last <= first:
            return np.zeros(0, np.int16)
        silence = np.zeros(self._rate_hz, np.int32)
        mixed = np.concatenate([self._seconds.pop(second, silence) for second in range(first, last)])
        self._taken = last * self._rate_hz
        pcm: Pcm = np.clip(mixed, -32768, 32767).astype(np.int16)
        return pcm
