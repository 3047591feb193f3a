"""A speech service that measures voices: a tone is a voice, its frequency says whose."""

from __future__ import annotations

import asyncio
import base64
import math
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
from fastapi import APIRouter, FastAPI, Request
from starlette.responses import Response, StreamingResponse

from foundation.http.problems import response
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError, SpeakerTraits, TooLittleSpeech
from pipeline.recordings.decoding import decode
from speech_service.cloning import ENGINE_HEADER, SOUND_TYPE, WATERMARK_HEADER, CloningWish
from speech_service.likeness import (
    EMBEDDING_SIZE,
    NDJSON,
    NoVoiceFound,
    ResemblingRequest,
    Searching,
    SpeakersOffer,
    Traits,
    VoiceFound,
)
from speech_service.problems import problem_of
from tests.fakes.engines import info

QUARTER_S = HEARING_RATE_HZ // 4


def voice_of(hertz: float) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """The embedding of a tone: an octave is a right angle, so that a semitone is 0.99 and a fifth 0.6."""
    angle = math.pi / 2 * math.log2(hertz / 100.0)
    embedding = np.zeros(EMBEDDING_SIZE, np.float32)
    embedding[:2] = math.cos(angle), math.sin(angle)
    return embedding


def tone_of(pcm: Pcm) -> tuple[float, float]:
    """Its frequency, and how many seconds of it there are: quarters of seconds that are not silent."""
    quarters = [
        pcm[at : at + QUARTER_S].astype(float) for at in range(0, len(pcm) - QUARTER_S + 1, QUARTER_S)
    ]
    sounding = [quarter for quarter in quarters if np.abs(quarter).max() > 500]
    if not sounding:
        return 0.0, 0.0
    spectrum = np.abs(np.fft.rfft(np.concatenate(sounding)))
    spectrum[0] = 0
    return float(np.argmax(spectrum)) * 4 / len(sounding), len(sounding) / 4


class ScriptedSpeakers:
    """Measures tones, and finds for every voice the one that it was told to find.

    Args:
        found: for each language the voice that resembles.
        least_s: less sound is too little.
    """

    def __init__(self, found: dict[str, str], *, least_s: float = 1.0, encoder: str = "tones") -> None:
        self.found, self.least_s, self.encoder = found, least_s, encoder
        self.searched: list[str] = []
        """The languages of all searches."""
        self.gate: asyncio.Event | None = None
        """Where given, searches come to an end once the test sets it."""
        self.searching = asyncio.Event()
        self.left = asyncio.Event()
        """A search was cancelled."""
        self.missing = False
        self.clones: tuple[str, ...] = ()
        """The languages that it clones voices in; none: nothing clones."""
        self.cloned: list[CloningWish] = []
        """What it was asked to clone."""
        self.cloning_fails = False

    def router(self) -> APIRouter:
        """Its paths."""
        router = APIRouter()

        @router.get("/speakers")
        async def speakers() -> SpeakersOffer:
            if self.missing:
                return SpeakersOffer(engine=None, languages=[], missing="fetch the encoder")
            cloning = info("parrot", *self.clones) if self.clones else None
            return SpeakersOffer(
                engine=info(self.encoder), languages=sorted(self.found), missing="", cloning=cloning
            )

        @router.post("/clone")
        async def clone(wish: CloningWish) -> Response:
            self.cloned.append(wish)
            if self.cloning_fails:
                return response(problem_of(EngineError("the parrot is ill")))
            heard = decode(base64.b64decode(wish.reference), rate_hz=HEARING_RATE_HZ, max_s=31.0).pcm
            moments = np.arange(SPEAKING_RATE_HZ) / SPEAKING_RATE_HZ
            spoken = (8000 * np.sin(2 * np.pi * tone_of(heard)[0] * moments)).astype("<i2")
            told = {ENGINE_HEADER: "parrot", WATERMARK_HEADER: "loud 1"}
            return Response(spoken.tobytes(), media_type=SOUND_TYPE, headers=told)

        @router.post("/speakers/embedding")
        async def embedding(request: Request) -> Any:
            pcm = np.frombuffer(await request.body(), "<i2")
            hertz, speech_s = tone_of(pcm)
            if speech_s < self.least_s:
                return response(problem_of(TooLittleSpeech(speech_s, self.least_s)))
            return Traits.of(SpeakerTraits(voice_of(hertz), speech_s, hertz, 10 * hertz))

        @router.post("/voices/resembling")
        async def resembling(asked: ResemblingRequest) -> Response:
            self.searched.append(asked.language)
            return StreamingResponse(self._lines(asked.language), media_type=NDJSON)

        return router

    def before(self, app: FastAPI) -> FastAPI:
        """The application with these paths in the place of its own."""
        outer = FastAPI()
        outer.include_router(self.router())
        outer.mount("/", app)
        return outer

    async def _lines(self, language: str) -> AsyncIterator[str]:
        yield Searching(done=0.5).model_dump_json() + "\n"
        self.searching.set()
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError:
                self.left.set()
                raise
        voice = self.found.get(language)
        if voice is None:
            yield NoVoiceFound(code="unknown_language", message=language).model_dump_json() + "\n"
            return
        found = VoiceFound(voice=voice, language=language, before=0.61, after=0.74, nearest="tones:es-1")
        yield found.model_dump_json() + "\n"
