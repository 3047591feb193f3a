"""`POST /tts`: a text spoken aloud."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, nullcontext
from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Header
from pydantic import BaseModel, Field, field_validator
from starlette.responses import Response, StreamingResponse

from foundation.http.problems import Problem, ProblemError
from pipeline.audio import Pcm
from pipeline.engines.protocols import EngineError
from pipeline.recordings.finishing import MEDIA_TYPES, AudioFormat
from protocol.fields import LanguageCode
from voice_service.accounts.records import Caller
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.detail_errors import DetailRoute, described_details
from voice_service.http.negotiation import OFFERED, accepted
from voice_service.http.sound_bodies import ProfileId
from voice_service.messages.records import OwnVoice
from voice_service.profiles.records import CLONED, RESEMBLING, FoundVoice, NotCloned
from voice_service.speech.marking import HEADER, WATERMARK_HEADER
from voice_service.speech.speaking import SpeechWish, as_file, spoken, streamed
from voice_service.speech.voices import DEFAULT_LANGUAGE, OWN, own_voice
from voice_service.watching.counted import VOICE
from voice_service.wiring import VoiceServices

MOST_CHARACTERS = 500
SEARCH_S = 30.0
"""A search for a voice takes about so long."""
METHOD = "x-voice-method"
"""How a voice of one's own was made."""

log = structlog.get_logger(__name__)

router = APIRouter(tags=["speech"], route_class=DetailRoute)


class TtsRequest(BaseModel):
    """A text to speak."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    voice: Annotated[str | None, Field(max_length=100)] = None
    """A name from /voices; unless named "af", or the first voice of `language`."""
    voice_profile_id: ProfileId = None
    """Instead of `voice`: whose voice of their own speaks, as near as is possible; "default": the caller's default."""
    speed: Annotated[float, Field(ge=0.5, le=2.0, allow_inf_nan=False)] = 1.0
    language: LanguageCode | None = None
    """BCP 47; unless named that of the voice."""
    format: Annotated[str | None, Field(max_length=40)] = None
    """"wav", "mp3", "ogg" or "flac"; unless named what `Accept` asks for."""
    stream: bool = False
    """Whether sound is sent as it is made."""

    @field_validator("text")
    @classmethod
    def _not_blank(cls, text: str) -> str:
        if not text.strip():
            raise ValueError("the text is empty")
        return text


_SOUND: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The sound, 24 kHz mono unless it is Opus, which has 48 kHz",
        "content": {
            MEDIA_TYPES[kind]: {"schema": {"type": "string", "format": "binary"}} for kind in OFFERED
        },
        "headers": {
            "X-Voice": {"description": "Who speaks; own: a voice of one's own", "schema": {"type": "string"}},
            "X-Voice-Similarity": {
                "description": "Of this very sound with the profile, 0 to 1; not where it is streamed",
                "schema": {"type": "number"},
            },
            "X-Voice-Method": {
                "description": "Of a voice of one's own: cloned or resembling",
                "schema": {"type": "string"},
            },
            "X-Watermark": {
                "description": "What marks the sound itself, where something does",
                "schema": {"type": "string"},
            },
            "X-Synthetic-Speech": {"description": "No person speaks", "schema": {"type": "string"}},
        },
    }
}
_REFUSED = described_details(
    {
        400: "The text is empty, longer than 500 characters or holds nothing to speak; another field, or the body, "
        "is wrong",
        401: "No valid key or token",
        403: "The plan gives no voice of one's own, or its owner has not agreed yet",
        404: "There is no such voice, with `known` that tells which there are, or no such profile",
        406: "No format that is offered",
        409: "The voice of one's own is being sought; `retry-after` says when to come back",
        429: "Too many requests; of voices of one's own also: the messages of this month are used up",
        500: "The speech could not be made",
        503: "The speech services are away or have too much to do; `retry-after` says when to come back",
    }
)


