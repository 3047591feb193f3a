"""A recording heard: made fit for recognition, then recognised."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Final, Protocol

from foundation.http.problems import Problem, ProblemError
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import span
from pipeline.audio import HEARING_RATE_HZ
from pipeline.recordings.preparing import Prepared, SoundFault, UnusableSound, prepare
from pipeline.recordings.register import register_of
from voice_service.messages.records import Heard, MessageQuality, MessageWarning, Stage, Timings

_STATUS: Final = {SoundFault.TOO_LARGE: 413, SoundFault.TOO_LONG: 413}
_MOST_CLIPPED: Final = 0.005
_LEAST_SIGNAL_DB: Final = 8.0
NO_SPEECH: Final = MessageWarning(
    "no_speech", "Nobody speaks in the recording, or nothing could be understood."
)


class Recognising(Protocol):
    """Recognises sound that is prepared."""

    async def recognise(self, prepared: Prepared, *, language: str | None, quality: MessageQuality) -> Heard:
        """Times are those in the file. Raises ProblemError. Cancelling it stops the work."""
        ...


class MessageHearing:
    """Files to words.

    Args:
        max_s: the longest recording.
        max_bytes: the largest one, as a file and decoded.
    """

    def __init__(self, recogniser: Recognising, *, max_s: float, max_bytes: int) -> None:
        self._recogniser, self._max_s, self._max_bytes = recogniser, max_s, max_bytes

    async def hear(
        self, sound: bytes, *, language: str | None, quality: MessageQuality, timings: Timings
    ) -> Heard:
        """Raises ProblemError: 422 for a file that cannot be used, 413 for too much of it."""
        with span(SpanName.STT) as hearing:
            with timed(timings, Stage.PREPROCESSING), span(SpanName.STT_PREPROCESSING):
                prepared, register = await asyncio.to_thread(self._prepare, sound)
            with timed(timings, Stage.TRANSCRIPTION):
                heard = await self._recogniser.recognise(prepared, language=language, quality=quality)
            hearing.tell(language=heard.language or "", sound_s=round(heard.duration_s, 2))
        warnings = [*heard.warnings, *_flaws(prepared)]
        if not heard.text.strip():
            warnings.append(NO_SPEECH)
        return replace(
            heard,
            warnings=tuple(dict.fromkeys(warnings)),
            register=register,
            signal_to_noise_db=prepared.signal_to_noise_db,
            clipped_share=prepared.clipped,
        )

    async def prepared(self, sound: bytes) -> Prepared:
        """The sound alone, fit for recognition. Raises ProblemError, as `hear`."""
        return await asyncio.to_thread(self._read, sound)

    async def recognised(self, prepared: Prepared, language: str) -> Heard:
        """What is said in it, in a language that is known. Raises ProblemError."""
        return await self._recogniser.recognise(prepared, language=language, quality=MessageQuality.BALANCED)

    def _prepare(self, sound: bytes) -> tuple[Prepared, str]:
        prepared = self._read(sound)
        return prepared, register_of(prepared.pcm, HEARING_RATE_HZ)

    def _read(self, sound: bytes) -> Prepared:
        try:
            return prepare(sound, max_s=self._max_s, max_bytes=self._max_bytes)
        except UnusableSound as error:
            problem = Problem(_STATUS.get(error.fault, 422), error.fault.value, _sentence(str(error)))
            raise ProblemError(problem) from error


@contextlib.contextmanager
def timed(timings: Timings, stage: Stage) -> Iterator[None]:
    """Notes how long what happens inside takes."""
    began_s = time.monotonic()
    try:
        yield
    finally:
        timings[stage] = (time.monotonic() - began_s) * 1000


def _flaws(prepared: Prepared) -> Iterator[MessageWarning]:
    for flaw in prepared.flaws:
        yield MessageWarning(flaw.kind.value, f"{_sentence(flaw.message)[:-1]} (at {flaw.at_s:.1f} s).")
    if prepared.clipped > _MOST_CLIPPED:
        yield MessageWarning("clipped", "The recording is too loud: parts of it are cut off at full scale.")
    noise_db = prepared.signal_to_noise_db
    if noise_db is not None and noise_db < _LEAST_SIGNAL_DB:
        yield MessageWarning("noisy", "Speech hardly stands out from what is behind it: words may be wrong.")


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:].rstrip(".") + "."
