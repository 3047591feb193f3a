"""When an interpreter leaves by itself: some time after the last person did."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

FIRST_GUEST_S = 300.0
"""How long an interpreter that was invited early waits for somebody to come."""


class IdleTimeout:
    """Waits while nobody is in the room.

    Args:
        after_s: how long after the last person left.
        online: whether the room is connected; while it reconnects nobody can be seen, and that does not count.
        leave: called once it is time.
    """

    def __init__(self, after_s: float, *, online: Callable[[], bool], leave: Callable[[], None]) -> None:
        self._after_s, self._online, self._leave = after_s, online, leave
        self._timer: asyncio.TimerHandle | None = None
        self._somebody_came = False

    def look(self, somebody: bool) -> None:
        """Takes whether anybody is there now."""
        if somebody:
            self._somebody_came = True
            self.cancel()
        elif self._timer is None:
            self._wait(self._after_s if self._somebody_came else FIRST_GUEST_S)

    def reconnected(self) -> None:
        """The room can be seen again: the others may still be on their way back, so the time counts anew."""
        if self._timer is not None:
            self.cancel()
            self._wait(self._after_s if self._somebody_came else FIRST_GUEST_S)

    def cancel(self) -> None:
        """Waits no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wait(self, wait_s: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(wait_s, self._over)

    def _over(self) -> None:
        if self._online():
            self._leave()
        else:
            self._wait(self._after_s)
