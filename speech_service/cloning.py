"""Texts in voices of people's own: `/clone`, where the settings name an engine for it.

Who may be cloned is decided by whoever asks, where consent is recorded; without one that has a name nothing is spoken.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any, Final

import structlog
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from config.settings import Settings
from foundation.http.problems import ProblemError
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, AudioError, Pcm
from pipeline.engines.cloning.cloner import MOST_REFERENCE_S, CloningRequest, ConsentedVoice, VoiceCloner
from pipeline.engines.cloning.loading import CloningEngines
from pipeline.recordings.decoding import TooMuchSound, decode
from protocol.fields import LanguageCode
from speech_service.base_app import check_text, patience
from speech_service.measures import Measures
from speech_service.problems import invalid, too_long

log = structlog.get_logger(__name__)

CLONE_PATH: Final = "/clone"
MOST_BODY_BYTES: Final = 4_000_000
"""Half a minute of sound in Base64, and a text."""
MOST_CHARACTERS: Final = 2000
PIECE_S: Final = 300.0
"""How long a sentence may take, with the start of the engine before the first one."""
ENGINE_HEADER: Final = "x-engine"
WATERMARK_HEADER: Final = "x-watermark"
SOUND_TYPE: Final = f"audio/pcm;rate={SPEAKING_RATE_HZ};channels=1"

_ANSWER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "16-bit mono samples, 24 kHz, little-endian, sentence by sentence",
        "content": {"audio/pcm": {"schema": {"type": "string", "format": "binary"}}},
        "headers": {
            "X-Engine": {"description": "What speaks", "schema": {"type": "string"}},
            "X-Watermark": {"description": "What marks the sound", "schema": {"type": "string"}},
        },
    }
}


class CloningWish(BaseModel):
    """A text, and whose voice is to speak it."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    language: LanguageCode
    consent: Annotated[str, Field(min_length=1, max_length=64)]
    """What its owner's consent is known by, where it is recorded."""
    reference: str
    """Base64 of a sound file of any common kind, 3 to 30 s of that voice and no other."""


def add_cloning_routes(app: FastAPI, cloning: CloningEngines, settings: Settings, measures: Measures) -> None:
    """Where nothing clones, the answer says why and what to do."""
    measures.state("cloning", {"missing": cloning.missing})

    @app.post(CLONE_PATH, response_class=StreamingResponse, responses=_ANSWER)
    async def clone(body: CloningWish) -> StreamingResponse:
        """Speaks a text in the voice of a reference. Every sound carries a watermark; nothing of the voice is kept."""
        cloner = cloning.clones()
        check_text(body.text, settings)
        voice = await asyncio.to_thread(_voice, body)
        log.info("a voice is cloned", engine=cloner.info.name, consent=body.consent, language=body.language)
        speech = _spoken(cloner, CloningRequest(body.text, body.language, voice), measures)
        first = await anext(speech, None)  # so that a failure is still an answer of its own
        told = {ENGINE_HEADER: cloner.info.name, WATERMARK_HEADER: cloner.watermark}
        return StreamingResponse(_sent(first, speech), media_type=SOUND_TYPE, headers=told)


def _voice(body: CloningWish) -> ConsentedVoice:
    """Raises ProblemError for what is no reference, AudioError for what is no sound."""
    try:
        file = base64.b64decode(body.reference, validate=True)
        sound = decode(file, rate_hz=HEARING_RATE_HZ, max_s=MOST_REFERENCE_S + 0.5).pcm
        return ConsentedVoice(body.consent, sound[: int(MOST_REFERENCE_S * HEARING_RATE_HZ)])
    except binascii.Error as error:
        raise ProblemError(invalid("the reference is not Base64")) from error
    except TooMuchSound as error:
        raise ProblemError(too_long("the reference", MOST_REFERENCE_S, "seconds")) from error
    except AudioError:
        raise
    except ValueError as error:
        raise ProblemError(invalid(str(error))) from error


async def _spoken(
    cloner: VoiceCloner, request: CloningRequest, measures: Measures
) -> AsyncGenerator[Pcm, None]:
    async with aclosing(cloner.clone(request)) as speech:
        with measures.timing("clone"):
            while True:
                async with patience(PIECE_S):
                    piece = await anext(speech, None)
                if piece is None:
                    return
                if len(piece):
                    yield piece


async def _sent(first: Pcm | None, rest: AsyncGenerator[Pcm, None]) -> AsyncIterator[bytes]:
    async with aclosing(rest):
        if first is not None:
            yield first.astype("<i2").tobytes()
        async for piece in rest:
            yield piece.astype("<i2").tobytes()
