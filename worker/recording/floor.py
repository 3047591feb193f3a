"""What people say themselves, each from their own microphone, for a recording: also those whom nobody interprets."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from livekit import rtc

from foundation.tasks import Tasks
from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.clock import Monotonic
from worker.audio_input import OpenTrack, open_track
from worker.subscriptions import Microphone

UNEVEN_S: Final = 0.25
"""Frames come unevenly: so much sooner or later than they are due they are put where the ones before ended."""

open_for_recording: OpenTrack = partial(open_track, rate_hz=SPEAKING_RATE_HZ)


class FloorMix:
    """Listens to every microphone that is open.

    Args:
        heard: told a moment on `now` and the sound that began then, at `SPEAKING_RATE_HZ`.
    """

    def __init__(
        self,
        heard: Callable[[float, Pcm], None],
        tasks: Tasks,
        *,
        open_track: OpenTrack = open_for_recording,
        now: Monotonic | None = None,
    ) -> None:
        self._heard, self._tasks, self._open_track = heard, tasks, open_track
        self._now = now or asyncio.get_running_loop().time
        self._listening: dict[str, tuple[rtc.RemoteTrack, asyncio.Task[None]]] = {}

    def look(self, microphones: Mapping[str, Microphone]) -> None:
        """Listens to those that are there now, and to no others."""
        tracks = {who: found.track for who, found in microphones.items() if found.track is not None}
        for identity, (track, listening) in list(self._listening.items()):
            if tracks.get(identity) is not track or listening.done():
                listening.cancel()
                del self._listening[identity]
        for identity, track in tracks.items():
            if identity not in self._listening:
                listening = self._tasks.start(self._listen(track), name=f"recording of {identity}")
                self._listening[identity] = track, listening

    def close(self) -> None:
        """Listens no more."""
        self.look({})

    async def _listen(self, track: rtc.RemoteTrack) -> None:
        end_s = float("-inf")
        async with self._open_track(track) as frames:
            async for pcm in frames:
                length_s = seconds(len(pcm), SPEAKING_RATE_HZ)
                came_s = self._now() - length_s
                begin_s = end_s if abs(came_s - end_s) < UNEVEN_S else came_s
                self._heard(begin_s, pcm)
                end_s = begin_s + length_s
