"""A profile of one engine measured anew for another, from the samples that were kept."""

from __future__ import annotations

import asyncio
from typing import Final

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import HEARING_RATE_HZ, AudioError
from pipeline.recordings.decoding import TooMuchSound, decode
from voice_service.messages.objects import ObjectError, Objects
from voice_service.profiles.growing import first_print, grown
from voice_service.profiles.measuring import VoiceMeasuring, VoiceReading
from voice_service.profiles.records import Voiceprint, VoiceProfile
from voice_service.profiles.storing import ProfileStore

_LONGEST_S: Final = 3700.0
"""No setting lets a sample be longer."""


class Remeasuring:
    """Measures what is not comparable any more."""

    def __init__(self, store: ProfileStore, objects: Objects, measuring: VoiceMeasuring) -> None:
        self._store, self._objects, self._measuring = store, objects, measuring

    async def current(self, known: VoiceProfile, encoder: str) -> Voiceprint | None:
        """What is known of the voice, as this engine measures it; None: nothing. Raises ProblemError."""
        print_ = known.print
        if print_ is None or print_.encoder == encoder:
            return print_
        made: Voiceprint | None = None
        for name in await self._store.sample_objects(known.id):
            measured = await self._measured(name)
            made = first_print(measured.traits, encoder) if made is None else grown(made, measured.traits)
        return made

    async def now(self, known: VoiceProfile) -> Voiceprint | None:
        """Likewise, as the engine that is there now measures it."""
        return await self.current(known, await self._measuring.encoder())

    async def _measured(self, name: str) -> VoiceReading:
        try:
            data = await self._objects.read(name)
            sample = await asyncio.to_thread(decode, data, rate_hz=HEARING_RATE_HZ, max_s=_LONGEST_S)
        except (ObjectError, AudioError, TooMuchSound) as error:
            detail = "A sample of this voice cannot be read."
            raise ProblemError(Problem(503, "storage", detail, {"retry_after_s": 5.0})) from error
        return await self._measuring.measured(sample.pcm)
