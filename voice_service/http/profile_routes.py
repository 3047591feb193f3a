"""Voices of one's own: profiles, consent, samples."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from foundation.http.problems import Problem, ProblemError, described
from pipeline.recordings.finishing import AudioFormat
from protocol.fields import LanguageCode
from voice_service.accounts.tenants import visible
from voice_service.http import sound_bodies
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.leaving import while_asked
from voice_service.http.message_routes import CLIENT_GONE
from voice_service.http.sound_bodies import ProfileId, read_sent
from voice_service.messages.objects import ObjectError
from voice_service.profiles.profiles import owner_of
from voice_service.profiles.shapes import (
    ConsentAskedAnswer,
    ProfileAnswer,
    ProfilesAnswer,
    SampleAnswer,
    asked_answer,
    profile_answer,
    sample_answer,
)

PROFILE = "/api/v1/voice/profile"
SAMPLE = PROFILE + "/sample"
CONSENT = PROFILE + "/consent"

router = APIRouter(
    tags=["voices of one's own"],
    responses=described(
        {status: HTTPStatus(status).phrase for status in (404, 409, 410, 413, 415, 502, 504)}
    ),
)

WhichProfile = Annotated[
    str | None, Query(alias="id", max_length=64, description="Unless named, the default one")
]


class ProfileBody(BaseModel):
    """What a profile shall be; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    id: ProfileId = None
    """Null: a new one."""
    name: Annotated[str | None, Field(max_length=120)] = None
    """For people; a new one needs it."""
    default: bool | None = None
    """Whether "default" means this one."""
    expires_in_days: Annotated[int | None, Field(ge=1, le=3650)] = None
    """After consent; unless named, and at most, what the operator allows."""


class ConsentBody(BaseModel):
    """Who wants to agree, and in which language."""

    model_config = ConfigDict(extra="forbid")

    voice_profile_id: ProfileId = None
    """Null: the default one."""
    language: LanguageCode = "en"
    cloning: bool = False
    """Whether they agree to a clone of their voice as well, where an engine for it is installed."""


class SampleFields(BaseModel):
    """What is said about a recording of a voice."""

    audio_format: AudioFormat = AudioFormat.WAV
    """Of what is sent. What the file says itself goes first."""
    voice_profile_id: ProfileId = None
    """Null: the default one."""
    consent: Annotated[str | None, Field(max_length=64)] = None
    """`consent_id` of the sentence that is read in it."""


class SampleBody(SampleFields):
    """The same in JSON."""

    audio: str
    """Base64."""


@router.get(PROFILE)
async def profiles(
    caller: Calling,
    services: Wired,
    profile: Annotated[str | None, Query(alias="id", max_length=64, description="Only this one")] = None,
) -> ProfilesAnswer:
    """One's own voices."""
    room = services.profiles.profiles
    if profile is not None:
        return ProfilesAnswer(profiles=[profile_answer(await room.find(caller, profile))])
    return ProfilesAnswer(profiles=[profile_answer(one) for one in await room.store.all_of(owner_of(caller))])


@router.post(PROFILE, responses={201: {"model": ProfileAnswer, "description": "A new one was made"}})
async def put_profile(
    body: ProfileBody, caller: Calling, services: Wired, response: Response
) -> ProfileAnswer:
    """Makes a profile (201), or changes one. It can be used once its owner has agreed in their own voice."""
    most = services.settings.voice.profile_days
    days = body.expires_in_days
    if days is not None and days > most:
        raise ProblemError(
            Problem(422, "invalid", f"A voice is kept for {most} days at most.", {"limit": most})
        )
    if body.name is not None:
        visible(body.name)
    room = services.profiles.profiles
    if body.id is not None:
        return profile_answer(await room.change(caller, body.id, _changes(body)))
    if body.name is None:
        raise ProblemError(Problem(422, "invalid", "A new profile needs a name."))
    made = await room.add(caller, body.name, is_default=bool(body.default), keep_days=days or most)
    response.status_code = 201
    return profile_answer(made)


@router.delete(PROFILE, status_code=204)
async def delete_profile(caller: Calling, services: Wired, profile: WhichProfile = None) -> None:
    """Deletes a voice: what was measured, samples, consent, what was made with it and what is remembered of that."""
    try:
        await services.profiles.profiles.delete(caller, profile)
    except ObjectError as error:
        detail = "The profile is deleted; its sound could not be reached and goes within minutes."
        raise ProblemError(Problem(503, "storage", detail, {"retry_after_s": 5.0})) from error


@router.post(CONSENT, status_code=201)
async def ask_consent(body: ConsentBody, caller: Calling, services: Wired) -> ConsentAskedAnswer:
    """A sentence that whoever agrees reads aloud within ten minutes; how it is read goes to /sample as `consent`."""
    room = services.profiles.profiles
    asked = await room.ask_consent(caller, body.voice_profile_id, body.language, cloning=body.cloning)
    return asked_answer(asked)


@router.post(
    SAMPLE, response_model=SampleAnswer, openapi_extra=sound_bodies.described(SampleBody, SampleFields)
)
async def sample(request: Request, caller: Calling, services: Wired) -> Any:
    """Takes a recording of the voice, of at least 3 s of speech, better 10; the first one is that of the consent."""
    messages = services.messages
    try:
        with messages.bodies.taken(caller.tenant):
            sent = await read_sent(request, SampleFields)
        fields = sent.fields
        with messages.messages.places.taken(caller.tenant):
            taken = await while_asked(
                request,
                services.profiles.profiles.sample(
                    caller, sent.sound, fields.voice_profile_id, fields.consent
                ),
            )
    except ClientDisconnect:
        return Response(status_code=CLIENT_GONE)
    return sample_answer(taken)


def _changes(body: ProfileBody) -> dict[str, Any]:
    named = {"name": body.name, "is_default": body.default, "keep_days": body.expires_in_days}
    return {name: value for name, value in named.items() if value is not None}
