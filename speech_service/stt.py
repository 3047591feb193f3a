"""Recognition as a service: `/ws/stt` for live speech, `/transcribe` for files."""

from __future__ import annotations

import asyncio
import time
from email.message import Message
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, Query, Request, WebSocket
from pydantic import BaseModel

from config.settings import Settings
from pipeline.audio import HEARING_RATE_HZ, AudioError, AudioFrame, Pcm
from pipeline.channel import Channel
from pipeline.clock import ArrivalClock
from pipeline.engines.protocols import EngineInfo, HearingOptions, Recognizer, UnknownLanguage
from pipeline.events import Heard, NotHeard, UtteranceEnded, UtteranceStarted, Words
from pipeline.stages.hear import hear
from speech_service import media
from speech_service.gate import ServiceError
from speech_service.measures import Measures
from speech_service.problems import Problem, overloaded, problem_of, too_long
from speech_service.recognition import Ears, HearStage, NewDetector
from speech_service.service import described, limits_of, new_service, patience
from speech_service.sockets import Gone, Peer, conversation
from speech_service.wire import (
    FROM_RECOGNITION,
    TO_RECOGNITION,
    Code,
    Done,
    End,
    FromRecognition,
    Listened,
    Ready,
    Short,
    Start,
    WireError,
    decode_frame,
)

MAX_PIECE_S = 1.0
"""The longest piece of sound in one message."""
WAITING_PIECES = 32
LISTENED_EVERY_S = 0.5
FINISH_S = 30.0
"""How long the last words may take."""
BYTES_A_SECOND = 192_000
"""48 kHz stereo, 16 bit: what a file may weigh for each second that is allowed."""
FILES_AT_ONCE = 2


class SpokenWord(BaseModel):
    """A word and when it was said."""

    text: str
    start_s: float
    end_s: float


class SpokenUtterance(BaseModel):
    """A stretch of speech between two pauses."""

    language: str
    text: str
    words: list[SpokenWord]


class Unheard(BaseModel):
    """A stretch that was not recognised."""

    start_s: float
    end_s: float
    reason: str


class Transcript(BaseModel):
    """What was said in a file."""

    text: str
    language: str
    """Of the first utterance; empty where nothing was said."""
    duration_s: float
    utterances: list[SpokenUtterance]
    not_heard: list[Unheard]


class Languages(BaseModel):
    """What the service recognises."""

    engine: dict[str, Any]
    languages: list[str]


def stt_app(
    recognizer: Recognizer, new_detector: NewDetector, settings: Settings, *, stage: HearStage = hear
) -> FastAPI:
    """The service around a recogniser that is loaded; whoever loaded it closes it."""
    measures = Measures("stt")
    file_bytes = int(settings.services.max_audio_s * BYTES_A_SECOND)
    limits = limits_of(settings, large_body_bytes={"/transcribe": file_bytes})
    app = new_service("Speech recognition", measures, lambda: recognizer.info, settings=settings, limits=limits)
    ears = Ears(recognizer, new_detector, settings.recognition, measures, stage)
    transcriber = _Transcriber(ears, settings, measures)

    @app.get("/languages")
    async def languages() -> Languages:
        """What the engine says of itself."""
        info: EngineInfo = recognizer.info
        return Languages(engine=described(info), languages=list(info.languages))

    @app.post("/transcribe", openapi_extra=_SOUND_BODY)
    async def transcribe(
        request: Request,
        language: Annotated[Code | None, Query(description="what is spoken; absent to detect it")] = None,
        allowed_languages: Annotated[list[Code], Query(max_length=100)] = [],  # noqa: B006  FastAPI copies it
        hints: Annotated[list[Short], Query(max_length=500, description="names and terms")] = [],  # noqa: B006
    ) -> Transcript:
        """Recognises a sound file of any common kind, or bare 16 kHz mono sound as audio/pcm."""
        options = HearingOptions("file", language, tuple(allowed_languages), tuple(hints))
        return await transcriber.transcribe(request, options)

    @app.websocket("/ws/stt")
    async def live(socket: WebSocket) -> None:
        idle_s = settings.services.idle_timeout_s
        async with conversation(socket, FROM_RECOGNITION, idle_timeout_s=idle_s, measures=measures) as peer:
            await _Listening(peer, ears, measures).run()

    return app


