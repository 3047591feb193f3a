"""`/voices`: who speaks, and how that sounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, cast
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from pipeline.recordings.finishing import MEDIA_TYPES
from voice_service.http.dependencies import Calling, Wired
from voice_service.speech.samples import FORMAT
from voice_service.speech.voices import DEFAULT, KnownVoice, Tier

router = APIRouter(tags=["speech"])

NamedVoice = Annotated[str, Path(max_length=100)]
VoiceLanguage = Annotated[
    str, Query(description="Only voices of this language (BCP 47); empty for all", max_length=35)
]


@dataclass(frozen=True, slots=True)
class VoiceView:
    """A voice. What is not known of it is null."""

    name: str
    """For `voice` in /tts."""
    display_name: str
    language: str
    """BCP 47."""
    accent: str | None
    """E.g. "British"."""
    register: Literal["low", "high"] | None
    """How high it speaks."""
    description: str | None
    engine: str
    tier: Tier
    cloneable: bool
    """Whether voices of one's own are made with it: mixed, so that they resemble somebody's."""
    sample_url: str
    """Relative to this service; needs the same key."""


@dataclass(frozen=True, slots=True)
class VoicesView:
    """The voices that are there, each language's default first."""

    default: str | None
    """Who speaks where neither voice nor language is named."""
    voices: list[VoiceView]


@router.get("/voices")
@router.get("/api/v1/voices", include_in_schema=False)
async def voices(caller: Calling, services: Wired, language: VoiceLanguage = "") -> VoicesView:
    """Who can speak. A language that nobody speaks has no voices."""
    await services.engines.synthesizer.known()
    known = services.voices.all(language)
    names = [voice.name for voice in known]
    default = DEFAULT if DEFAULT in names else next(iter(names), None)
    return VoicesView(default, [_view(voice) for voice in known])


@router.get(
    "/voices/{name}/sample",
    response_class=Response,
    responses={
        200: {"content": {MEDIA_TYPES[FORMAT]: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
@router.get("/api/v1/voices/{name}/sample", response_class=Response, include_in_schema=False)
async def sample(name: NamedVoice, caller: Calling, services: Wired) -> Response:
    """A short sentence in this voice."""
    await services.engines.synthesizer.known()
    sound = await services.samples.of(services.voices.named(name))
    headers = {"cache-control": "private, max-age=86400"}
    return Response(sound, media_type=MEDIA_TYPES[FORMAT], headers=headers)


def _view(voice: KnownVoice) -> VoiceView:
    facts, own = voice.facts, voice.own
    return VoiceView(
        name=voice.name,
        display_name=voice.display_name,
        language=own.language,
        accent=facts.accent or None,
        register=cast(Literal["low", "high"], own.register) if own.register in ("low", "high") else None,
        description=facts.description or None,
        engine=voice.engine,
        tier=voice.tier,
        cloneable=own.blends,
        sample_url=f"/voices/{quote(voice.name, safe='')}/sample",
    )
