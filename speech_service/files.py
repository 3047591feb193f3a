"""Recognition of whole files: decoded, recognised in one pass, and written down."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, Final, TypeVar

from fastapi import Request

from config.settings import Settings
from foundation.failures import most_telling
from foundation.http.problems import Problem, ProblemError, overloaded
from pipeline.audio import HEARING_RATE_HZ, AudioError
from pipeline.engines.protocols import EngineError, UnknownLanguage
from pipeline.engines.recognition.files import (
    FileOptions,
    FileReader,
    SpokenSegment,
    Transcription,
    transcribe,
)
from pipeline.events import Word
from pipeline.recordings.decoding import Recording
from pipeline.text.joining import confidence_of, text_of
from pipeline.text.languages import base
from speech_service.base_app import patience
from speech_service.measures import Measures
from speech_service.recognition import NewDetector
from speech_service.sound_bodies import received_sound
from speech_service.transcripts import SpokenUtterance, SpokenWord, Transcript, Unheard, Warned

FILES_AT_ONCE: Final = 2
LEAST_PATIENCE_S: Final = 60.0
PATIENCE_TIMES: Final = 3.0
"""So many times the length of the sound its recognition may take, and `LEAST_PATIENCE_S` in any case."""
LOOK_EVERY_S: Final = 0.5
"""How soon it is noticed that the client has gone."""

Worked = TypeVar("Worked")


class _ClientGone(Exception):
    """Nobody waits for the transcript any more."""


class Transcriber:
    """Files, a few at once, in one pass each.

    Args:
        reader: the engine's way of recognising files.
        languages: what the engine knows; empty for no limit.
    """

    def __init__(
        self,
        reader: FileReader,
        new_detector: NewDetector,
        languages: Sequence[str],
        settings: Settings,
        measures: Measures,
    ) -> None:
        self._reader, self._new_detector, self._languages = reader, new_detector, tuple(languages)
        self._measures = measures
        self._threshold = settings.recognition.vad_threshold
        self._max_s = settings.services.max_audio_s
        self._at_once = 0

    async def transcribe(self, request: Request, options: FileOptions) -> Transcript:
        """Reads the whole body and recognises it; stops early when nobody waits for the transcript any more.

        Raises:
            UnknownLanguage: for a language that the engine lacks.
            ProblemError: too many files at once, too much sound, or too slow.
            AudioError: no sound that can be used.
            EngineError: nothing could be recognised.
        """
        self._check_language(options)
        if self._at_once >= FILES_AT_ONCE:
            raise ProblemError(overloaded("too many files at once", 5.0))
        self._at_once += 1
        try:
            recording = await received_sound(request, max_s=self._max_s)
            length_s = len(recording.pcm) / HEARING_RATE_HZ
            with self._measures.timing("transcribe"):
                async with patience(max(LEAST_PATIENCE_S, PATIENCE_TIMES * length_s)):
                    found = await _while_there(request, self._recognised(recording, options))
        finally:
            self._at_once -= 1
        return written(recording, found)

    def _check_language(self, options: FileOptions) -> None:
        known = {base(language) for language in self._languages}
        if options.language is not None and known and base(options.language) not in known:
            raise UnknownLanguage(options.language, self._languages)

    async def _recognised(self, recording: Recording, options: FileOptions) -> Transcription:
        try:
            found = await transcribe(
                self._reader, self._new_detector(), recording.pcm, options, threshold=self._threshold
            )
        except EngineError:
            self._measures.failed("recognition")
            raise
        for _ in found.not_heard:
            self._measures.failed("recognition")
        return found


async def _while_there(request: Request, work: Coroutine[Any, Any, Worked]) -> Worked:
    """The work's result; the work is cancelled as soon as the client has gone."""

    async def watch() -> None:
        while not await request.is_disconnected():  # noqa: ASYNC110  the server tells only when it is asked
            await asyncio.sleep(LOOK_EVERY_S)
        raise _ClientGone

    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(watch(), name="client of a file")
            result = await work
            watching.cancel()
    except* _ClientGone:
        raise ProblemError(Problem(408, "client_gone", "nobody waits for the transcript any more")) from None
    except* (EngineError, AudioError) as failures:
        raise most_telling(failures, EngineError, AudioError) from None
    return result


def written(recording: Recording, found: Transcription) -> Transcript:
    """What was found as the answer tells it."""
    utterances = [_utterance(segment) for segment in found.segments]
    return Transcript(
        text=" ".join(utterance.text for utterance in utterances),
        language=found.language,
        confidence=confidence_of(found.words),
        duration_s=len(recording.pcm) / HEARING_RATE_HZ,
        utterances=utterances,
        not_heard=[
            Unheard(start_s=_s(missed.first_sample), end_s=_s(missed.end_sample), reason=missed.reason)
            for missed in found.not_heard
        ],
        warnings=[
            Warned(code=flaw.kind, message=flaw.message, at_s=flaw.at_s, missing_s=flaw.missing_s)
            for flaw in recording.flaws
        ],
    )


def _utterance(segment: SpokenSegment) -> SpokenUtterance:
    words = segment.words
    return SpokenUtterance(
        language=segment.language,
        text=text_of(words, segment.language),
        start_s=_s(words[0].first_sample),
        end_s=_s(words[-1].end_sample),
        words=[_spoken(word) for word in words],
        confidence=confidence_of(words),
    )


def _spoken(word: Word) -> SpokenWord:
    return SpokenWord(
        text=word.text,
        start_s=_s(word.first_sample),
        end_s=_s(word.end_sample),
        probability=word.probability,
    )


def _s(sample: int) -> float:
    return sample / HEARING_RATE_HZ
