"""A text said once more as a language channel says it, to be looked for in what a listener heard."""

from __future__ import annotations

import asyncio

import numpy as np

from config.settings import SpeechSettings
from demo.ledger import ClauseRecord
from demo.talk import resampled
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, Synthesizer
from pipeline.lag import at_speed
from pipeline.rendering import Order, Rendering
from pipeline.speech_rates import RenderCosts, SpeakingRate


async def said_again(
    synthesizer: Synthesizer,
    text: str,
    language: str,
    voice: str,
    speed: float,
    settings: SpeechSettings | None = None,
) -> Pcm:
    """With the pauses that go with the speed.

    Args:
        settings: those of the channel that said it.

    Returns:
        sound at `HEARING_RATE_HZ`.

    Raises:
        EngineError: the engine cannot say it.
    """
    settings = settings or SpeechSettings()
    rendering = Rendering(
        Order(text, language, voice, speed, at_speed(speed, settings).pause_s),
        synthesizer=synthesizer,
        costs=RenderCosts(),
        rate=SpeakingRate(),
        timeout_s=settings.timeout_s,
        now=asyncio.get_running_loop().time,
    )
    pieces = [np.zeros(1, np.int16)]
    async with asyncio.TaskGroup() as group:
        group.create_task(rendering.run(), name="say a clause again")
        while (pcm := await rendering.next()) is not None:
            pieces.append(pcm)
    if rendering.failure:
        raise EngineError(rendering.failure)
    return resampled(np.concatenate(pieces), SPEAKING_RATE_HZ, HEARING_RATE_HZ)


async def clause_again(
    synthesizer: Synthesizer,
    record: ClauseRecord,
    language: str,
    text: str,
    settings: SpeechSettings | None = None,
) -> Pcm:
    """A clause as the meeting heard it in `language`: by the same voice, at the same speed.

    Where nobody said it in that language, by the first voice at its own speed. Raises EngineError.
    """
    spoken = record.renderings.get(language)
    voice, speed = (spoken.voice, spoken.speed) if spoken and spoken.voice else ("", 1.0)
    return await said_again(synthesizer, text, language, voice, speed, settings)
