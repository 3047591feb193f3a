"""What people in meetings say of captions and voices. It goes with the room, and when the room is erased.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import case, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from auth_service.storage.tables import ratings
from foundation.database import reading, transaction

MOST_OF_ROOM: Final = 2000
MOST_SHOWN: Final = 100


class RatedThing(StrEnum):
    """What is rated."""

    CAPTION = "caption"
    VOICE = "voice"


class RatingReason(StrEnum):
    """What is wrong with it."""

    WRONG_WORDS = "wrong_words"
    WRONG_TRANSLATION = "wrong_translation"
    WRONG_LANGUAGE = "wrong_language"
    BAD_SOUND = "bad_sound"
    TOO_LATE = "too_late"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One thumb, up or down."""

    about: RatedThing
    source_language: str
    """"auto" where it is not one."""
    target_language: str
    good: bool
    reason: RatingReason | None
    words: str | None = field(repr=False)
    """What was shown; only where the person ticked it."""
    profile: str
    """Which engines the workers had, as far as one profile says it; else empty."""


@dataclass(frozen=True, slots=True)
class RatedPair:
    """How often one pair of languages was rated."""

    about: str
    source_language: str
    target_language: str
    profile: str
    good: int
    bad: int


class Ratings:
    """Of all rooms."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, room: str, session: str, thing: str, rating: Rating, now: float) -> bool:
        """In the place of what the same session said of the same thing before. False: the room has too many.

        Args:
            session: its fingerprint.
            thing: what is rated, as the page knows it apart from others of its kind.
            now: Unix time, s.
        """
        name = hashlib.sha256(f"{session}:{rating.about}:{thing}".encode()).hexdigest()
        async with transaction(self._engine) as connection:
            await connection.execute(delete(ratings).where(ratings.c.id == name))
            kept = select(func.count()).select_from(ratings).where(ratings.c.room == room)
            if (await connection.scalar(kept) or 0) >= MOST_OF_ROOM:
                return False
            await connection.execute(insert(ratings).values(id=name, room=room, at=now, **asdict(rating)))
        return True

    async def pairs(self) -> list[RatedPair]:
        """Of all rooms that are kept, the most rated first."""
        ways = ratings.c.about, ratings.c.source_language, ratings.c.target_language, ratings.c.profile
        query = (
            select(
                *ways,
                func.sum(case((ratings.c.good.is_(True), 1), else_=0)),
                func.sum(case((ratings.c.good.is_(True), 0), else_=1)),
            )
            .group_by(*ways)
            .order_by(func.count().desc(), *ways)
            .limit(MOST_SHOWN)
        )
        async with reading(self._engine) as connection:
            return [RatedPair(*row) for row in await connection.execute(query)]

    async def with_reason(self) -> list[dict[str, Any]]:
        """The latest with a reason or words, without room and person; `at` is Unix time, s."""
        said = ratings.c.reason.is_not(None) | ratings.c.words.is_not(None)
        columns = [column for column in ratings.c if column.name not in ("id", "room")]
        query = select(*columns).where(said).order_by(ratings.c.at.desc()).limit(MOST_SHOWN)
        async with reading(self._engine) as connection:
            return [dict(row) for row in (await connection.execute(query)).mappings()]
