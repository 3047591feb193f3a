"""No more speakers at once than the machine keeps up with: one more waits for a pause, then is refused."""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from pipeline.audio import Pcm
from pipeline.capacity import Capacity
from pipeline.engines.protocols import (
    EngineOverloaded,
    HearingOptions,
    Hypothesis,
    RecognitionStream,
    Recognizer,
)

_RETRY_AFTER_S = 2.0

WAIT_S = 8.0
"""So long who begins to speak beside others waits for a place, less than a stage's patience. Their sound waits too
and is recognised afterwards, so that nobody's first words are lost to the last ones of somebody else."""


MOST_WAITING = 20
"""Of more who begin beside others the last are refused at once: none of them would get a place in time."""


def limited(recognizer: Recognizer, capacity: Capacity | None, *, wait_s: float = WAIT_S) -> Recognizer:
    """The recogniser within what was measured; as it is where nothing was."""
    return recognizer if capacity is None else LimitedRecognizer(recognizer, capacity.speakers, wait_s=wait_s)


class LimitedRecognizer:
    """Passes everything on to a recogniser, for so many who speak at once.

    A stream that only remembers, in a pause, needs no room; who speaks on in it is heard even where nobody new is.

    Args:
        speakers: how many may speak at once.
        wait_s: how long one more waits until somebody pauses.
    """

    def __init__(self, recognizer: Recognizer, speakers: int, *, wait_s: float = WAIT_S) -> None:
        self.info = recognizer.info
        self._recognizer, self._speakers, self._wait_s = recognizer, speakers, wait_s
        self._speaking = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        """Those who wait for a place, who came first first; a place that is given to one counts as taken."""

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = ""
    ) -> RecognitionStream:
        """A stream that has a place until its first last look.

        Raises:
            EngineOverloaded: nobody paused in time.
        """
        await self._take_place()
        try:
            stream = await self._recognizer.open(options, first_sample=first_sample, context=context)
        except BaseException:
            self.count(-1)
            raise
        return _LimitedStream(stream, self)

    async def forget(self, speaker: str) -> None:
        await self._recognizer.forget(speaker)

    async def close(self) -> None:
        await self._recognizer.close()

    def count(self, more: int) -> None:
        """Somebody begins to speak, 1, or stops, -1; only for `_LimitedStream`."""
        self._speaking += more
        while self._waiting and self._speaking < self._speakers:
            place = self._waiting.popleft()
            if not place.done():
                self._speaking += 1
                place.set_result(None)

    async def _take_place(self) -> None:
        if self._speaking < self._speakers:
            self._speaking += 1
            return
        if len(self._waiting) >= MOST_WAITING:
            raise self._full()
        place = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(self._wait_s):
                await place
        except BaseException as error:
            if place.done() and not place.cancelled():  # given in the very moment in which it was given up
                self.count(-1)
            with suppress(ValueError):
                self._waiting.remove(place)
            if isinstance(error, TimeoutError):
                raise self._full() from None
            raise

    def _full(self) -> EngineOverloaded:
        people = "1 person" if self._speakers == 1 else f"{self._speakers} people"
        reason = f"this machine keeps up with {people} speaking at once"
        return EngineOverloaded("recognition", _RETRY_AFTER_S, reason)


class _LimitedStream:
    def __init__(self, stream: RecognitionStream, owner: LimitedRecognizer) -> None:
        self._stream, self._owner, self._speaking = stream, owner, True

    def begin(self, sample: int) -> None:
        self._speaks(True)
        self._stream.begin(sample)

    async def accept(self, pcm: Pcm) -> None:
        await self._stream.accept(pcm)

    async def hypothesis(self, *, final: bool = False, hurried: bool = False) -> Hypothesis:
        hypothesis = await self._stream.hypothesis(final=final, hurried=hurried)
        self._speaks(not final)  # who goes on after a last look is looked at again
        return hypothesis

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        self._speaks(False)
        await self._stream.close()

    def _speaks(self, now: bool) -> None:
        if now != self._speaking:
            self._speaking = now
            self._owner.count(1 if now else -1)