_SOUND_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            kind: {"schema": {"type": "string", "format": "binary"}}
            for kind in ("audio/wav", "audio/ogg", "audio/flac", "audio/pcm", "application/octet-stream")
        },
    }
}


# --- live ------------------------------------------------------------------------------------------------


class _Listening:
    """One connection on /ws/stt."""

    def __init__(self, peer: Peer[FromRecognition], ears: Ears, measures: Measures) -> None:
        self._peer, self._ears, self._measures = peer, ears, measures
        self._frames: Channel[AudioFrame] = Channel(WAITING_PIECES)
        self._heard: Channel[Heard] = Channel(WAITING_PIECES)
        self._clock = ArrivalClock()
        self._speaking = False
        self._taken_to = 0
        self._waiting: list[int] = []
        """First samples of the pieces that the stage may not have taken, oldest first."""
        self._listened_to = 0

    async def run(self) -> None:
        """Recognises until the client ends, leaves or breaks the rules."""
        start = await self._start()
        options = HearingOptions(start.speaker, start.language, start.allowed_languages, start.hints)
        try:
            self._ears.check_language(options)
        except UnknownLanguage as error:
            raise ServiceError(problem_of(error)) from error
        self._taken_to = start.first_sample
        async with self._ears.listening(self._frames, self._heard, options) as (stage, _):
            await self._peer.send(Ready())
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(stage)
                    group.create_task(self._tell())
                    await self._take_in()
                    self._frames.close()
                    finish = asyncio.get_running_loop().call_later(FINISH_S, self._heard.close)
                finish.cancel()
            except* (Gone, ServiceError, WireError, AudioError) as group_error:
                raise group_error.exceptions[0] from None
        await self._peer.send(Done())

    async def _start(self) -> Start:
        message = await self._peer.receive()
        start = TO_RECOGNITION.decode(message) if isinstance(message, str) else None
        if not isinstance(start, Start):
            raise WireError("the first message must be of type start")
        return start

    async def _take_in(self) -> None:
        """Passes sound on to the stage until the client says that it ends."""
        while True:
            message = await self._peer.receive()
            if isinstance(message, bytes):
                await self._take_frame(message)
            else:
                match TO_RECOGNITION.decode(message):
                    case End():
                        return
                    case Start():
                        raise WireError("a connection has one start")

    async def _take_frame(self, data: bytes) -> None:
        frame = decode_frame(data, max_samples=int(MAX_PIECE_S * HEARING_RATE_HZ))
        if frame.first_sample < self._taken_to:
            raise AudioError("sound went back: a piece begins before the last one ended")
        if not len(frame.pcm):
            return
        self._taken_to = frame.end_sample
        self._clock.arrived(frame.end_sample, time.monotonic())
        self._waiting.append(frame.first_sample)
        await self._frames.put(frame)
        await self._tell_listened()

    async def _tell_listened(self) -> None:
        """Now and then says how far the stage has come while nobody speaks."""
        # The newest piece that left the channel may still be in the stage's hands; those before it are done.
        del self._waiting[: max(0, len(self._waiting) - len(self._frames) - 1)]
        done_to = self._waiting[0]
        quiet = not self._speaking and not len(self._heard)
        if quiet and done_to - self._listened_to >= LISTENED_EVERY_S * HEARING_RATE_HZ:
            self._listened_to = done_to
            await self._peer.send(Listened(done_to))

    async def _tell(self) -> None:
        """Passes what was heard on to the client."""
        async for event in self._heard:
            if isinstance(event, UtteranceStarted):
                self._speaking = True
            elif isinstance(event, UtteranceEnded):
                self._speaking = False
            elif isinstance(event, Words) and (event.committed or event.tentative):
                delay_s = time.monotonic() - self._clock.arrival_s(min(event.heard_to, self._taken_to))
                self._measures.took("words", max(0.0, delay_s))
            await self._peer.send(event)


