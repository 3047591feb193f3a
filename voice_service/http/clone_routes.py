"""A text in the voice of a profile."""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from foundation.http.problems import described
from pipeline.audio import SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import EngineError
from pipeline.recordings.finishing import AudioFormat
from protocol.fields import LanguageCode
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.sound_bodies import ProfileId
from voice_service.http.tts_routes import MOST_CHARACTERS
from voice_service.jobs.records import JobStatus
from voice_service.messages.records import OwnVoice
from voice_service.profiles.profiles import DEFAULT
from voice_service.profiles.records import CLONED, RESEMBLING, FoundVoice, NotCloned
from voice_service.profiles.shapes import FoundVoiceAnswer, found_answer
from voice_service.speech.speaking import SpeechWish, as_file, spoken
from voice_service.speech.voices import own_voice
from voice_service.wiring import VoiceServices

log = structlog.get_logger(__name__)

router = APIRouter(
    tags=["voices of one's own"],
    responses=described({status: HTTPStatus(status).phrase for status in (404, 409, 502, 504)}),
)


class CloneBody(BaseModel):
    """A text that is to be spoken with somebody's voice."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    language: LanguageCode
    voice_profile_id: ProfileId = None
    """Null: the default one. Its samples are the reference; without consent nobody's voice is imitated."""
    format: AudioFormat = AudioFormat.WAV


class CloneAnswer(BaseModel):
    """Sound in a voice of one's own."""

    voice_profile_id: str
    method: Literal["cloned", "resembling"]
    """cloned: an engine that was given the samples speaks. resembling: a mix of voices of the house, no clone."""
    not_cloned: NotCloned | None
    """Why it is no clone; null: it is one."""
    engine: str | None
    """What cloned it."""
    watermark: str | None
    """What marks the sound itself as made by a machine, e.g. "perth 1.0.1"; null: nothing does, as no clone is."""
    audio_base64: str
    duration_seconds: float
    voice_similarity: float | None
    """Of this very sound with the profile; null: it could not be measured."""
    voice: FoundVoiceAnswer | None
    """The mix that resembles, with its similarities, whether or not it speaks; null: none is known yet."""


class CloneSought(BaseModel):
    """The voice is being sought; ask again once the job is completed."""

    job_id: str
    status: JobStatus
    method: Literal["resembling"]
    not_cloned: NotCloned


@router.post(
    "/api/v1/voice/clone",
    response_model=CloneAnswer,
    responses={202: {"model": CloneSought, "description": "The voice of this language is being sought"}},
)
async def clone(body: CloneBody, caller: Calling, services: Wired) -> Response | CloneAnswer:
    """Speaks a text with one's own voice, as near as is possible here: cloned, where an engine for that is there and
    its owner has agreed to it; else by a voice that resembles, which is sought by a job (202) the first time. What is
    spoken counts as a message of the month."""
    room = services.profiles.profiles
    own = await room.own_voice(caller, body.voice_profile_id or DEFAULT, body.language)
    try:
        with services.messages.messages.places.taken(caller.tenant):
            async with services.quota.counted(caller):
                return await _spoken(services, own, body)
    except _NothingSpoken as nothing:  # which costs nothing
        job = await room.seek(caller, own.profile, body.language)
        sought = CloneSought(job_id=job.id, status=job.status, method=RESEMBLING, not_cloned=nothing.why)
    return JSONResponse(sought.model_dump(mode="json"), 202, {"location": f"/api/v1/voice/job/{job.id}"})


class _NothingSpoken(Exception):
    """No clone speaks, and no voice that resembles is known yet."""

    def __init__(self, why: NotCloned) -> None:
        super().__init__(why)
        self.why = why


async def _spoken(services: VoiceServices, own: OwnVoice, body: CloneBody) -> CloneAnswer:
    made = await _cloned(services, own, body)
    if isinstance(made, CloneAnswer):
        return made
    if own.found is None:
        raise _NothingSpoken(made)
    return await _resembling(services, own, own.found, body, made)


async def _cloned(services: VoiceServices, own: OwnVoice, body: CloneBody) -> CloneAnswer | NotCloned:
    if isinstance(own.clone, NotCloned):
        return own.clone
    try:
        made = await services.messages.cloning.spoken(own.profile, own.clone, body.text, body.language)
    except (EngineError, TimeoutError) as error:
        log.warning("a voice could not be cloned", reason=type(error).__name__)
        return NotCloned.FAILED
    file = (await as_file(made.pcm, body.format)).file
    return CloneAnswer(
        method=CLONED,
        not_cloned=None,
        engine=made.engine,
        watermark=made.watermark or None,
        **await _told(services, own, file, made.pcm),
    )


async def _resembling(
    services: VoiceServices, own: OwnVoice, found: FoundVoice, body: CloneBody, why: NotCloned
) -> CloneAnswer:
    voice = own_voice(found.voice, body.language)
    wanted = SpeechWish(body.text, voice, format=body.format)
    made = await spoken(services.engines.synthesizer, wanted, services.engines.mark)
    return CloneAnswer(
        method=RESEMBLING,
        not_cloned=why,
        engine=None,
        watermark=services.engines.mark.name,
        **await _told(services, own, made.file, made.pcm),
    )


async def _told(services: VoiceServices, own: OwnVoice, file: bytes, pcm: Pcm) -> dict[str, Any]:
    """What both ways have in common."""
    near = await services.messages.measuring.similar(own.print, pcm)
    encoded = await asyncio.to_thread(base64.b64encode, file)
    return {
        "voice_profile_id": own.profile,
        "audio_base64": encoded.decode("ascii"),
        "duration_seconds": round(len(pcm) / SPEAKING_RATE_HZ, 3),
        "voice_similarity": near,
        "voice": None if own.found is None else found_answer(own.found),
    }
