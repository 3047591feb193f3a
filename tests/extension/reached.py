"""When somebody is given words that were said: the first caption, and the first of a voice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

LOUD: Final = 0.01
"""Amplitude from which something sounds; full scale is 1."""
SETTLED_S: Final = 4.0
"""Nothing was shown or heard for so long: all that was said is through."""
LIMIT_S: Final = 60.0
LOOK_EVERY_S: Final = 0.2


@dataclass(frozen=True, slots=True)
class Reached:
    """Seconds from the first sample of the words to what is given of them."""

    caption: float
    voice: float


@dataclass(frozen=True, slots=True)
class Spell:
    """Some words that were said, and where it is read when something came of them.

    Args:
        began_s: when their first sample sounded, on `clock`.
        captions: when captions changed, s.
        voice: when the translated voice sounded, s.
    """

    began_s: float
    clock: Callable[[], float]
    captions: Callable[[], Awaitable[list[float]]]
    voice: Callable[[], Awaitable[list[float]]]

    async def reached(self) -> Reached:
        """Returns once all of it is through.

        Raises:
            TimeoutError: that did not come; says what did.
        """
        while True:
            captions, voice = self._since(await self.captions()), self._since(await self.voice())
            last_s = max((self.began_s, *captions, *voice))
            if captions and voice and self.clock() - last_s > SETTLED_S:
                return Reached(min(captions) - self.began_s, min(voice) - self.began_s)
            if self.clock() - self.began_s > LIMIT_S:
                raise TimeoutError(f"{len(captions)} changes of captions, {len(voice)} loud moments")
            await asyncio.sleep(LOOK_EVERY_S)

    def _since(self, moments: list[float]) -> list[float]:
        return [at_s for at_s in moments if at_s >= self.began_s]
