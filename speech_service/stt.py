"""Recognition as a service: `/ws/stt` for live speech, `/transcribe` for files."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated

from fastapi import FastAPI, Query, Request, WebSocket
from pydantic import BaseModel

from config.settings import Settings
from foundation.failures import most_telling
from foundation.http.problems import ProblemError
from foundation.tracing.facts import SpanName
from foundation.tracing.spans import TRACEPARENT, continuing, span
from pipeline.audio import HEARING_RATE_HZ, AudioError, AudioFrame
from pipeline.channel import Channel
from pipeline.clock import ArrivalClock
from pipeline.engines.protocols import EngineInfo, HearingOptions, Recognizer, UnknownLanguage
from pipeline.engines.recognition.files import FileOptions, FileReader, StreamReader
from pipeline.engines.recognition.quality import Quality
from pipeline.events import Heard, UtteranceEnded, UtteranceStarted, Words
from pipeline.stages.hear import hear
from speech_service.base_app import body_limits, new_service
from speech_service.files import Transcriber
from speech_service.measures import Measures
from speech_service.problems import problem_of
from speech_service.recognition import HearFunction, MeasuredRecognizer, NewDetector, RecognitionHandler
from speech_service.sockets import Gone, Peer, conversation
from speech_service.sound_bodies import BYTES_A_SECOND, SOUND_BODY
from speech_service.transcripts import Transcript
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
    Sparing,
    Start,
    Trace,
    WireError,
    decode_frame,
)

MAX_PIECE_S = 1.0
"""The longest piece of sound in one message."""
WAITING_PIECES = 32
LISTENED_EVERY_S = 0.5
FINISH_S = 30.0
"""How long the last words may take."""


class Languages(BaseModel):
    """What the service recognises."""

    engine: EngineInfo
    languages: list[str]


def stt_app(
    recognizer: Recognizer,
    new_detector: NewDetector,
    settings: Settings,
    *,
    files: FileReader | None = None,
    stage: HearFunction = hear,
) -> FastAPI:
    """The service around a recogniser that is loaded; whoever loaded it closes it.

    Args:
        files: how whole files are recognised; None: through the recogniser's streams.
    """
    measures = Measures("stt")
    measures.room = max(1, settings.recognition.max_speakers)
    file_bytes = int(settings.services.max_audio_s * BYTES_A_SECOND)
    bodies = body_limits(settings, large_bytes={"/transcribe": file_bytes})
    app = new_service("Speech recognition", measures, recognizer, settings=settings, bodies=bodies)
    handler = RecognitionHandler(recognizer, new_detector, settings.recognition, measures, stage)
    reader = files or StreamReader(MeasuredRecognizer(recognizer, measures))
    transcriber = Transcriber(reader, new_detector, recognizer.info.languages, settings, measures)

    @app.get("/languages")
    async def languages() -> Languages:
        """What the engine says of itself."""
        return Languages(engine=recognizer.info, languages=list(recognizer.info.languages))

    @app.post("/transcribe", openapi_extra=SOUND_BODY)
    async def transcribe(
        request: Request,
        language: Annotated[Code | None, Query(description="what is spoken; absent to detect it")] = None,
        allowed_languages: Annotated[list[Code], Query(max_length=100)] = [],  # noqa: B006  FastAPI copies it
        hints: Annotated[list[Short], Query(max_length=100, description="names and terms")] = [],  # noqa: B006
        quality: Annotated[Quality, Query(description="how much work it is worth")] = Quality.BALANCED,
    ) -> Transcript:
        """Recognises a sound file of any common kind, or bare 16 kHz mono sound as audio/pcm, in one pass.

        Live speech on the same machine goes first: a file then takes longer.
        """
        options = FileOptions(language, tuple(allowed_languages), tuple(hints), quality)
        trace = request.headers.get(TRACEPARENT, "")
        with continuing(trace), span(SpanName.STT_INFERENCE, engine=recognizer.info.name):
            return await transcriber.transcribe(request, options)

    @app.websocket("/ws/stt")
    async def live(socket: WebSocket) -> None:
        idle_s = settings.services.idle_timeout_s
        async with conversation(socket, FROM_RECOGNITION, idle_timeout_s=idle_s, measures=measures) as peer:
            with measures.working():
                await _RecognitionSession(peer, handler, measures).run()

    return app


# --- live ------------------------------------------------------------------------------------------------


class _RecognitionSession:
    """One connection on /ws/stt."""

    def __init__(self, peer: Peer[FromRecognition], handler: RecognitionHandler, measures: Measures) -> None:
        self._peer, self._handler, self._measures = peer, handler, measures
        self._frames: Channel[AudioFrame] = Channel(WAITING_PIECES)
        self._heard: Channel[Heard] = Channel(WAITING_PIECES)
        self._clock = ArrivalClock()
        self._speaking = False
        self._taken_to = 0
        self._waiting: list[int] = []
        """First samples of the pieces that the stage may not have taken, oldest first."""
        self._listened_to = 0
        self._sparing = False
        self._trace = ""

    async def run(self) -> None:
        """Recognises until the client ends, leaves or breaks the rules."""
        start = await self._start()
        options = HearingOptions(
            start.speaker,
            start.language,
            start.allowed_languages,
            start.hints,
            sparing=lambda: self._sparing,
            trace=lambda: self._trace,
        )
        self._trace = start.traceparent
        try:
            self._handler.check_language(options)
        except UnknownLanguage as error:
            raise ProblemError(problem_of(error)) from error
        self._taken_to = start.first_sample
        async with self._handler.listening(self._frames, self._heard, options) as (stage, _):
            await self._peer.send(Ready(takes_sparing=True, takes_trace=True))
            try:
                async with asyncio.timeout(None) as limit, asyncio.TaskGroup() as group:
                    group.create_task(stage)
                    group.create_task(self._tell())
                    await self._take_in()
                    self._frames.close()
                    limit.reschedule(asyncio.get_running_loop().time() + FINISH_S)
            except ExceptionGroup as failures:  # the rules broken, the client gone, or a fault in the stage
                raise most_telling(failures, ProblemError, WireError, AudioError, Gone) from None
            except TimeoutError as error:
                raise ProblemError(problem_of(error)) from error
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
                    case Sparing(on):
                        self._sparing = on
                    case Trace(traceparent):
                        self._trace = traceparent
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
