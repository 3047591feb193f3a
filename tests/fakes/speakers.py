"""Voices that are measured by a table and found by a script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import (
    EngineError,
    Resemblance,
    SpeakerEmbedding,
    SpeakerTraits,
    TooLittleSpeech,
)
from tests.fakes.engines import info


def embedding(*numbers: float) -> SpeakerEmbedding:
    """Of length 1, in the direction of these numbers; zeros behind them."""
    found = np.zeros(256, np.float32)
    found[: len(numbers)] = numbers
    return np.asarray(found / np.linalg.norm(found), np.float32)


class LoudnessEncoder:
    """Takes how loud a sound is for its voice. All of it is speech.

    Args:
        error: raised instead.
    """

    def __init__(self, error: Exception | None = None) -> None:
        self.info = info("loudness")
        self.heard: list[int] = []
        """How many samples each sound had."""
        self.closed = False
        self._error = error

    async def describe(self, pcm: Pcm) -> SpeakerTraits:
        self.heard.append(len(pcm))
        if self._error is not None:
            raise self._error
        speech_s = len(pcm) / HEARING_RATE_HZ
        if speech_s < 1.0:
            raise TooLittleSpeech(speech_s, 1.0)
        level = float(np.abs(pcm.astype(np.float64)).mean()) / 32768
        return SpeakerTraits(embedding(1.0, level), speech_s, 120.0, 900.0)

    async def close(self) -> None:
        self.closed = True


class ScriptedMatcher:
    """Says how far it is, then what it found.

    Args:
        steps: what it tells of its progress.
        error: raised at the end instead.
        hangs: never comes to an end.
    """

    def __init__(
        self,
        found: Resemblance | None = None,
        *,
        steps: Sequence[float] = (),
        error: EngineError | None = None,
        hangs: bool = False,
    ) -> None:
        self.languages = ("es",)
        self.asked: list[tuple[SpeakerTraits, str]] = []
        self.stopped = asyncio.Event()
        self._found, self._steps, self._error, self._hangs = found, steps, error, hangs

    async def resembling(
        self, wanted: SpeakerTraits, language: str, progress: Callable[[float], None] | None = None
    ) -> Resemblance:
        self.asked.append((wanted, language))
        try:
            for step in self._steps:
                if progress is not None:
                    progress(step)
                for _ in range(3):
                    await asyncio.sleep(0)
            if self._hangs:
                await asyncio.Event().wait()
        finally:
            self.stopped.set()
        if self._error is not None or self._found is None:
            raise self._error or EngineError("nothing was found")
        return self._found

    async def close(self) -> None:
        return None
