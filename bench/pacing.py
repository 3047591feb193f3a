"""How sound is played to what listens: as it comes in a meeting, or as fast as it is taken."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from enum import StrEnum
from typing import Any

from bench.watching import WatchedRecognizer
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel, WhenFull

FRAME = 800
"""Samples of a frame: 50 ms, as the worker receives them."""

_TURNS = 25
"""So many turns of the event loop everything that a frame has set off gets to begin its next pass."""


class Pacing(StrEnum):
    """What the clock of a measurement is."""

    REAL = "real"
    """Frames come in real time; delays are seconds on the wall."""
    SOUND = "sound"
    """The next frame comes when nothing is being done any more; delays are seconds of sound, passes take none."""


class RecordingPlayer:
    """Plays a recording into a channel, and tells the time on the clock of its pace.

    Args:
        arrived: told for each frame (its end, the time).
    """

    def __init__(
        self, pcm: Pcm, pace: Pacing, watch: WatchedRecognizer, arrived: Callable[[int, float], None]
    ) -> None:
        self._pcm, self._pace, self._watch, self._arrived = pcm, pace, watch, arrived
        self._position = 0
        self.frames: Channel[AudioFrame]
        if pace is Pacing.SOUND:
            self.frames = _OnDemand(self._next)
        else:
            self.frames = Channel(200, WhenFull.DROP_OLDEST)

    def now_s(self) -> float:
        """Seconds on the clock of the pace."""
        return self._position / HEARING_RATE_HZ if self._pace is Pacing.SOUND else time.monotonic()

    async def play(self) -> None:
        """Plays in real time to the end; with the pace of the sound the frames are fetched instead."""
        if self._pace is Pacing.SOUND:
            return
        began = time.monotonic()
        while (frame := self._cut()) is not None:
            await asyncio.sleep(max(0.0, began + frame.end_sample / HEARING_RATE_HZ - time.monotonic()))
            self._arrived(frame.end_sample, time.monotonic())
            self.frames.put_nowait(frame)
        self.frames.close()

    async def _next(self) -> AudioFrame | None:
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        while self._watch.busy:
            await self._watch.idle()
            for _ in range(_TURNS):
                await asyncio.sleep(0)
        frame = self._cut()
        if frame is not None:
            self._arrived(frame.end_sample, self.now_s())
        return frame

    def _cut(self) -> AudioFrame | None:
        first = self._position
        if first + FRAME > len(self._pcm):
            return None
        self._position += FRAME
        return AudioFrame(first, self._pcm[first : self._position])


class _OnDemand(Channel[AudioFrame]):
    """A channel in which never anything waits: the next frame is made when it is asked for."""

    def __init__(self, make: Callable[[], Any]) -> None:
        super().__init__(1)
        self._make = make

    def __len__(self) -> int:
        return 0

    async def __anext__(self) -> AudioFrame:
        frame: AudioFrame | None = await self._make()
        if frame is None:
            self.close()
            raise StopAsyncIteration
        return frame
