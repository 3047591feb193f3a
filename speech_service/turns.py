"""Speech that somebody listens to live goes before speech that nobody does, piece by piece."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncIterator
from typing import Final

LONGEST_WAIT_S: Final = 30.0
"""Speech that nobody listens to live is made after so long all the same; less than its service's patience."""


class SpeakingTurns:
    """Who may have a piece of speech made now.

    What is live never waits here. The rest is made one piece at a time, and begins only while nothing live is being
    made: a sentence of a room is held up by one piece that had begun before at most, however many wait.

    Args:
        longest_wait_s: what waits goes after so long, whoever speaks.
    """

    def __init__(self, *, longest_wait_s: float = LONGEST_WAIT_S) -> None:
        self._longest_wait_s = longest_wait_s
        self._live = 0
        self._others = 0
        self._waiting: deque[asyncio.Future[None]] = deque()  # as many as requests may be under way

    @contextlib.asynccontextmanager
    async def piece(self, *, unhurried: bool) -> AsyncIterator[None]:
        """Holds a turn for as long as one piece is being made."""
        if unhurried:
            await self._take()
        else:
            self._live += 1
        try:
            yield
        finally:
            if unhurried:
                self._others -= 1
            else:
                self._live -= 1
            self._next()

    async def _take(self) -> None:
        """Takes a turn, at last without one being free."""
        if self._free() and not self._waiting:
            self._others += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            async with asyncio.timeout(self._longest_wait_s):
                await turn
        except TimeoutError:
            self._leave(turn)
            self._others += 1
        except asyncio.CancelledError:
            self._leave(turn)
            self._next()
            raise

    def _leave(self, turn: asyncio.Future[None]) -> None:
        """Somebody does not wait any more; a turn that was given in that very moment goes back."""
        if turn.done() and not turn.cancelled():
            self._others -= 1
        with contextlib.suppress(ValueError):
            self._waiting.remove(turn)

    def _free(self) -> bool:
        return not self._live and not self._others

    def _next(self) -> None:
        while self._waiting and self._free():
            turn = self._waiting.popleft()
            if not turn.done():
                self._others += 1
                turn.set_result(None)
