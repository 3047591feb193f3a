"""The way of speech into a track: a bounded queue that plays in real time.

Source of the rules, all measured with livekit 1.1.21: one capture at a time and never cancelled; pieces of 100 ms
or more, because each capture costs; whole 10 ms frames, because a shorter tail would be held back.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
import structlog
from livekit import rtc

from pipeline.audio import SPEAKING_RATE_HZ, Pcm, seconds
from pipeline.clock import Monotonic

log = structlog.get_logger(__name__)

SOURCE_QUEUE_MS = 300
"""What the native queue takes before it makes us wait: rides over short stalls of this process."""

FRAME = SPEAKING_RATE_HZ // 100
PIECE = SPEAKING_RATE_HZ // 10
LONGEST_PIECE = 2 * PIECE

ROOM = 3 * PIECE
"""How much may wait here, before the native queue."""

GATHER_S = 0.03
"""How long to wait for a piece to fill before it is played as it is."""

CAPTURE_LIMIT_S = 5.0
CLEAR_PAUSE_S = 0.03
"""Just after it was cleared, the native queue refuses sound until its next tick."""


Played: TypeAlias = Callable[[float, Pcm], None]


def unheeded(at_s: float, pcm: Pcm) -> None:
    """For a track that nobody records."""


class SinkError(Exception):
    """The track takes no more sound; it has to be published anew."""


class Source(Protocol):
    """What is needed of `rtc.AudioSource`."""

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        """Returns once the native queue had room; must not be cancelled."""
        ...

    def clear_queue(self) -> None:
        """Drops what waits in the native queue, which then takes nothing until its next tick."""
        ...


class TrackSink:
    """Plays what is written to it; `run` does the work.

    Args:
        source: takes mono sound at `SPEAKING_RATE_HZ`.
        played: told when each piece begins to be heard, on `now`, and the piece.
    """

    def __init__(self, source: Source, *, played: Played = unheeded, now: Monotonic | None = None) -> None:
        self._source, self._played = source, played
        self._now = now or asyncio.get_running_loop().time
        self._pieces: deque[Pcm] = deque()  # `write` keeps it below `ROOM` and a piece
        self._samples = 0
        self._played_at_s = 0.0
        self._generation = 0
        self._closed = False
        self._changed = asyncio.Event()

    async def write(self, pcm: Pcm) -> None:
        """Hands over sound; returns once there was room for it."""
        for start in range(0, len(pcm), PIECE):
            generation = self._generation
            while self._samples >= ROOM and not self._closed:
                await self._change()
            if generation != self._generation or self._closed:
                return
            piece = pcm[start : start + PIECE]
            self._pieces.append(piece)
            self._samples += len(piece)
            self._changed.set()

    def queued_s(self) -> float:
        """How much of what was written has not been played yet."""
        return seconds(self._samples, SPEAKING_RATE_HZ) + max(0.0, self._played_at_s - self._now())

    def clear(self) -> None:
        """Drops what has not been played."""
        self._generation += 1
        self._pieces.clear()
        self._samples = 0
        if self._played_at_s > self._now():
            self._source.clear_queue()
        self._played_at_s = 0.0
        self._changed.set()

    def close(self) -> None:
        """Lets `run` return; what was not played is dropped."""
        self._closed = True
        self._changed.set()

    async def drained(self) -> None:
        """Returns once all that was written has been played."""
        while self._samples and not self._closed:
            await self._change()
        while not self._closed and (left_s := self.queued_s()) > 0:  # noqa: ASYNC110  # nobody tells us but the clock
            await asyncio.sleep(left_s)

    async def run(self) -> None:
        """Plays until closed.

        Raises:
            SinkError: the track takes no more sound.
        """
        while not self._closed:
            piece = await self._next()
            if piece is not None:
                await self._play(piece)

    async def _next(self) -> Pcm | None:
        """The next piece to play, whole frames; None if closed or cleared meanwhile."""
        while not self._samples and not self._closed:
            await self._change()
        if self._samples < PIECE:
            await self._gather()
        if self._closed or not self._samples:
            return None
        ends = self._samples < PIECE  # no more came in time: what is there is the end of something
        whole = self._samples if ends else min(self._samples, LONGEST_PIECE) // FRAME * FRAME
        pcm = self._take(whole)
        return np.pad(pcm, (0, -len(pcm) % FRAME)) if ends else pcm

    async def _gather(self) -> None:
        try:
            async with asyncio.timeout(GATHER_S):
                while 0 < self._samples < PIECE and not self._closed:
                    await self._change()
        except TimeoutError:
            return

    def _take(self, samples: int) -> Pcm:
        parts: list[Pcm] = []
        missing = samples
        while missing:
            piece = self._pieces.popleft()
            if len(piece) > missing:
                self._pieces.appendleft(piece[missing:])
                piece = piece[:missing]
            parts.append(piece)
            missing -= len(piece)
        self._samples -= samples
        self._changed.set()
        return np.concatenate(parts)

    async def _play(self, pcm: Pcm) -> None:
        generation = self._generation
        for attempt in (1, 2, 3):
            if generation != self._generation:
                return
            before_s = self._played_at_s
            begins_s = max(self._now(), before_s)
            self._played_at_s = begins_s + seconds(len(pcm), SPEAKING_RATE_HZ)
            error = await self._capture(pcm)
            if error is None:
                if generation == self._generation:
                    self._played(begins_s, pcm)
                else:  # cleared while it was on its way in
                    self._source.clear_queue()
                    await asyncio.sleep(CLEAR_PAUSE_S)
                return
            self._played_at_s = before_s
            log.debug("sound was refused", attempt=attempt, error=type(error).__name__)
            await asyncio.sleep(CLEAR_PAUSE_S)
        raise SinkError("the track refuses sound")

    async def _capture(self, pcm: Pcm) -> BaseException | None:
        """One capture, never cancelled; what went wrong, if anything."""
        frame = rtc.AudioFrame(pcm.astype("<i2").tobytes(), SPEAKING_RATE_HZ, 1, len(pcm))
        capture = asyncio.ensure_future(self._source.capture_frame(frame))
        done, _ = await asyncio.wait({capture}, timeout=CAPTURE_LIMIT_S)
        if not done:
            capture.add_done_callback(_forget)
            raise SinkError(f"the track took no sound for {CAPTURE_LIMIT_S:g} s")
        return capture.exception()

    async def _change(self) -> None:
        self._changed.clear()
        await self._changed.wait()


def _forget(capture: asyncio.Future[None]) -> None:
    if not capture.cancelled():
        capture.exception()
