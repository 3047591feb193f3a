"""A text spoken by one voice, as a file: whole, or as it is made."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Final

import numpy as np

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest, Synthesizer
from pipeline.recordings.finishing import STREAMED, AudioFormat, Encoder, encode
from voice_service.speech.marking import SYNTHETIC, SoundMark
from voice_service.speech.voices import KnownVoice

LONGEST_S: Final = 300.0
"""More sound than a text of 500 characters can be at half the speed."""


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


@dataclass(frozen=True, slots=True)
class SpokenText:
    """A text as sound."""

    file: bytes
    """As loud as speech should be."""
    pcm: Pcm
    """At `SPEAKING_RATE_HZ`, as the voice gave it, but for the watermark."""

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return len(self.pcm) / SPEAKING_RATE_HZ


async def whole(synthesizer: Synthesizer, wanted: SpeechWish, mark: SoundMark) -> bytes:
    """The file alone. Raises as `spoken`."""
    return (await spoken(synthesizer, wanted, mark)).file


async def spoken(synthesizer: Synthesizer, wanted: SpeechWish, mark: SoundMark) -> SpokenText:
    """The whole text. Raises EngineError, ProblemError(400) where nothing can be spoken."""
    async with aclosing(_sounding(synthesizer, wanted)) as speech:
        pieces = [piece async for piece in speech]
    return await as_file(await mark.marked(np.concatenate(pieces)), wanted.format)


async def as_file(pcm: Pcm, format: AudioFormat) -> SpokenText:  # noqa: A002  the word of whoever asks for a file
    """Speech at `SPEAKING_RATE_HZ` that was made and marked already; its file says what it is."""
    file = await asyncio.to_thread(encode, pcm, SPEAKING_RATE_HZ, format, metadata=SYNTHETIC)
    return SpokenText(file, pcm)


async def streamed(
    synthesizer: Synthesizer, wanted: SpeechWish, mark: SoundMark
) -> AsyncGenerator[bytes, None]:
    """The file piece by piece, the first as soon as there is sound; of formats that need their end first, whole.

    Raises EngineError, ProblemError(400) where nothing can be spoken.
    """
    if wanted.format not in STREAMED:
        yield await whole(synthesizer, wanted, mark)
        return
    metadata = {} if wanted.format is AudioFormat.WAV else SYNTHETIC  # it has no end to say it at
    encoder = Encoder(SPEAKING_RATE_HZ, wanted.format, metadata=metadata)
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
