"""A text spoken by one voice, as a file: whole, or as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest, Synthesizer
from pipeline.recordings.finishing import STREAMED, AudioFormat, Encoder, encode
from voice_service.speech.voices import KnownVoice

LONGEST_S: Final = 300.0
"""More sound than a text of 500 characters can be at half the speed."""
_MARK: Final[Mapping[str, str]] = MappingProxyType({"comment": "Synthetic speech"})
"""Says in the file that no person spoke. A WAV file keeps the plain head that every reader expects."""


@dataclass(frozen=True, slots=True)
class SpeechWish:
    """What is to be said, and how."""

    text: str
    voice: KnownVoice
    speed: float = 1.0
    format: AudioFormat = AudioFormat.WAV

    def request(self) -> SynthesisRequest:
        """What the engines are asked."""
        own = self.voice.own
        return SynthesisRequest(self.text, own.language, own.name, self.speed, unhurried=True)


async def whole(synthesizer: Synthesizer, wanted: SpeechWish) -> bytes:
    """The file, as loud as speech should be. Raises EngineError, ProblemError(400) where nothing can be spoken."""
    async with aclosing(_sounding(synthesizer, wanted)) as speech:
        pieces = [piece async for piece in speech]
    metadata = _metadata(wanted.format)
    pcm = np.concatenate(pieces)
    return await asyncio.to_thread(encode, pcm, SPEAKING_RATE_HZ, wanted.format, metadata=metadata)


async def streamed(synthesizer: Synthesizer, wanted: SpeechWish) -> AsyncGenerator[bytes, None]:
    """The file piece by piece, the first as soon as there is sound; of formats that need their end first, whole.

    Raises EngineError, ProblemError(400) where nothing can be spoken.
    """
    if wanted.format not in STREAMED:
        yield await whole(synthesizer, wanted)
        return
    encoder = Encoder(SPEAKING_RATE_HZ, wanted.format, metadata=_metadata(wanted.format))
    try:
        async with aclosing(_sounding(synthesizer, wanted)) as speech:
            async for piece in speech:
                if data := await asyncio.to_thread(encoder.write, piece):
                    yield data
    finally:
        end = encoder.close()
    yield end


async def _sounding(synthesizer: Synthesizer, wanted: SpeechWish) -> AsyncGenerator[Pcm, None]:
    """Pieces that hold sound, at least one."""
    left = int(LONGEST_S * SPEAKING_RATE_HZ)
    sounded = False
    async with aclosing(synthesizer.synthesize(wanted.request())) as speech:
        async for piece in speech:
            if not len(piece):
                continue
            sounded = True
            yield piece[:left]
            left -= len(piece)
            if left <= 0:
                return
    if not sounded:
        detail = "There is nothing in the text that can be spoken."
        raise ProblemError(Problem(400, "nothing_to_speak", detail))


def _metadata(format: AudioFormat) -> Mapping[str, str]:  # noqa: A002  the word of whoever asks for a file
    return {} if format is AudioFormat.WAV else _MARK
