"""Voice messages: translated and spoken, or written down."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import replace
from http import HTTPStatus

from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from foundation.http.problems import described
from voice_service.accounts.records import Caller
from voice_service.http import sound_bodies
from voice_service.http.admission import check_wish
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.leaving import while_asked
from voice_service.http.sound_bodies import (
    Sent,
    TranscribeFields,
    TranscribeMessageBody,
    TranslateFields,
    TranslateMessageBody,
    read_sent,
)
from voice_service.messages.records import Heard, MessageWish
from voice_service.messages.shapes import TranslationAnswer, WarningAnswer, translation, warnings_of
from voice_service.wiring import VoiceServices

TRANSLATE = "/api/v1/voice/translate"
TRANSCRIBE = "/api/v1/voice/transcribe"
CLIENT_GONE = 499
"""Nobody reads it; the usual number for logs."""

router = APIRouter(
    tags=["voice messages"],
    responses=described({status: HTTPStatus(status).phrase for status in (404, 413, 415, 502, 504)}),
)


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
    warnings: list[WarningAnswer]


@router.post(
    TRANSLATE,
    response_model=TranslationAnswer,
    openapi_extra=sound_bodies.described(TranslateMessageBody, TranslateFields),
)
async def translate(
    request: Request, caller: Calling, services: Wired, response: Response
) -> Response | TranslationAnswer:
    """Translates a recording of up to 300 s and speaks the translation."""
    response.headers["content-encoding"] = "identity"  # sound in base64 takes long to compress, for little
    room = services.messages
    try:
        with room.bodies.taken(caller.tenant):
            sent = await read_sent(request, TranslateFields)
        return await while_asked(request, _translated(services, caller, sent))
    except ClientDisconnect:
        return Response(status_code=CLIENT_GONE)


@router.post(
    TRANSCRIBE,
    response_model=TranscriptionAnswer,
    openapi_extra=sound_bodies.described(TranscribeMessageBody, TranscribeFields),
)
async def transcribe(request: Request, caller: Calling, services: Wired) -> Response | TranscriptionAnswer:
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
        return Response(status_code=CLIENT_GONE)
    return _transcription(heard)


async def _translated(
    services: VoiceServices, caller: Caller, sent: Sent[TranslateFields]
) -> TranslationAnswer:
    wish = await wish_of(services, caller, sent.sound, sent.fields)
    async with services.quota.counted(caller):
        answer = await services.messages.messages.translate(caller, wish)
    audio = answer.result.audio if wish.return_base64 else None
    encoded = None if audio is None else await asyncio.to_thread(base64.b64encode, audio)
    return translation(answer, None if encoded is None else encoded.decode("ascii"))


async def wish_of(
    services: VoiceServices, caller: Caller, sound: bytes, fields: TranslateFields
) -> MessageWish:
    """What is asked. Raises ProblemError: 404 for a voice profile that is not there, 403 for what may not be had."""
    options = fields.options
    wish = MessageWish(
        sound=sound,
        source_language=fields.source_language,
        target_language=fields.target_language,
        quality=options.quality,
        preserve_emotion=options.preserve_emotion,
        return_audio_url=options.return_audio_url,
        return_base64=options.return_base64,
        format=options.format,
    )
    check_wish(caller, wish)
    if fields.voice_profile_id is None:
        return wish
    profiles = services.profiles.profiles
    own = await profiles.own_voice(caller, fields.voice_profile_id, fields.target_language)
    return replace(wish, own_voice=own)


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
        warnings=warnings_of(heard.warnings),
    )
