"""The way of one message: heard, translated, spoken, finished."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import numpy as np
import structlog

from foundation.tracing.facts import SpanName
from foundation.tracing.spans import span
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, Synthesizer
from pipeline.recordings.finishing import encode
from voice_service.messages.hearing import MessageHearing, timed
from voice_service.messages.records import (
    CLONE_FAILED,
    EMOTION_NOT_KEPT,
    OWN_VOICE_FAILED,
    SIMILARITY_UNKNOWN,
    Heard,
    Interpreted,
    MessageQuality,
    MessageScores,
    MessageWarning,
    MessageWish,
    OwnVoice,
    Stage,
    Timings,
    TranslatedText,
)
from voice_service.messages.speaking import speak, voice_for
from voice_service.profiles.cloning import VoiceCloning
from voice_service.profiles.measuring import VoiceMeasuring
from voice_service.profiles.records import NotCloned
from voice_service.speech.marking import SYNTHETIC, SoundMark

log = structlog.get_logger(__name__)

TranslateHeard = Callable[[Heard], Awaitable[TranslatedText]]
"""Translates what was heard. Raises ProblemError."""

NOT_SPOKEN: Final = "not_spoken"


class MessageInterpreter:
    """Interprets messages, each by itself; what is cancelled stops at once, in the services as well."""

    def __init__(
        self,
        hearing: MessageHearing,
        synthesizer: Synthesizer,
        measuring: VoiceMeasuring,
        cloning: VoiceCloning,
        mark: SoundMark,
    ) -> None:
        self.hearing, self._mark = hearing, mark
        self._synthesizer, self._measuring, self._cloning = synthesizer, measuring, cloning

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
        with timed(timings, Stage.TRANSLATION), span(SpanName.TRANSLATION, language=wish.target_language):
            translated = await translate(heard)
        warnings = [*heard.warnings, *translated.warnings]
        if wish.preserve_emotion:
            warnings.append(EMOTION_NOT_KEPT)
        audio, audio_s, near, own = None, 0.0, None, None
        if wish.return_audio_url or wish.return_base64:
            told(Stage.SPEAKING)
            with timed(timings, Stage.SPEAKING), span(SpanName.SYNTHESIS, language=wish.target_language):
                speech, own = await self._spoken(wish, heard, translated.text, warnings)
            with timed(timings, Stage.POSTPROCESSING):
                if own is not None:
                    near = await self._similar(own, speech, warnings)
                if len(speech):
                    audio = await asyncio.to_thread(
                        encode, speech, SPEAKING_RATE_HZ, wish.format, metadata=SYNTHETIC
                    )
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
            voice_similarity=near,
            profile=None if own is None else own.profile,
            scores=MessageScores(
                transcript_confidence=heard.confidence,
                translation_score=translated.score,
                signal_to_noise_db=heard.signal_to_noise_db,
                clipped_share=heard.clipped_share,
            ),
        )

    async def _spoken(
        self, wish: MessageWish, heard: Heard, text: str, warnings: list[MessageWarning]
    ) -> tuple[Pcm, OwnVoice | None]:
        """Speech, empty where there is nothing to say, or nobody to say it; and whose voice of their own it is."""
        nothing: Pcm = np.zeros(0, np.int16)
        if not any(character.isalnum() for character in text):
            return nothing, None
        own = wish.own_voice
        if own is not None and (cloned := await self._cloned(wish, own, text, warnings)) is not None:
            return cloned, own
        if own is not None and own.found is not None:
            try:
                return await self._speak(wish, heard, text, own.found.voice, unhurried=True), own
            except EngineError as error:
                log.warning("a voice of one's own failed", reason=type(error).__name__)
                warnings.append(OWN_VOICE_FAILED)
        elif own is not None and own.missing is not None:
            warnings.append(own.missing)
        return await self._by_the_house(wish, heard, text, warnings), None

    async def _cloned(
        self, wish: MessageWish, own: OwnVoice, text: str, warnings: list[MessageWarning]
    ) -> Pcm | None:
        """In the very voice, where it may be cloned; None: it is not, or that failed."""
        if isinstance(own.clone, NotCloned):
            return None
        try:
            return (await self._cloning.spoken(own.profile, own.clone, text, wish.target_language)).pcm
        except (EngineError, TimeoutError) as error:
            log.warning("a voice could not be cloned", reason=type(error).__name__)
            warnings.append(CLONE_FAILED)
            return None

    async def _by_the_house(
        self, wish: MessageWish, heard: Heard, text: str, warnings: list[MessageWarning]
    ) -> Pcm:
        nothing: Pcm = np.zeros(0, np.int16)
        language = wish.target_language
        voices = self._synthesizer.voices(language)
        voice = voice_for(voices, heard.register, wish.quality, wish.tuning.voice)
        if voice is None:
            warnings.append(MessageWarning(NOT_SPOKEN, f"There is no voice for {language} at the moment."))
            return nothing
        try:
            if wish.quality is not MessageQuality.FAST:
                try:
                    return await self._speak(wish, heard, text, voice.name, unhurried=True)
                except EngineError as error:
                    log.info("another voice may speak", language=language, reason=type(error).__name__)
                    # the quickest: it speaks among the live ones, whom a slow one would hold up
                    voice = voice_for(voices, heard.register, MessageQuality.FAST) or voice
            return await self._speak(wish, heard, text, voice.name, unhurried=False)
        except EngineError as error:
            log.warning("a message stays unspoken", language=language, reason=type(error).__name__)
            warnings.append(
                MessageWarning(NOT_SPOKEN, "The translation could not be spoken; it may be asked for again.")
            )
            return nothing

    async def _speak(self, wish: MessageWish, heard: Heard, text: str, voice: str, *, unhurried: bool) -> Pcm:
        speech = await speak(
            self._synthesizer,
            text,
            wish.target_language,
            voice=voice,
            said_s=heard.duration_s,
            unhurried=unhurried,
        )
        return await self._mark.marked(speech)

    async def _similar(self, own: OwnVoice, speech: Pcm, warnings: list[MessageWarning]) -> float | None:
        """How near the very sound that is answered comes to the voice."""
        near = await self._measuring.similar(own.print, speech)
        if near is None:
            warnings.append(SIMILARITY_UNKNOWN)
        return near
