"""A rest between the failures of a program that takes long to start, and its next start."""

from __future__ import annotations

import time
from collections.abc import Callable

from foundation.supervision import Backoff
from pipeline.engines.protocols import EngineOverloaded


class Rest:
    """Keeps a program that fails again and again from being started all the time.

    Args:
        name: of what rests, for whoever is turned away.
        backoff: how long; None: it never rests.
        now: s.
    """

    def __init__(
        self, name: str, backoff: Backoff | None = None, *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._name, self._backoff, self._now = name, backoff, now
        self._until_s = 0.0

    def begin(self, lasted_s: float) -> None:
        """The program has failed, after so long."""
        if self._backoff is not None:
            self._until_s = self._now() + self._backoff.after(lasted_s)

    def check(self) -> None:
        """Raises EngineOverloaded while it rests."""
        if (left_s := self._until_s - self._now()) > 0:
            raise EngineOverloaded(self._name, left_s, "it has failed and rests")
