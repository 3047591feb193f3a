"""What somebody in a meeting says of a caption or a voice; for the operator, what was said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, Field, field_validator

from auth_service.access.tokens import fingerprint
from auth_service.errors import Refused, not_authorised
from auth_service.http.dependencies import Bearer, Injected, count, count_address, count_known, same
from auth_service.http.fields import Language, SpokenLanguage, Token, timestamp
from auth_service.http.schemas import In, Out
from auth_service.storage.ratings import RatedThing, Rating, RatingReason
from auth_service.wiring import Container
from foundation.database import StorageError

PER_MINUTE = 20
"""By one session."""
LONGEST_WORDS = 1000

router = APIRouter(prefix="/api/v1/feedback", tags=["people"])


class RatingGiven(In):
    """A thumb, up or down, of one caption or of the voice that is heard."""

    session: Token
    about: Annotated[RatedThing, Field(strict=False)]
    thing: Annotated[str, Field(pattern=r"^[\x21-\x7e]{1,100}$")]
    """What is rated, as the page knows it apart from others: said of it again, the newest counts."""
    source_language: SpokenLanguage
    target_language: Language
    good: bool
    reason: Annotated[RatingReason | None, Field(strict=False)] = None
    words: Annotated[str | None, Field(max_length=LONGEST_WORDS)] = None
    """What was shown, where the person wants the operator to read it."""

    @field_validator("words")
    @classmethod
    def _readable(cls, words: str | None) -> str | None:
        kept = "".join(sign for sign in words or "" if sign.isprintable() or sign == "\n").strip()
        return kept or None


class RatedPairOut(Out):
    """How often one pair of languages was rated, in all rooms that are kept."""

    about: RatedThing
    source_language: str
    target_language: str
    profile: str
    """Of the interpreters that were there; empty where there were several kinds."""
    good: int
    bad: int


class RatedOut(Out):
    """One rating with its reason; of no room and nobody."""

    at: AwareDatetime
    about: RatedThing
    source_language: str
    target_language: str
    profile: str
    good: bool
    reason: RatingReason | None
    words: str | None


class RatingsOut(Out):
    """What people say."""

    languages: list[RatedPairOut]
    latest: list[RatedOut]
    """With a reason or words, the latest first, at most 100."""


@router.post("", status_code=204)
async def rate(given: RatingGiven, request: Request, services: Injected) -> None:
    """Says how good a caption or a voice is, by the session that joining gave. Who said it is not kept."""
    entry = await services.invites.renew(given.session)
    session = fingerprint(given.session)
    await count_known(request, services)
    await count(services, f"rating:{session}", PER_MINUTE)
    rating = Rating(
        about=given.about,
        source_language=given.source_language,
        target_language=given.target_language,
        good=given.good,
        reason=given.reason,
        words=None if entry.room.encrypted else given.words,  # of those no words leave the room
        profile=await _profile(services),
    )
    kept = await services.ratings.keep(entry.session.room, session, given.thing, rating, services.clock())
    if not kept:
        raise Refused(409, "too_many_ratings", "This meeting has had as many ratings as are kept.")
    services.metrics.rated(given.about, given.source_language, given.target_language, good=given.good)


@router.get("", tags=["operator"])
async def ratings(bearer: Bearer, request: Request, services: Injected) -> RatingsOut:
    """For the operator: what people say, by languages, with the latest reasons."""
    if bearer is None or not same(bearer.credentials, services.settings.auth.operator_key):
        raise not_authorised()
    await count_address(request, services, "operator's ratings", services.settings.auth.rooms_per_minute)
    return RatingsOut(
        languages=[
            RatedPairOut(
                about=RatedThing(pair.about),
                source_language=pair.source_language,
                target_language=pair.target_language,
                profile=pair.profile,
                good=pair.good,
                bad=pair.bad,
            )
            for pair in await services.ratings.pairs()
        ],
        latest=[
            RatedOut(**{**said, "at": timestamp(said["at"])}) for said in await services.ratings.with_reason()
        ],
    )


async def _profile(services: Container) -> str:
    """Of the workers that are there; empty where they differ, or nobody knows."""
    try:
        profiles = await services.workers.profiles(services.clock())
    except StorageError:  # a rating counts without it
        return ""
    return next(iter(profiles)) if len(profiles) == 1 else ""