# --- files -----------------------------------------------------------------------------------------------


class _Transcriber:
    """Files, a few at once, through the same stage as live speech."""

    def __init__(self, ears: Ears, settings: Settings, measures: Measures) -> None:
        self._ears, self._measures = ears, measures
        self._max_s = settings.services.max_audio_s
        self._at_once = 0

    async def transcribe(self, request: Request, options: HearingOptions) -> Transcript:
        self._ears.check_language(options)
        if self._at_once >= FILES_AT_ONCE:
            raise ServiceError(overloaded("too many files at once", 5.0))
        self._at_once += 1
        try:
            pcm = await self._read(request)
            with self._measures.timing("transcribe"):
                async with patience(max(60.0, 3 * len(pcm) / HEARING_RATE_HZ)):
                    return await self._recognise(pcm, options)
        finally:
            self._at_once -= 1

    async def _read(self, request: Request) -> Pcm:
        data = bytearray()
        async for piece in request.stream():
            data += piece
        header = Message()
        header["content-type"] = request.headers.get("content-type", "")
        try:
            if header.get_content_type() in media.RAW_TYPES:
                parameters = {name.lower(): value for name, value in header.get_params(failobj=[])[1:]}
                return media.raw(bytes(data), parameters, max_s=self._max_s)
            return await asyncio.to_thread(media.decode, bytes(data), max_s=self._max_s)
        except media.TooMuchSound as error:
            raise ServiceError(too_long("the sound", self._max_s, "seconds")) from error

    async def _recognise(self, pcm: Pcm, options: HearingOptions) -> Transcript:
        frames: Channel[AudioFrame] = Channel(WAITING_PIECES)
        heard: Channel[Heard] = Channel(WAITING_PIECES)
        transcript = _TranscriptMaker(len(pcm) / HEARING_RATE_HZ)
        async with self._ears.listening(frames, heard, options) as (stage, recognizer):
            async with asyncio.TaskGroup() as group:
                group.create_task(stage)
                group.create_task(_feed(pcm, frames))
                async for event in heard:
                    transcript.add(event)
            result = transcript.finished()
            if recognizer.failure is not None and not result.utterances:
                raise ServiceError(_failed(problem_of(recognizer.failure)))
        return result


def _failed(problem: Problem) -> Problem:
    """Nothing at all was recognised because of it."""
    return problem


async def _feed(pcm: Pcm, frames: Channel[AudioFrame]) -> None:
    step = HEARING_RATE_HZ // 10
    try:
        for first in range(0, len(pcm), step):
            await frames.put(AudioFrame(first, np.ascontiguousarray(pcm[first : first + step])))
    finally:
        frames.close()


class _TranscriptMaker:
    """Gathers what the stage says about a file."""

    def __init__(self, duration_s: float) -> None:
        self._duration_s = duration_s
        self._utterances: list[SpokenUtterance] = []
        self._not_heard: list[Unheard] = []
        self._words: list[SpokenWord] = []
        self._language = ""

    def add(self, event: Heard) -> None:
        match event:
            case Words(language=language, committed=committed):
                self._language = language
                self._words += [
                    SpokenWord(
                        text=word.text,
                        start_s=word.first_sample / HEARING_RATE_HZ,
                        end_s=word.end_sample / HEARING_RATE_HZ,
                    )
                    for word in committed
                ]
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
            duration_s=self._duration_s,
            utterances=self._utterances,
            not_heard=self._not_heard,
        )

    def _end(self) -> None:
        if self._words:
            text = joined(word.text for word in self._words)
            self._utterances.append(SpokenUtterance(language=self._language, text=text, words=self._words))
            self._words = []
