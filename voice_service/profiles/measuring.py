"""Voices measured by the speech services, and how near what was spoken came to one."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Final, Protocol

import soxr
import structlog

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, AudioError, Pcm
from pipeline.engines.protocols import (
    EngineError,
    EngineMissing,
    SpeakerEncoder,
    SpeakerTraits,
    TooLittleSpeech,
    VoiceMatcher,
)
from speech_service.likeness import SpeakersOffer
from voice_service.engines import engine_problem
from voice_service.profiles.growing import LEAST_SPEECH_S, SAME_SPEAKER, similarity
from voice_service.profiles.records import Voiceprint

log = structlog.get_logger(__name__)

_PATIENCE_S: Final = 20.0
"""How long an answer waits to be told how near its voice came."""


class SpeakerServices(SpeakerEncoder, VoiceMatcher, Protocol):
    """Speech services that measure voices and find ones that resemble."""

    async def offer(self) -> SpeakersOffer:
        """What they can do. Raises EngineError."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceReading:
    """A voice as it was measured."""

    traits: SpeakerTraits
    encoder: str
    """Which engine did."""


class VoiceMeasuring:
    """Asks the speech services."""

    def __init__(self, speakers: SpeakerServices) -> None:
        self._speakers = speakers

    async def encoder(self) -> str:
        """The engine that measures now. Raises ProblemError where none does."""
        try:
            told = await self._speakers.offer()
            if told.engine is None:
                raise EngineMissing(told.missing or "nothing here measures voices")
        except (EngineError, TimeoutError) as error:
            raise ProblemError(speaker_problem(error)) from error
        return told.engine.name

    async def finds(self, language: str) -> bool:
        """Whether voices that resemble can be found in a language. Raises ProblemError."""
        try:
            return language in (await self._speakers.offer()).languages
        except (EngineError, TimeoutError) as error:
            raise ProblemError(speaker_problem(error)) from error

    async def measured(self, pcm: Pcm) -> VoiceReading:
        """The one voice in sound at `HEARING_RATE_HZ`.

        Raises ProblemError: 422 `too_little_speech` under `LEAST_SPEECH_S`, `several_voices`; what became of the
            services.
        """
        encoder = await self.encoder()
        try:
            traits = await self._speakers.describe(pcm)
            if traits.speech_s < LEAST_SPEECH_S:
                raise ProblemError(too_little(traits.speech_s))
            if traits.speech_s >= 2 * LEAST_SPEECH_S:
                await self._refuse_several(pcm)
        except (EngineError, AudioError, TimeoutError) as error:
            raise ProblemError(speaker_problem(error)) from error
        return VoiceReading(traits, encoder)

    async def _refuse_several(self, pcm: Pcm) -> None:
        """Raises ProblemError(422) where somebody else speaks in the second half: their mean would be nobody's."""
        middle = len(pcm) // 2
        try:
            halves = [await self._speakers.describe(half) for half in (pcm[:middle], pcm[middle:])]
        except TooLittleSpeech:  # nearly all of it lies in one half
            return
        near = similarity(halves[0].embedding, halves[1].embedding)
        if near < SAME_SPEAKER:
            detail = "More than one person speaks in it; only one may."
            more = {"similarity": round(near, 4), "needed": SAME_SPEAKER}
            raise ProblemError(Problem(422, "several_voices", detail, more))

    async def similar(self, own: Voiceprint, speech: Pcm) -> float | None:
        """How near speech at `SPEAKING_RATE_HZ` comes to a voice, 0…1; None where that cannot be told."""
        try:
            async with asyncio.timeout(_PATIENCE_S):
                if await self.encoder() != own.encoder:
                    return None
                heard = await asyncio.to_thread(soxr.resample, speech, SPEAKING_RATE_HZ, HEARING_RATE_HZ)
                heard_voice = await self._speakers.describe(heard)
                return max(0.0, round(similarity(own.embedding, heard_voice.embedding), 4))
        except (EngineError, ProblemError, TimeoutError) as error:
            log.info("the likeness of a voice is not known", reason=type(error).__name__)
            return None


def speaker_problem(error: EngineError | AudioError | TimeoutError) -> Problem:
    """What a failure of the services is reported as."""
    if isinstance(error, TooLittleSpeech):
        return too_little(error.speech_s)
    return engine_problem(error)


def too_little(speech_s: float) -> Problem:
    """Somebody has to speak for longer."""
    detail = f"There are {speech_s:.1f} s of speech in it; {LEAST_SPEECH_S:g} s are needed, better 10."
    return Problem(
        422, "too_little_speech", detail, {"speech_s": round(speech_s, 2), "least_s": LEAST_SPEECH_S}
    )
