"""Synthesis as a service: `/synthesize` for one text, `/ws/synthesize` for many at once, `/voices`."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import Annotated, Any

import numpy as np
from fastapi import FastAPI, Query, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from config.settings import Settings
from foundation.http.problems import Problem, ProblemError
from foundation.tracing.spans import continuing
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.cloning.loading import CloningEngines
from pipeline.engines.protocols import (
    EngineInfo,
    SynthesisRequest,
    Synthesizer,
    UnknownLanguage,
    UnknownVoice,
    Voice,
)
from pipeline.engines.speakers.loading import LikenessEngines
from pipeline.engines.synthesis.blends import check_voice
from pipeline.recordings.finishing import AudioFormat, Encoder, encode
from speech_service.base_app import body_limits, check_text, new_service, patience
from speech_service.cloning import CLONE_PATH, MOST_BODY_BYTES, add_cloning_routes
from speech_service.measures import Measures
from speech_service.multiplexer import RequestMultiplexer
from speech_service.piece_lengths import PieceLengths
from speech_service.sockets import Peer, conversation
from speech_service.sound_bodies import BYTES_A_SECOND
from speech_service.speakers import EMBEDDING_PATH, MOST_SOUND_S, add_speaker_routes
from speech_service.turns import SpeakingTurns
from speech_service.wire import (
    FROM_SYNTHESIS,
    TO_SYNTHESIS,
    Cancel,
    Code,
    Ended,
    FromSynthesis,
    More,
    Short,
    Speak,
    SpeakBody,
    Started,
    WireError,
    encode_sound,
)

UNHURRIED_S = 60.0
"""How long a piece of speech may take that nobody listens to live."""

MESSAGE_SAMPLES = SPEAKING_RATE_HZ
"""The most that one message holds, so that other requests on the connection get their turn."""


class SynthesizeRequest(BaseModel):
    """A piece of text to speak."""

    text: str
    language: Code
    voice: Short = ""
    """A name from /voices, a blend of such as /voices/resembling finds them, or empty for the language's default."""
    speed: Annotated[float, Field(ge=0.5, le=2.0, allow_inf_nan=False)] = 1.0
    pronunciations: Annotated[dict[Short, Short], Field(max_length=500)] = {}
    """Written form to spoken form."""
    unhurried: bool = False
    """No other voice speaks where the one that is asked for, or the language's default, is slow; what is live goes
    first, between pieces of about two seconds of work."""


class Voices(BaseModel):
    """All voices, each language's default first."""

    engine: EngineInfo
    voices: list[Voice]


def tts_app(
    synthesizer: Synthesizer,
    settings: Settings,
    likeness: LikenessEngines | None = None,
    cloning: CloningEngines | None = None,
) -> FastAPI:
    """The service around a synthesiser that is loaded; whoever loaded it closes it.

    Args:
        likeness: what measures voices and finds ones that resemble them; closed by whoever loaded it.
        cloning: what clones voices; likewise.
    """
    measures = Measures("tts")
    measures.room = settings.services.max_requests
    sound_bytes = int(min(MOST_SOUND_S, settings.services.max_audio_s) * BYTES_A_SECOND)
    bodies = body_limits(
        settings, texts=2, large_bytes={EMBEDDING_PATH: sound_bytes, CLONE_PATH: MOST_BODY_BYTES}
    )
    app = new_service("Speech synthesis", measures, synthesizer, settings=settings, bodies=bodies)
    handler = _SynthesisHandler(synthesizer, settings, measures)

    cloning = cloning or CloningEngines()
    add_speaker_routes(app, likeness or LikenessEngines(), cloning, settings, measures)
    add_cloning_routes(app, cloning, settings, measures)

    @app.get("/voices")
    async def voices(
        language: Annotated[Code | None, Query(description="only voices of this language")] = None,
    ) -> Voices:
        """The voices, and what the engine says of itself."""
        return Voices(engine=synthesizer.info, voices=handler.voices(language))

    @app.post("/synthesize", response_class=StreamingResponse, responses=_WAV)
    async def synthesize(body: SynthesizeRequest) -> StreamingResponse:
        """Speaks a text as WAV, 24 kHz mono, sent as it is made."""
        speech = handler.speak(SpeakBody(**body.model_dump()))
        first = await anext(speech, None)  # so that a failure is still an answer of its own
        return StreamingResponse(_wav(first, speech), media_type="audio/wav")

    @app.websocket("/ws/synthesize")
    async def live(socket: WebSocket) -> None:
        idle_s = settings.services.idle_timeout_s
        async with conversation(socket, FROM_SYNTHESIS, idle_timeout_s=idle_s, measures=measures) as peer:
            await _converse(peer, handler, settings, measures)

    return app


_WAV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}}
}


async def _wav(first: Pcm | None, rest: AsyncGenerator[Pcm, None]) -> AsyncIterator[bytes]:
    """The WAV file piece by piece. Its length is not known when it begins."""
    async with aclosing(rest):
        if first is None:
            yield encode(np.zeros(0, np.int16), SPEAKING_RATE_HZ, AudioFormat.WAV)
            return
        encoder = Encoder(SPEAKING_RATE_HZ, AudioFormat.WAV)
        try:
            yield encoder.write(first)
            async for piece in rest:
                yield encoder.write(piece)
        finally:
            end = encoder.close()
        yield end