@router.post("/tts", response_class=Response, responses={**_SOUND, **_REFUSED})
@router.post(
    "/api/v1/tts", response_class=Response, responses={**_SOUND, **_REFUSED}, include_in_schema=False
)
async def tts(
    body: TtsRequest, caller: Calling, services: Wired, accept: Annotated[str, Header()] = ""
) -> Response:
    """Speaks a text: WAV with 24 kHz, unless `format` or `Accept` names another kind of file."""
    kind = _format(body.format, accept)
    await services.engines.synthesizer.known()
    own = await _own_voice(services, caller, body)
    if own is not None and (cloned := await _cloned(services, caller, own, body, kind)) is not None:
        return cloned
    if own is None:
        voice = services.voices.chosen(body.voice, body.language)
    else:
        voice = own_voice(_found(own).voice, body.language or DEFAULT_LANGUAGE)
    wanted = SpeechWish(body.text, voice, body.speed, kind)
    synthesizer = services.engines.synthesizer
    if own is None:  # somebody's own voice is nobody's business
        services.tallies.count(f"{VOICE}|{voice.name}")
    headers = {"x-voice": voice.name, "vary": "Accept", HEADER: "true"}
    if own is not None:
        headers[METHOD] = RESEMBLING
    counted = _counted(services, caller, own)
    if not body.stream:
        async with counted:
            made = await spoken(synthesizer, wanted, services.engines.mark)
        headers |= services.engines.mark.headers
        if own is not None:
            headers |= await _similarity(services, own, made.pcm)
        return Response(made.file, media_type=MEDIA_TYPES[kind], headers=headers)
    pieces = streamed(synthesizer, wanted, services.engines.mark)
    async with counted:
        first = await anext(pieces)  # so that a failure is still an answer of its own

    async def rest() -> AsyncIterator[bytes]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return StreamingResponse(rest(), media_type=MEDIA_TYPES[kind], headers=headers)


async def _own_voice(services: VoiceServices, caller: Caller, body: TtsRequest) -> OwnVoice | None:
    """None: a voice of the house. Raises ProblemError."""
    if body.voice_profile_id is None:
        return None
    if body.voice is not None:
        raise ProblemError(Problem(400, "invalid", "Only one of voice and voice_profile_id can speak."))
    language = body.language or DEFAULT_LANGUAGE
    return await services.profiles.profiles.own_voice(caller, body.voice_profile_id, language)


def _counted(
    services: VoiceServices, caller: Caller, own: OwnVoice | None
) -> AbstractAsyncContextManager[None]:
    """A text in a voice of one's own is a message of the month, at this door as at `clone`; others are not."""
    return nullcontext() if own is None else services.quota.counted(caller)


async def _cloned(
    services: VoiceServices, caller: Caller, own: OwnVoice, body: TtsRequest, kind: AudioFormat
) -> Response | None:
    """The whole sound, however it was asked for; None: it is not cloned, has another pace, or that failed."""
    if isinstance(own.clone, NotCloned) or body.speed != 1.0:
        return None
    language = body.language or DEFAULT_LANGUAGE
    try:
        async with services.quota.counted(caller):
            made = await services.messages.cloning.spoken(own.profile, own.clone, body.text, language)
    except (EngineError, TimeoutError) as error:
        log.warning("a voice could not be cloned", reason=type(error).__name__)
        return None
    headers = {"x-voice": OWN, "vary": "Accept", HEADER: "true", METHOD: CLONED}
    if made.watermark:
        headers[WATERMARK_HEADER] = made.watermark
    headers |= await _similarity(services, own, made.pcm)
    return Response((await as_file(made.pcm, kind)).file, media_type=MEDIA_TYPES[kind], headers=headers)


async def _similarity(services: VoiceServices, own: OwnVoice, pcm: Pcm) -> dict[str, str]:
    near = await services.messages.measuring.similar(own.print, pcm)
    return {} if near is None else {"x-voice-similarity": f"{near:.4f}"}


def _found(own: OwnVoice) -> FoundVoice:
    """Raises ProblemError(409): who asks for a voice of their own does not want another one."""
    if own.found is None:
        assert own.missing is not None  # one of the two is there
        raise ProblemError(Problem(409, own.missing.code, own.missing.message, {"retry_after_s": SEARCH_S}))
    return own.found


def _format(named: str | None, accept: str) -> AudioFormat:
    """Raises ProblemError(406)."""
    by_name = {kind.value: kind for kind in OFFERED}
    chosen = accepted(accept) if named is None else by_name.get(named.lower())
    if chosen is None:
        kinds = ", ".join(f"{kind} ({MEDIA_TYPES[kind]})" for kind in OFFERED)
        raise ProblemError(Problem(406, "no_such_format", f"Sound can be had as {kinds}."))
    return chosen
