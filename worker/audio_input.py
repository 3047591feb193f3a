"""From a speaker's track to an interpreter: one open audio stream, closed whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

import numpy as np
import structlog
from livekit import rtc

from pipeline.audio import HEARING_RATE_HZ, Pcm

log = structlog.get_logger(__name__)

FRAME_MS = 50
"""Each frame costs the same, whatever its length; 50 ms are a good trade against latency."""

FRAMES_KEPT = 100
"""Frames that wait for us in the stream; older ones are dropped there."""

CLOSE_LIMIT_S = 5.0

OpenTrack: TypeAlias = Callable[[rtc.RemoteTrack], AbstractAsyncContextManager[AsyncIterator[Pcm]]]


@asynccontextmanager
async def open_track(
    track: rtc.RemoteTrack, *, rate_hz: int = HEARING_RATE_HZ
) -> AsyncIterator[AsyncIterator[Pcm]]:
    """The track's sound, mono in frames of 50 ms, while the context is open."""
    stream = rtc.AudioStream(
        track,
        capacity=FRAMES_KEPT,
        sample_rate=rate_hz,
        num_channels=1,
        frame_size_ms=FRAME_MS,
    )
    try:
        yield _frames(stream)
    finally:
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S):
                await stream.aclose()
        except TimeoutError:
            log.warning("audio stream does not close")


async def _frames(stream: rtc.AudioStream) -> AsyncIterator[Pcm]:
    async for event in stream:
        yield np.frombuffer(event.frame.data, np.int16).copy()
