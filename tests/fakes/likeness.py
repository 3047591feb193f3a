"""An engine that measures voices and finds ones that resemble them, as a test tells it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.audio import Pcm, seconds
from pipeline.engines.protocols import EngineError, Resemblance, SpeakerTraits


class ScriptedLikeness:
    """Measures any sound at once, and finds for any language a voice of that name.

    Args:
        measuring: errors with which it measures, the first one first; after them it succeeds.
        searching: the same of searches.
        gate: searches wait until the test sets it; `measured` does the same for measuring.
        voice: from a language to the name of the voice that is found.
    """

    def __init__(
        self,
        *,
        measuring: Sequence[EngineError] = (),
        searching: Sequence[EngineError] = (),
        gate: asyncio.Event | None = None,
        measured: asyncio.Event | None = None,
        voice: Callable[[str], str] = lambda language: f"like:{language}",
    ) -> None:
        self.measured_s: list[float] = []
        """How much sound came with each measuring."""
        self.searched: list[str] = []
        """Languages, as searches began."""
        self.cancelled: list[str] = []
        self.most_at_once = 0
        self._measuring, self._searching, self._gate = deque(measuring), deque(searching), gate
        self._voice, self._at_once, self._measured = voice, 0, measured

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        self.measured_s.append(round(seconds(len(pcm)), 2))
        if self._measured is not None:
            await self._measured.wait()
        if self._measuring:
            raise self._measuring.popleft()
        embedding = np.zeros(256, np.float32)
        embedding[0] = 1.0
        return SpeakerTraits(embedding, seconds(len(pcm)), 120.0, 900.0)

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: Callable[[float], None] | None = None
    ) -> Resemblance:
        self.searched.append(language)
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self._gate is not None:
                await self._gate.wait()
            await asyncio.sleep(0)
            if self._searching:
                raise self._searching.popleft()
        except asyncio.CancelledError:
            self.cancelled.append(language)
            raise
        finally:
            self._at_once -= 1
        return Resemblance(self._voice(language), language, 0.612, 0.738, "usual")
