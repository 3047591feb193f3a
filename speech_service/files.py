"""Recognition of whole files: decoded, passed through the same stage as live speech, and gathered."""

from __future__ import annotations

import asyncio
from email.message import Message

from fastapi import Request
from pydantic import BaseModel

from config.settings import Settings
from foundation.http.problems import ProblemError, overloaded
from pipeline.audio import HEARING_RATE_HZ, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.engines.protocols import HearingOptions
from pipeline.events import Heard, NotHeard, UtteranceEnded, Word, Words
from pipeline.recordings.decoding import FlawKind, Recording, TooMuchSound, decode
from pipeline.text.joining import confidence_of, text_of
from speech_service import audio_files
from speech_service.base_app import patience
from speech_service.measures import Measures
from speech_service.problems import problem_of, too_long
from speech_service.recognition import RecognitionHandler

WAITING_PIECES = 32
FILES_AT_ONCE = 2
PIECE_SAMPLES = HEARING_RATE_HZ // 10
LOOK_EVERY = 20
"""Pieces between two looks whether the client still waits."""


class SpokenWord(BaseModel):
    """A word and when it was said."""

    text: str
    start_s: float
    end_s: float
    probability: float | None
    """How sure the recogniser is of it, 0…1; null: it cannot tell."""


class SpokenUtterance(BaseModel):
    """A stretch of speech between two pauses."""

    language: str
    text: str
    words: list[SpokenWord]
    confidence: float | None
    """Mean probability of the words; null: the recogniser cannot tell."""


class Unheard(BaseModel):
    """A stretch that was not recognised."""

    start_s: float
    end_s: float
    reason: str


class Warned(BaseModel):
    """Something that is wrong with the file, although it could be read."""

    code: FlawKind
    message: str
    at_s: float
    """Where, in the sound that was read."""
    missing_s: float | None
    """How much sound is missing there, where that is known."""


class Transcript(BaseModel):
    """What was said in a file."""

    text: str
    language: str
    """Of the first utterance; empty where nothing was said."""
    duration_s: float
    utterances: list[SpokenUtterance]
    not_heard: list[Unheard]
    """Stretches of the sound that were not recognised."""
    warnings: list[Warned]
    """What is missing in the file itself, or had to be put right; empty for a whole one."""


class Transcriber:
    """Files, a few at once, through the same stage as live speech."""

    def __init__(self, handler: RecognitionHandler, settings: Settings, measures: Measures) -> None:
        self._handler, self._measures = handler, measures
        self._max_s = settings.services.max_audio_s
        self._at_once = 0

    async def transcribe(self, request: Request, options: HearingOptions) -> Transcript:
        """Reads the whole body and recognises it.

        Raises:
            UnknownLanguage: for a language that the engine lacks.
            ProblemError: too many files at once, too much sound, or nothing could be recognised.
        """
        self._handler.check_language(options)
        if self._at_once >= FILES_AT_ONCE:
            raise ProblemError(overloaded("too many files at once", 5.0))
        self._at_once += 1
        try:
            recording = await self._read(request)
            with self._measures.timing("transcribe"):
                async with patience(max(60.0, 3 * len(recording.pcm) / HEARING_RATE_HZ)):
                    return await self._recognise(request, recording, options)
        finally:
            self._at_once -= 1

    async def _read(self, request: Request) -> Recording:
        data = bytearray()
        async for piece in request.stream():
            data += piece
        header = Message()
        header["content-type"] = request.headers.get("content-type", "")
        try:
            if header.get_content_type() in audio_files.RAW_TYPES:
                parameters = {name.lower(): value for name, value in header.get_params(failobj=[])[1:]}
                return Recording(audio_files.raw(bytes(data), parameters, max_s=self._max_s))
            return await asyncio.to_thread(decode, bytes(data), rate_hz=HEARING_RATE_HZ, max_s=self._max_s)
        except TooMuchSound as error:
            raise ProblemError(too_long("the sound", self._max_s, "seconds")) from error

    async def _recognise(self, request: Request, recording: Recording, options: HearingOptions) -> Transcript:
        frames: Channel[AudioFrame] = Channel(WAITING_PIECES)
        heard: Channel[Heard] = Channel(WAITING_PIECES)
        transcript = _Gatherer(recording)
        async with self._handler.listening(frames, heard, options) as (stage, recognizer):
            async with asyncio.TaskGroup() as group:
                group.create_task(stage)
                group.create_task(_feed(request, recording.pcm, frames))
                async for event in heard:
                    transcript.add(event)
            result = transcript.finished()
            if recognizer.failure is not None and not result.utterances:
                raise ProblemError(problem_of(recognizer.failure))
        return result


async def _feed(request: Request, pcm: Pcm, frames: Channel[AudioFrame]) -> None:
    """Cuts a file into pieces; stops early when nobody waits for the transcript any more."""
    try:
        for number, first in enumerate(range(0, len(pcm), PIECE_SAMPLES)):
            if number % LOOK_EVERY == 0 and await request.is_disconnected():
                return
            await frames.put(AudioFrame(first, pcm[first : first + PIECE_SAMPLES]))
    finally:
        frames.close()


class _Gatherer:
    """Gathers what the stage says about a file."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._utterances: list[SpokenUtterance] = []
        self._not_heard: list[Unheard] = []
        self._words: list[Word] = []
        self._language = ""

    def add(self, event: Heard) -> None:
        match event:
            case Words(language=language, committed=committed) if committed:
                if language != self._language:
                    self._end()
                    self._language = language
                self._words += committed
            case UtteranceEnded():
                self._end()
            case NotHeard(first, end, reason):
                self._not_heard.append(
                    Unheard(start_s=first / HEARING_RATE_HZ, end_s=end / HEARING_RATE_HZ, reason=reason)
                )

    def finished(self) -> Transcript:
        self._end()
        return Transcript(
            text=" ".join(utterance.text for utterance in self._utterances),
            language=self._utterances[0].language if self._utterances else "",
            duration_s=len(self._recording.pcm) / HEARING_RATE_HZ,
            utterances=self._utterances,
            not_heard=self._not_heard,
            warnings=[
                Warned(code=flaw.kind, message=flaw.message, at_s=flaw.at_s, missing_s=flaw.missing_s)
                for flaw in self._recording.flaws
            ],
        )

    def _end(self) -> None:
        if self._words:
            self._utterances.append(
                SpokenUtterance(
                    language=self._language,
                    text=text_of(self._words, self._language),
                    words=[_spoken(word) for word in self._words],
                    confidence=confidence_of(self._words),
                )
            )
            self._words = []


def _spoken(word: Word) -> SpokenWord:
    return SpokenWord(
        text=word.text,
        start_s=word.first_sample / HEARING_RATE_HZ,
        end_s=word.end_sample / HEARING_RATE_HZ,
        probability=word.probability,
    )
