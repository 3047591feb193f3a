"""How well recognition keeps up with one speaker, told by how far its words lag behind the sound.

Recognition usually runs elsewhere: what is seen here is how much sound had come in when its words arrived.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from pipeline.audio import seconds
from pipeline.load import ROOM

BEHIND_S: Final = 4.0
"""A recogniser whose words lag so far cannot keep up: with looks of a second, as slow machines take, words lag by two
to three seconds and stay there; some seconds more, and sound is left out."""

TREND_S: Final = 2.0
"""Over so long it shows whether the lag shrinks."""

CATCHING_UP: Final = 0.25
"""A lag that shrinks by so many seconds a second goes away by itself, e.g. after a broken connection."""


REPORTS_REMEMBERED: Final = 200
"""A few words a second are far fewer within `TREND_S`; where more come, the trend is over less time."""


class HearingPace:
    """Follows one speaker's words."""

    def __init__(self) -> None:
        self._lags: deque[tuple[float, float]] = deque(maxlen=REPORTS_REMEMBERED)
        """When, and how far behind, over `TREND_S`."""

    def reached(self, heard_to: int, arrived_to: int, at_s: float) -> float:
        """Takes how far the recogniser has come; returns its pressure as `Load.report` takes it.

        Args:
            arrived_to: where the sound ends that is there.
        """
        behind_s = max(0.0, seconds(arrived_to - heard_to))
        pressure = behind_s / BEHIND_S
        while self._lags and self._lags[0][0] < at_s - TREND_S:
            self._lags.popleft()
        self._lags.append((at_s, behind_s))
        since_s, before_s = self._lags[0]
        catches_up = at_s > since_s and (before_s - behind_s) / (at_s - since_s) >= CATCHING_UP
        return min(pressure, ROOM) if catches_up else pressure
