"""An interpreter that makes itself ready while another one is still in the room, and begins when that one has left.

So there is no moment in which two speak, whichever of them turns out to live.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from livekit import rtc

from protocol.attributes import ROLE, STATE

INTERPRETER = {ROLE: "interpreter", STATE: "initializing"}
"""What the interpreter says of itself before it has begun."""

STANDBY = {ROLE: "standby", STATE: "initializing"}
READY = {STATE: "idle"}
"""What one that stands by says when it could begin at once."""

LOOK_AGAIN_S = 1.0
SET_LIMIT_S = 2.0


class Standby:
    """Waits for others to leave.

    Args:
        after: identities of those who have to leave first; none: it is this one's turn at once.
        set_attributes: merges attributes into the participant's own; whether it could.
    """

    def __init__(
        self,
        room: rtc.Room,
        after: frozenset[str],
        set_attributes: Callable[[dict[str, str]], Awaitable[bool]],
    ) -> None:
        self._room, self._after, self._set = room, after, set_attributes
        self._changed = asyncio.Event()
        self._stopped = False

    def stop(self) -> None:
        """Ends the waiting: it will not be this one's turn."""
        self._stopped = True
        self._changed.set()

    async def turn(self) -> bool:
        """Whether it is this one's turn, once that is known; not when it was stopped or is out of the room."""
        self._room.on("participant_disconnected", self._news)
        self._room.on("disconnected", self._news)
        shown = False
        try:
            while self._waits():
                self._changed.clear()
                shown = shown or await self._show_ready()
                try:
                    async with asyncio.timeout(LOOK_AGAIN_S):
                        await self._changed.wait()
                except TimeoutError:
                    continue
            return not self._stopped and self._room.isconnected()
        finally:
            self._room.off("participant_disconnected", self._news)
            self._room.off("disconnected", self._news)

    def _waits(self) -> bool:
        there = self._after & self._room.remote_participants.keys()
        return bool(there) and not self._stopped and self._room.isconnected()

    async def _show_ready(self) -> bool:
        try:
            async with asyncio.timeout(SET_LIMIT_S):
                return await self._set(READY)
        except TimeoutError:
            return False

    def _news(self, *_: object) -> None:
        self._changed.set()
