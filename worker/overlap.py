"""What the machine could have said while a person interpreted, kept for the moment in which they stop."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from pipeline.clock import Monotonic
from pipeline.events import NotSpoken, Translation

KEPT_S = 4.0
"""People interpret some two to four seconds behind the speaker: what is older they have said."""

MOST = 50
"""More clauses are never said within that time."""

BY_A_PERSON = "a person interprets"


class Overlap:
    """Keeps the translations of what was said a moment ago.

    Args:
        report: told of those that a person has interpreted; must not block.
    """

    def __init__(self, report: Callable[[NotSpoken], None], now: Monotonic) -> None:
        self._report, self._now = report, now
        self._kept: deque[Translation] = deque()

    def keep(self, translation: Translation) -> None:
        """Takes the next translation."""
        self._kept.append(translation)
        self._forget()

    def take(self) -> list[Translation]:
        """What the person may not have come to, in order; it is kept no longer."""
        self._forget()
        kept, self._kept = list(self._kept), deque()
        return kept

    def _forget(self) -> None:
        said_before_s = self._now() - KEPT_S
        while self._kept and (len(self._kept) > MOST or self._kept[0].clause.offset_at_s < said_before_s):
            self._report(NotSpoken(self._kept.popleft(), BY_A_PERSON))
