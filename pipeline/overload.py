"""Notices a microphone that is set too loud: clipped sound is heard wrongly, and its owner cannot know why."""

from __future__ import annotations

from typing import Final

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm

FULL: Final = 31_000
"""What counts as full scale: Opus rounds off clipped peaks. With 32 000 half of them would be missed."""

SHARE: Final = 0.02
"""So many samples at full scale are too many. Measured on speech through Opus at 32 kbit/s: 0.01 % where the
loudest sample is just at full scale, 2.5 % where it is twice as loud as that, 7 % at three times."""

WINDOW_S: Final = 2.0
AGAIN_S: Final = 60.0
"""It is said again only after so much sound."""


class Overload:
    """Watches one speaker's sound, in windows of two seconds."""

    def __init__(self) -> None:
        self._heard = 0
        self._full = 0
        self._quiet_for = 0

    def feed(self, pcm: Pcm) -> bool:
        """Takes the next sound at `HEARING_RATE_HZ`; whether its owner should now be told that it is too loud."""
        self._heard += len(pcm)
        self._full += int(np.count_nonzero((pcm >= FULL) | (pcm <= -FULL)))
        self._quiet_for = max(0, self._quiet_for - len(pcm))
        if self._heard < WINDOW_S * HEARING_RATE_HZ:
            return False
        overloaded = self._full > SHARE * self._heard
        self._heard = self._full = 0
        if not overloaded or self._quiet_for:
            return False
        self._quiet_for = int(AGAIN_S * HEARING_RATE_HZ)
        return True
