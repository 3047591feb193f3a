"""A recogniser that is looked over its shoulder: how many passes it makes, how long each takes, whether one goes on."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from pipeline.engines.protocols import HearingOptions, Hypothesis, RecognitionStream, Recognizer


class WatchedRecognizer:
    """Passes everything on to a recogniser; whatever else the stage asks it for too."""

    def __init__(self, recognizer: Recognizer) -> None:
        self._recognizer = recognizer
        self.info = recognizer.info
        self.passes_s: list[float] = []
        """How long each pass took, its wait for others included."""
        self._going_on = 0
        self._changed = asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._recognizer, name)

    @property
    def busy(self) -> bool:
        """Whether the recogniser is asked something now."""
        return self._going_on > 0

    async def idle(self) -> None:
        """Waits until nothing is asked."""
        while self.busy:
            self._changed.clear()
            await self._changed.wait()

    async def open(
        self, options: HearingOptions, *, first_sample: int, context: str = "", **more: Any
    ) -> RecognitionStream:
        """`more` is whatever the recogniser below takes besides. Passes of the stream are counted here."""
        stream = await self._recognizer.open(options, first_sample=first_sample, context=context, **more)
        return _WatchedStream(stream, self)

    async def forget(self, speaker: str) -> None:
        await self._recognizer.forget(speaker)

    async def close(self) -> None:
        await self._recognizer.close()

    def began(self) -> None:
        """A pass began; only for its streams."""
        self._going_on += 1

    def ended(self, took_s: float) -> None:
        """A pass ended; only for its streams."""
        self.passes_s.append(took_s)
        self._going_on -= 1
        self._changed.set()


class _WatchedStream:
    def __init__(self, stream: RecognitionStream, watch: WatchedRecognizer) -> None:
        self._stream, self._watch = stream, watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def accept(self, pcm: Any) -> None:
        await self._stream.accept(pcm)

    async def hypothesis(self, *, final: bool = False, **more: Any) -> Hypothesis:
        began = time.monotonic()
        self._watch.began()
        try:
            return await self._stream.hypothesis(final=final, **more)
        finally:
            self._watch.ended(time.monotonic() - began)

    def cut(self, sample: int, committed: str) -> None:
        self._stream.cut(sample, committed)

    async def close(self) -> None:
        await self._stream.close()
