"""What is given up when the machine cannot keep up, and in which order: the one place that says so.

Parts that do work in real time report their pressure: the work that comes in by the work that gets done. While one
of them cannot keep up, one thing after another is given up; once all have had room for a while, they come
back in the opposite order. Committed captions are not on the list: they are never given up.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from foundation.recent import Recent
from pipeline.clock import Monotonic

FULL: Final = 1.0
"""From this pressure on a part cannot keep up."""

ROOM: Final = 0.8
"""Below this pressure a part has room; between the two nothing changes."""

RAISE_AFTER_S: Final = 2.0
"""So long some part must be unable to keep up before the next thing is given up."""

LOWER_AFTER_S: Final = 10.0
"""So long all parts must have room before the last thing comes back."""

RELAPSE_S: Final = 60.0
"""A thing that had to be given up again so soon after it came back stays away twice as long, up to `LONGEST_AWAY_S`."""

LONGEST_AWAY_S: Final = 160.0

STALE_S: Final = 10.0
"""A report counts for so long."""

_PARTS: Final = 256


class Sacrifice(IntEnum):
    """What is given up, in this order; each level gives up what those below it give up too."""

    NOTHING = 0
    INTERIM_TRANSLATION = 1
    """Drafts are not translated."""
    INTERIM_RECOGNITION = 2
    """Words are looked at as often as committing them needs, not more: `HearingOptions.sparing`."""
    VOICE = 3
    """Voices that cost much are silent; captions say so."""


IN_ORDER: Final = "translations of unfinished sentences first, then tentative words, then voices"
"""The same for people."""


class Load:
    """How loaded one process is; fed by its parts and asked by them.

    Args:
        now: the clock of the reports.
    """

    def __init__(self, now: Monotonic) -> None:
        self._now = now
        self._reports: Recent[str, tuple[float, float]] = Recent(_PARTS)
        self._level = Sacrifice.NOTHING
        self._changed_s = now()
        self._pressed_since_s: float | None = None
        self._room_since_s: float | None = self._changed_s
        self._away_s = dict.fromkeys(Sacrifice, LOWER_AFTER_S)
        self._returned_s: dict[Sacrifice, float] = {}

    def report(self, part: str, pressure: float) -> None:
        """Takes a part's pressure; its name, e.g. "hear anna", tells reports apart."""
        self._reports[part] = (pressure, self._now())
        self._look()

    def gives_up(self, what: Sacrifice) -> bool:
        """Whether this is given up now."""
        return self.level >= what

    @property
    def level(self) -> Sacrifice:
        """The last thing that is given up."""
        self._look()
        return self._level

    @property
    def pressure(self) -> float:
        """That of the part that is worst off."""
        since_s = self._now() - STALE_S
        return max((pressure for pressure, at_s in self._reports.values() if at_s >= since_s), default=0.0)

    def _look(self) -> None:
        now_s, pressure = self._now(), self.pressure
        if pressure >= FULL:
            self._room_since_s = None
            self._pressed_since_s = now_s if self._pressed_since_s is None else self._pressed_since_s
            self._raise(now_s)
        elif pressure < ROOM:
            self._pressed_since_s = None
            self._room_since_s = now_s if self._room_since_s is None else self._room_since_s
            self._lower(now_s)
        else:
            self._pressed_since_s = self._room_since_s = None

    def _raise(self, now_s: float) -> None:
        assert self._pressed_since_s is not None
        while self._level < max(Sacrifice):
            due_s = max(self._pressed_since_s, self._changed_s) + RAISE_AFTER_S
            if now_s < due_s:
                return
            self._level, self._changed_s = Sacrifice(self._level + 1), due_s
            again = now_s - self._returned_s.get(self._level, float("-inf")) < RELAPSE_S
            longer_s = min(2 * self._away_s[self._level], LONGEST_AWAY_S)
            self._away_s[self._level] = longer_s if again else LOWER_AFTER_S

    def _lower(self, now_s: float) -> None:
        assert self._room_since_s is not None
        if self._level is Sacrifice.NOTHING:
            return
        if now_s - max(self._room_since_s, self._changed_s) >= self._away_s[self._level]:
            self._returned_s[self._level] = now_s
            self._level, self._changed_s = Sacrifice(self._level - 1), now_s