class _Credit:
    """How many samples a client is ready to take of one request."""

    def __init__(self, window: int, patience_s: float) -> None:
        self._left, self._unlimited, self._patience_s = window, window == 0, patience_s
        self._granted = asyncio.Event()

    def grant(self, samples: int) -> None:
        """The client has used so many."""
        self._left += samples
        self._granted.set()

    async def take(self, wanted: int) -> int:
        """Takes up to `wanted` samples, at least one. Raises ProblemError when the client grants none for long."""
        if self._unlimited:
            return wanted
        while self._left <= 0:
            self._granted.clear()
            try:
                async with asyncio.timeout(self._patience_s):
                    await self._granted.wait()
            except TimeoutError as error:
                problem = Problem(408, "too_slow", f"nothing was used for {self._patience_s:g} s")
                raise ProblemError(problem) from error
        taken = min(wanted, self._left)
        self._left -= taken
        return taken


async def _converse(
    peer: Peer[FromSynthesis], handler: _SynthesisHandler, settings: Settings, measures: Measures
) -> None:
    """One connection on /ws/synthesize; ends with an exception, whoever ends it."""
    credits: dict[int, _Credit] = {}

    async def work(request: Speak, credit: _Credit) -> Ended:
        try:
            with continuing(request.traceparent):
                return await _speak(peer, handler, request, credit)
        finally:
            credits.pop(request.id, None)

    async with RequestMultiplexer(
        peer, limit=settings.services.max_requests, measures=measures
    ) as multiplexer:
        while True:
            message = await peer.receive()
            if isinstance(message, bytes):
                raise WireError("requests are text messages")
            match await multiplexer.read(TO_SYNTHESIS, message):
                case Speak() as request:
                    credit = _Credit(request.window, settings.services.idle_timeout_s)
                    if await multiplexer.begin(request.id, partial(work, request, credit)):
                        credits[request.id] = credit
                case More(id=number, samples=samples):
                    if granted := credits.get(number):
                        granted.grant(samples)
                case Cancel(id=number):
                    multiplexer.cancel(number)
                    credits.pop(number, None)


async def _speak(
    peer: Peer[FromSynthesis], handler: _SynthesisHandler, request: Speak, credit: _Credit
) -> Ended:
    sent = 0
    async with aclosing(handler.speak(request)) as speech:
        async for pcm in speech:
            if not sent:
                await peer.send(Started(request.id, SPEAKING_RATE_HZ))
            at = 0
            while at < len(pcm):
                count = await credit.take(min(len(pcm) - at, MESSAGE_SAMPLES))
                await peer.send_bytes(encode_sound(request.id, pcm[at : at + count]))
                at += count
            sent += len(pcm)
    return Ended(request.id, sent)


class _SynthesisHandler:
    """Checks requests and has them spoken."""

    def __init__(self, synthesizer: Synthesizer, settings: Settings, measures: Measures) -> None:
        self._synthesizer, self._settings, self._measures = synthesizer, settings, measures
        self._turns, self._lengths = SpeakingTurns(), PieceLengths()

    def voices(self, language: str | None) -> list[Voice]:
        """Raises UnknownLanguage."""
        known = self._synthesizer.info.languages
        found = [
            voice
            for code in (known if language is None else (language,))
            for voice in self._synthesizer.voices(code)
        ]
        if language is not None and not found:
            raise UnknownLanguage(language, known)
        return found

    async def speak(self, request: SpeakBody) -> AsyncGenerator[Pcm, None]:
        """The speech piece by piece, empty pieces left out. Raises ProblemError, EngineError."""
        self._check(request)
        began_s = time.monotonic()
        sounded = False
        wanted = SynthesisRequest(
            request.text,
            request.language,
            request.voice,
            request.speed,
            dict(request.pronunciations),
            request.unhurried,
        )
        for part in self._unhurried_parts(wanted) if request.unhurried else (wanted,):
            async with aclosing(self._rendered(part)) as speech:
                async for piece in speech:
                    if not sounded:
                        sounded = True
                        self._measures.took("first_sound", time.monotonic() - began_s)
                    yield piece
        self._measures.took("speech", time.monotonic() - began_s)

    def _unhurried_parts(self, wanted: SynthesisRequest) -> Iterator[SynthesisRequest]:
        """So little at a time that a room waits for none of them for long; all with one voice."""
        language = wanted.language
        voice = wanted.voice or self._synthesizer.voices(language)[0].name
        for text in self._lengths.pieces(wanted.text, voice, language):
            if text.strip():
                yield replace(wanted, text=text.strip(), voice=voice)

    async def _rendered(self, wanted: SynthesisRequest) -> AsyncGenerator[Pcm, None]:
        """As it is made, each piece in its turn."""
        limit_s = UNHURRIED_S if wanted.unhurried else self._settings.speech.timeout_s
        speech = self._synthesizer.synthesize(wanted)
        took_s = 0.0
        try:
            while True:
                async with self._turns.piece(unhurried=wanted.unhurried), patience(limit_s):
                    began_s = time.monotonic()
                    piece = await anext(speech, None)
                    took_s += time.monotonic() - began_s
                if piece is None:
                    break
                if len(piece):
                    yield piece
        finally:
            if isinstance(speech, AsyncGenerator):
                await speech.aclose()
        if wanted.unhurried:
            self._lengths.took(wanted.voice, wanted.language, len(wanted.text), took_s)

    def _check(self, request: SpeakBody) -> None:
        check_text(request.text, self._settings)
        for written, spoken in request.pronunciations.items():
            check_text(written, self._settings)
            check_text(spoken, self._settings, may_be_empty=True)
        names = [voice.name for voice in self.voices(request.language)]
        if not request.voice:
            return
        try:
            check_voice(self._synthesizer, request.voice, request.language)
        except UnknownVoice as error:
            raise ProblemError(Problem(422, "unknown_voice", str(error), {"known": names})) from error
