"""A text in the voice of a profile."""

from __future__ import annotations

import asyncio
import base64
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from foundation.http.problems import described
from pipeline.recordings.finishing import AudioFormat
from protocol.fields import LanguageCode
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.sound_bodies import ProfileId
from voice_service.http.tts_routes import MOST_CHARACTERS
from voice_service.jobs.records import JobStatus
from voice_service.messages.records import OwnVoice
from voice_service.profiles.profiles import DEFAULT
from voice_service.profiles.records import FoundVoice
from voice_service.profiles.shapes import FoundVoiceAnswer, found_answer
from voice_service.speech.speaking import SpeechWish, spoken
from voice_service.speech.voices import own_voice
from voice_service.wiring import VoiceServices

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
    method: Literal["resembling"]
    """No engine here clones: a mix of voices of the house speaks that resembles the profile."""
    audio_base64: str
    duration_seconds: float
    voice_similarity: float | None
    """Of this very sound with the profile; null: it could not be measured."""
    voice: FoundVoiceAnswer


class CloneSought(BaseModel):
    """The voice is being sought; ask again once the job is completed."""

    job_id: str
    status: JobStatus
    method: Literal["resembling"]


@router.post(
    "/api/v1/voice/clone",
    response_model=CloneAnswer,
    responses={202: {"model": CloneSought, "description": "The voice of this language is being sought"}},
)
async def clone(body: CloneBody, caller: Calling, services: Wired) -> Response | CloneAnswer:
    """Speaks a text with one's own voice, as near as is possible here. The first time in a language the voice is sought
    by a job (202), for some tens of seconds. What is spoken counts as a message of the month."""
    room = services.profiles.profiles
    own = await room.own_voice(caller, body.voice_profile_id or DEFAULT, body.language)
    if own.found is None:
        job = await room.seek(caller, own.profile, body.language)
        sought = CloneSought(job_id=job.id, status=job.status, method="resembling")
        return JSONResponse(sought.model_dump(mode="json"), 202, {"location": f"/api/v1/voice/job/{job.id}"})
    with services.messages.messages.places.taken(caller.tenant):
        async with services.quota.counted(caller):
            return await _spoken(services, own, own.found, body)


async def _spoken(services: VoiceServices, own: OwnVoice, found: FoundVoice, body: CloneBody) -> CloneAnswer:
    voice = own_voice(found.voice, body.language)
    wanted = SpeechWish(body.text, voice, format=body.format)
    made = await spoken(services.engines.synthesizer, wanted)
    near = await services.messages.measuring.similar(own.print, made.pcm)
    encoded = await asyncio.to_thread(base64.b64encode, made.file)
    return CloneAnswer(
        voice_profile_id=own.profile,
        method="resembling",
        audio_base64=encoded.decode("ascii"),
        duration_seconds=round(made.duration_s, 3),
        voice_similarity=near,
        voice=found_answer(found),
    )
