"""While a recogniser cannot be reached: what is missed, until it can be told."""

from __future__ import annotations

from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import NotHeard

RETRY_S: Final = 1.0
"""After a failure no new stream is opened for so much sound."""


class Deafness:
    """One speaker's."""

    def __init__(self) -> None:
        self._until = 0
        self._from: int | None = None
        self._reason = ""

    def begin(self, first_sample: int, reason: str, until: int | None = None) -> None:
        """Something failed: sound is missed from `first_sample` on.

        Args:
            until: how far the sound had come by then; by default no further.
        """
        if self._from is None:
            self._from, self._reason = first_sample, reason
        self._until = (first_sample if until is None else until) + int(RETRY_S * HEARING_RATE_HZ)

    def covers(self, sample: int) -> bool:
        """Whether it is too early to try again; then what is said from here on is missed too."""
        if sample >= self._until:
            return False
        if self._from is None:
            self._from = sample
        return True

    def told(self, end_sample: int) -> NotHeard | None:
        """What was missed up to here, if anything; it is over then."""
        if self._from is None:
            return None
        first, self._from = self._from, None
        return NotHeard(first, max(first, end_sample), self._reason)
