"""Texts in a voice of somebody's own, cloned: where the speech services have an engine for it, and where its owner has
agreed to just that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
import structlog

from foundation.http.problems import ProblemError
from pipeline.audio import HEARING_RATE_HZ, AudioError, Pcm
from pipeline.engines.cloning.cloner import MOST_REFERENCE_S, CloningRequest, ConsentedVoice
from pipeline.engines.protocols import EngineError, EngineInfo
from pipeline.recordings.decoding import TooMuchSound, decode
from speech_service.client.speakers import ClonedSpeech
from speech_service.likeness import SpeakersOffer
from voice_service.messages.objects import ObjectError, Objects
from voice_service.profiles.records import CloneVoice, NotCloned, VoiceProfile
from voice_service.profiles.wordings import agrees_to_cloning

log = structlog.get_logger(__name__)

_LONGEST_SAMPLE_S: Final = 3700.0
"""No setting lets a sample be longer."""
_PAUSE_S: Final = 0.3
"""Between two samples."""


class CloningServices(Protocol):
    """Speech services that may have an engine that clones."""

    async def offer(self) -> SpeakersOffer:
        """What they can do. Raises EngineError."""
        ...

    async def cloned(self, request: CloningRequest) -> ClonedSpeech:
        """Raises EngineError."""
        ...


@dataclass(frozen=True, slots=True)
class VoiceCloning:
    """Clones voices by what was kept of them. Nothing that was computed from it is kept anywhere."""

    services: CloningServices
    objects: Objects
    samples: Callable[[str], Awaitable[list[str]]]
    """Names of the objects with what was heard for a profile, the oldest first."""

    async def voice_of(self, known: VoiceProfile, language: str) -> CloneVoice | NotCloned:
        """How a profile may be cloned in a language, or why it is not. Raises nothing where the services are away."""
        try:
            engine = (await self.services.offer()).cloning
        except (EngineError, TimeoutError):
            return NotCloned.NO_ENGINE
        return _allowed(engine, known, language)

    async def spoken(self, profile: str, clone: CloneVoice, text: str, language: str) -> ClonedSpeech:
        """Raises EngineError: nothing is there any more to clone from, or the engine failed."""
        try:
            voice = ConsentedVoice(clone.consent, await self._reference(profile))
        except (ObjectError, ProblemError, ValueError, TooMuchSound) as error:
            raise EngineError("there is nothing to clone the voice from") from error
        made = await self.services.cloned(CloningRequest(text, language, voice))
        if not len(made.pcm):
            raise EngineError("the engine that clones said nothing")
        return made

    async def _reference(self, profile: str) -> Pcm:
        """The newest of what was heard, as much as an engine takes."""
        left = int(MOST_REFERENCE_S * HEARING_RATE_HZ)
        pause = np.zeros(int(_PAUSE_S * HEARING_RATE_HZ), np.int16)
        pieces: list[Pcm] = []
        for name in reversed(await self.samples(profile)):
            data = await self.objects.read(name)
            sample = await asyncio.to_thread(decode, data, rate_hz=HEARING_RATE_HZ, max_s=_LONGEST_SAMPLE_S)
            pieces += [sample.pcm[:left], pause]
            left -= len(pieces[-2]) + len(pause)
            if left <= 0:
                break
        if not pieces:
            raise AudioError("no sample is left")
        return np.concatenate(pieces)[: int(MOST_REFERENCE_S * HEARING_RATE_HZ)]


def _allowed(engine: EngineInfo | None, known: VoiceProfile, language: str) -> CloneVoice | NotCloned:
    if engine is None:
        return NotCloned.NO_ENGINE
    if language not in engine.languages:
        return NotCloned.LANGUAGE
    consent = known.consent
    if consent is None or not agrees_to_cloning(consent.language, consent.wording):
        return NotCloned.CONSENT
    return CloneVoice(engine.name, consent.id)
