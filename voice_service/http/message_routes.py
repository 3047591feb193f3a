"""Voice messages: translated and spoken, or written down."""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from foundation.http.problems import Problem, ProblemError, described
from voice_service.accounts.records import Caller
from voice_service.http import sound_bodies
from voice_service.http.dependencies import Admitted, Wired
from voice_service.http.leaving import while_asked
from voice_service.http.sound_bodies import (
    Sent,
    TranscribeFields,
    TranscribeMessageBody,
    TranslateFields,
    TranslateMessageBody,
    read_sent,
)
from voice_service.messages.messages import MessageAnswer
from voice_service.messages.records import Heard, Interpreted, MessageWarning, MessageWish, Stage
from voice_service.wiring import VoiceServices

TRANSLATE = "/api/v1/voice/translate"
TRANSCRIBE = "/api/v1/voice/transcribe"
_CLIENT_GONE = 499
"""Nobody reads it; the usual number for logs."""

router = APIRouter(
    tags=["voice messages"],
    responses=described({status: HTTPStatus(status).phrase for status in (404, 413, 415, 502, 504)}),
)


class Warning(BaseModel):
    """Something to know about an answer."""

    code: str
    """Fixed, and meant for programs."""
    message: str


class Timestamps(BaseModel):
    """How long each step took, ms."""

    preprocessing_ms: float
    transcription_ms: float
    translation_ms: float
    voice_cloning_ms: float
    """Speaking; the name is that of whoever speaks with a voice of their own."""
    postprocessing_ms: float


class TranslationAnswer(BaseModel):
    """A voice message in another language."""

    job_id: str
    status: str
    original_text: str
    translated_text: str
    source_language: str
    """As it was said, or detected; empty where nobody speaks."""
    target_language: str
    audio_base64: str | None
    audio_url: str | None
    """A link that whoever has it can open, for an hour unless the operator says otherwise."""
    duration_seconds: float
    """Of the spoken translation; 0 where there is none."""
    voice_similarity: float | None
    """Null: a voice of the house speaks."""
    processing_time_ms: float
    cached: bool
    timestamps: Timestamps
    translated_by: list[str]
    """Engines of the house, or "deepl" and "google", which are outside; empty where nothing was to translate."""
    warnings: list[Warning]


class SegmentAnswer(BaseModel):
    """A stretch of speech between two pauses."""

    start: float
    """Seconds from the beginning of the recording."""
    end: float
    text: str
    confidence: float | None


class TranscriptionAnswer(BaseModel):
    """What is said in a recording."""

    text: str
    language: str
    confidence: float | None
    """0…1; null where the recogniser cannot tell."""
    segments: list[SegmentAnswer]
    duration_seconds: float
    """Of the recording."""
    warnings: list[Warning]


@router.post(
    TRANSLATE,
    response_model=TranslationAnswer,
    openapi_extra=sound_bodies.described(TranslateMessageBody, TranslateFields),
)
async def translate(
    request: Request, caller: Admitted, services: Wired, response: Response
) -> Response | TranslationAnswer:
    """Translates a recording of up to 300 s and speaks the translation."""
    response.headers["content-encoding"] = "identity"  # sound in base64 takes long to compress, for little
    room = services.messages
    try:
        with room.bodies.taken(caller.tenant):
            sent = await read_sent(request, TranslateFields)
        return await while_asked(request, _translated(services, caller, sent))
    except ClientDisconnect:
        return Response(status_code=_CLIENT_GONE)


@router.post(
    TRANSCRIBE,
    response_model=TranscriptionAnswer,
    openapi_extra=sound_bodies.described(TranscribeMessageBody, TranscribeFields),
)
async def transcribe(request: Request, caller: Admitted, services: Wired) -> Response | TranscriptionAnswer:
    """Writes down a recording of up to 300 s. Nothing of it is kept."""
    room = services.messages
    try:
        with room.bodies.taken(caller.tenant):
            sent = await read_sent(request, TranscribeFields)
        fields = sent.fields
        heard = await while_asked(
            request,
            room.messages.transcribe(
                caller, sent.sound, language=fields.source_language, quality=fields.quality
            ),
        )
    except ClientDisconnect:
        return Response(status_code=_CLIENT_GONE)
    return _transcription(heard)


async def _translated(
    services: VoiceServices, caller: Caller, sent: Sent[TranslateFields]
) -> TranslationAnswer:
    fields = sent.fields
    if fields.voice_profile_id is not None:
        raise ProblemError(Problem(404, "unknown_profile", "There is no such voice profile."))
    options = fields.options
    wish = MessageWish(
        sound=sent.sound,
        source_language=fields.source_language,
        target_language=fields.target_language,
        quality=options.quality,
        preserve_emotion=options.preserve_emotion,
        return_audio_url=options.return_audio_url,
        return_base64=options.return_base64,
        format=options.format,
    )
    answer = await services.messages.messages.translate(caller, wish)
    audio = answer.result.audio if wish.return_base64 else None
    encoded = None if audio is None else await asyncio.to_thread(base64.b64encode, audio)
    return _translation(answer, None if encoded is None else encoded.decode("ascii"))


def _translation(answer: MessageAnswer, audio_base64: str | None) -> TranslationAnswer:
    result = answer.result
    return TranslationAnswer(
        job_id=answer.job_id,
        status="completed",
        original_text=result.original_text,
        translated_text=result.translated_text,
        source_language=result.source_language,
        target_language=result.target_language,
        audio_base64=audio_base64,
        audio_url=answer.audio_url,
        duration_seconds=round(result.audio_s, 3),
        voice_similarity=answer.voice_similarity,
        processing_time_ms=answer.processing_time_ms,
        cached=answer.cached,
        timestamps=Timestamps(**_timings(result)),
        translated_by=list(result.translated_by),
        warnings=_warnings(answer.warnings),
    )


def _transcription(heard: Heard) -> TranscriptionAnswer:
    return TranscriptionAnswer(
        text=heard.text,
        language=heard.language,
        confidence=heard.confidence,
        segments=[
            SegmentAnswer(start=part.start, end=part.end, text=part.text, confidence=part.confidence)
            for part in heard.segments
        ],
        duration_seconds=round(heard.duration_s, 3),
        warnings=_warnings(heard.warnings),
    )


def _warnings(warnings: tuple[MessageWarning, ...]) -> list[Warning]:
    return [Warning(code=warning.code, message=warning.message) for warning in warnings]


def _timings(result: Interpreted) -> dict[str, Any]:
    return {stage.value: round(result.timings.get(stage, 0.0), 1) for stage in Stage}
