"""`POST /tts`: a text spoken aloud."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header
from pydantic import BaseModel, Field, field_validator
from starlette.responses import Response, StreamingResponse

from foundation.http.problems import Problem, ProblemError
from pipeline.recordings.finishing import MEDIA_TYPES, AudioFormat
from protocol.fields import LanguageCode
from voice_service.http.dependencies import Calling, Wired
from voice_service.http.detail_errors import DetailRoute, described_details
from voice_service.http.negotiation import OFFERED, accepted
from voice_service.speech.speaking import SpeechWish, streamed, whole
from voice_service.watching.counted import VOICE

MOST_CHARACTERS = 500

router = APIRouter(tags=["speech"], route_class=DetailRoute)


class TtsRequest(BaseModel):
    """A text to speak."""

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    voice: Annotated[str | None, Field(max_length=100)] = None
    """A name from /voices; unless named "af", or the first voice of `language`."""
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
        "headers": {"X-Voice": {"description": "Who speaks", "schema": {"type": "string"}}},
    }
}
_REFUSED = described_details(
    {
        400: "The text is empty, longer than 500 characters or holds nothing to speak; another field, or the body, "
        "is wrong",
        401: "No valid key or token",
        404: "There is no such voice; `known` tells which there are",
        406: "No format that is offered",
        429: "Too many requests",
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
    await services.engines.speech.known()
    voice = services.voices.chosen(body.voice, body.language)
    wanted = SpeechWish(body.text, voice, body.speed, kind)
    synthesizer = services.engines.synthesizer
    services.tallies.count(f"{VOICE}|{voice.name}")
    headers = {"x-voice": voice.name, "vary": "Accept"}
    if not body.stream:
        sound = await whole(synthesizer, wanted)
        return Response(sound, media_type=MEDIA_TYPES[kind], headers=headers)
    pieces = streamed(synthesizer, wanted)
    first = await anext(pieces)  # so that a failure is still an answer of its own

    async def rest() -> AsyncIterator[bytes]:
        async with aclosing(pieces):
            yield first
            async for piece in pieces:
                yield piece

    return StreamingResponse(rest(), media_type=MEDIA_TYPES[kind], headers=headers)


def _format(named: str | None, accept: str) -> AudioFormat:
    """Raises ProblemError(406)."""
    by_name = {kind.value: kind for kind in OFFERED}
    chosen = accepted(accept) if named is None else by_name.get(named.lower())
    if chosen is None:
        kinds = ", ".join(f"{kind} ({MEDIA_TYPES[kind]})" for kind in OFFERED)
        raise ProblemError(Problem(406, "no_such_format", f"Sound can be had as {kinds}."))
    return chosen
