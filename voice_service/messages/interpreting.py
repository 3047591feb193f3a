"""The way of one message: heard, translated, spoken, finished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np
import structlog

from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, Synthesizer
from pipeline.recordings.finishing import encode
from voice_service.messages.hearing import MessageHearing, timed
from voice_service.messages.records import (
    EMOTION_NOT_KEPT,
    Heard,
    Interpreted,
    MessageQuality,
    MessageScores,
    MessageWarning,
    MessageWish,
    Stage,
    Timings,
    TranslatedText,
)
from voice_service.messages.speaking import speak, voice_for

log = structlog.get_logger(__name__)

TranslateHeard = Callable[[Heard], Awaitable[TranslatedText]]
"""Translates what was heard. Raises ProblemError."""

NOT_SPOKEN: Final = "not_spoken"


class MessageInterpreter:
    """Interprets messages, each by itself; what is cancelled stops at once, in the services as well."""

    def __init__(self, hearing: MessageHearing, synthesizer: Synthesizer) -> None:
        self.hearing = hearing
        self._synthesizer = synthesizer

    async def interpret(
        self,
        wish: MessageWish,
        translate: TranslateHeard,
        told: Callable[[Stage], None] = lambda stage: None,
    ) -> Interpreted:
        """Raises ProblemError where it cannot be heard or translated; what cannot be spoken is said in a warning.

        Args:
            told: what begins.
        """
        timings: Timings = dict.fromkeys(Stage, 0.0)
        told(Stage.TRANSCRIPTION)
        heard = await self.hearing.hear(
            wish.sound, language=wish.source_language, quality=wish.effort, timings=timings
        )
        told(Stage.TRANSLATION)
        with timed(timings, Stage.TRANSLATION):
            translated = await translate(heard)
        warnings = [*heard.warnings, *translated.warnings]
        if wish.preserve_emotion:
            warnings.append(EMOTION_NOT_KEPT)
        audio, audio_s = None, 0.0
        if wish.return_audio_url or wish.return_base64:
            told(Stage.SPEAKING)
            with timed(timings, Stage.SPEAKING):
                speech = await self._spoken(wish, heard, translated.text, warnings)
            with timed(timings, Stage.POSTPROCESSING):
                if len(speech):
                    audio = await asyncio.to_thread(encode, speech, SPEAKING_RATE_HZ, wish.format)
                    audio_s = len(speech) / SPEAKING_RATE_HZ
        return Interpreted(
            original_text=heard.text,
            translated_text=translated.text,
            source_language=heard.language or wish.source_language or "",
            target_language=wish.target_language,
            translated_by=translated.by,
            duration_s=heard.duration_s,
            audio=audio,
            audio_s=audio_s,
            warnings=tuple(dict.fromkeys(warnings)),
            timings=timings,
            scores=MessageScores(
                transcript_confidence=heard.confidence,
                translation_score=translated.score,
                signal_to_noise_db=heard.signal_to_noise_db,
                clipped_share=heard.clipped_share,
            ),
        )

    async def _spoken(
        self, wish: MessageWish, heard: Heard, text: str, warnings: list[MessageWarning]
    ) -> Pcm:
        """Empty where there is nothing to say, or nobody to say it."""
        nothing: Pcm = np.zeros(0, np.int16)
        if not any(character.isalnum() for character in text):
            return nothing
        language = wish.target_language
        voice = voice_for(self._synthesizer.voices(language), heard.register, wish.quality, wish.tuning.voice)
        if voice is None:
            warnings.append(MessageWarning(NOT_SPOKEN, f"There is no voice for {language} at the moment."))
            return nothing
        said_s = heard.duration_s
        try:
            if wish.quality is not MessageQuality.FAST:
                try:
                    return await speak(
                        self._synthesizer, text, language, voice=voice.name, said_s=said_s, unhurried=True
                    )
                except EngineError as error:
                    log.info("another voice may speak", language=language, reason=type(error).__name__)
            return await speak(
                self._synthesizer, text, language, voice=voice.name, said_s=said_s, unhurried=False
            )
        except EngineError as error:
            log.warning("a message stays unspoken", language=language, reason=type(error).__name__)
            warnings.append(
                MessageWarning(NOT_SPOKEN, "The translation could not be spoken; it may be asked for again.")
            )
            return nothing
