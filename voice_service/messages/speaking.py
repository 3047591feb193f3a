"""A translation spoken: sentence by sentence, with one voice."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import numpy as np

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, SynthesisRequest, Synthesizer, Voice
from pipeline.engines.synthesis.unhurried import engine_of
from pipeline.text.splitting import sentences
from voice_service.messages.records import MessageQuality
from voice_service.messages.tuning import VoiceRule

_LONGEST_SENTENCE: Final = 400
"""Characters; longer ones are cut, so that the first sound of each comes soon."""
_PAUSE_S: Final = 0.25
_MOST_TIMES: Final = 4
"""Speech that grows this many times longer than what was said is none, or `_LEAST_S` if that is more."""
_LEAST_S: Final = 120.0


async def speak(
    synthesizer: Synthesizer, text: str, language: str, *, voice: str, said_s: float, unhurried: bool
) -> Pcm:
    """The whole text at `SPEAKING_RATE_HZ`; cancelling it stops the services' work.

    Args:
        unhurried: by this voice or none, however long it takes; else another one may stand in.
        said_s: how long the original is.

    Raises:
        UnknownLanguage, EngineOverloaded, EngineError: it cannot be spoken, or has no end.
    """
    most = int(max(_LEAST_S, _MOST_TIMES * said_s) * SPEAKING_RATE_HZ)
    pause = np.zeros(int(_PAUSE_S * SPEAKING_RATE_HZ), np.int16)
    pieces: list[Pcm] = []
    count = 0
    for sentence in sentences(text, _LONGEST_SENTENCE, language):
        if not any(character.isalnum() for character in sentence):
            continue
        if pieces:
            pieces.append(pause)
        request = SynthesisRequest(sentence.strip(), language, voice, unhurried=unhurried)
        async with aclosing(synthesizer.synthesize(request)) as speech:
            async for piece in speech:
                pieces.append(piece)
                count += len(piece)
                if count > most:
                    raise EngineError("the speech has no end")
    return np.concatenate(pieces) if pieces else np.zeros(0, np.int16)


def voice_for(
    voices: Sequence[Voice], register: str, quality: MessageQuality, rule: VoiceRule = VoiceRule.REGISTER
) -> Voice | None:
    """The voice that speaks, of a language's: as low or high as the speaker's, where there is such a one.

    Args:
        register: "low", "high", or empty where it is not known.
        quality: where it is to be fast, a voice of the engine that keeps up with live talk; else one of the best.
        rule: otherwise, see `VoiceRule`.
    """
    if not voices:
        return None
    cast = _cast(voices, quick=quality is MessageQuality.FAST or rule is VoiceRule.QUICKEST)
    if rule is VoiceRule.FIRST or not register:
        return cast[0]
    return next((voice for voice in cast if voice.register == register), cast[0])


def _cast(voices: Sequence[Voice], *, quick: bool) -> list[Voice]:
    """Those of the best engine, which comes first, or of the one that keeps up with live talk."""
    if quick:
        return [voice for voice in voices if not voice.standby] or list(voices)
    return [voice for voice in voices if engine_of(voice) == engine_of(voices[0])]
