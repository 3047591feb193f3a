"""Which languages there are, and what can be done with each."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from voice_service.http.dependencies import Calling, Wired
from voice_service.messages.choices import choices_of
from voice_service.messages.languages import joint

router = APIRouter(tags=["voice messages"])


class OfferedLanguage(BaseModel):
    """What can be done with a language at the moment."""

    code: str
    heard: bool
    spoken: bool
    translated_into: list[str]
    """By the engines of the house."""
    translated_outside_into: list[str]
    """By services outside the house; empty unless the operator has set one up and the tenant has agreed."""


class OutsideService(BaseModel):
    """A translation service outside the house that the operator has set up."""

    name: str
    agreed: bool
    """Whether the tenant's texts go there."""


class OfferedLanguages(BaseModel):
    """Everything that can be asked for."""

    languages: list[OfferedLanguage]
    outside: list[OutsideService]
    """In the order in which they are asked, before the engines of the house."""


@router.get("/api/v1/languages")
async def languages(caller: Calling, services: Wired) -> OfferedLanguages:
    """What can be heard, translated and spoken, as the speech services say that are there, and were."""
    room, engines = services.messages, services.engines
    agreed = (await choices_of(services.engine, caller.tenant)).outside
    outside = await room.offered.offers() if agreed else ()
    found = joint(await room.heard.heard(), engines.translator, engines.synthesizer, outside)
    return OfferedLanguages(
        languages=[
            OfferedLanguage(
                code=offer.code,
                heard=offer.heard,
                spoken=offer.spoken,
                translated_into=list(offer.translated_into),
                translated_outside_into=list(offer.translated_outside_into),
            )
            for offer in found
        ],
        outside=[OutsideService(name=service.name, agreed=agreed) for service in room.offered.services],
    )
