"""What people say of messages: each once of each, to be changed and taken back. It goes when the message goes.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, and_, delete, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.records import Caller
from voice_service.storage.message_tables import messages
from voice_service.storage.quality_tables import feedback

LONGEST_COMMENT: Final = 500
"""Characters."""
LONGEST_PAGE: Final = 200


class Issue(StrEnum):
    """What is wrong with an answer, in a word."""

    WRONG_WORDS = "wrong_words"
    """Other words were heard than were said."""
    WRONG_TRANSLATION = "wrong_translation"
    WRONG_LANGUAGE = "wrong_language"
    BAD_QUALITY = "bad_quality"
    """Of the sound."""
    WRONG_VOICE = "wrong_voice"
    TOO_SLOW = "too_slow"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What somebody says of one message."""

    rating: int
    """1 (bad) to 5 (good)."""
    sounds_like_me: bool | None = None
    translation_correct: bool | None = None
    issue: Issue | None = None
    comment: str | None = field(default=None, repr=False)
    """In one's own words, for the operator; never logged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenOpinion:
    """An opinion as it is kept."""

    message: str
    tenant: str
    opinion: Opinion
    created_at: float
    """Unix time, s."""
    changed_at: float
    source_language: str | None
    target_language: str


class Feedback:
    """Opinions of all tenants; whoever gives one gives it of a message of their own tenant.

    Args:
        clock: Unix time, s.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        self._engine, self._clock = engine, clock

    async def give(self, caller: Caller, message: str, opinion: Opinion) -> GivenOpinion:
        """Keeps an opinion in the place of the one before. Raises ProblemError(404): no such message of theirs."""
        now = self._clock()
        values = {
            **asdict(opinion),
            "tenant": caller.tenant,
            "person": caller.person,
            "changed_at": now,
        }
        async with transaction(self._engine) as connection:
            mine = and_(messages.c.id == message, messages.c.tenant == caller.tenant)
            if (await connection.execute(select(messages.c.id).where(mine))).first() is None:
                raise unknown_message()
            dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
            kept = (
                dialect.insert(feedback)
                .values(message=message, rater=_rater(caller), created_at=now, **values)
                .on_conflict_do_update(index_elements=[feedback.c.message, feedback.c.rater], set_=values)
            )
            try:
                await connection.execute(kept)
            except IntegrityError as error:  # message or person went since we looked
                raise unknown_message() from error
            return _said((await connection.execute(_SAID.where(_by(caller, message)))).one())

    async def find(self, caller: Caller, message: str) -> GivenOpinion:
        """What the caller has said. Raises ProblemError(404) where that is nothing."""
        async with reading(self._engine) as connection:
            row = (await connection.execute(_SAID.where(_by(caller, message)))).first()
        if row is None:
            raise ProblemError(Problem(404, "no_feedback", "Nothing was said of this message."))
        return _said(row)

    async def take_back(self, caller: Caller, message: str) -> None:
        """Nothing was said of it any more, also where nothing was."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(feedback).where(_by(caller, message)))

    async def page(
        self, *, limit: int, before: tuple[float, str] | None, comments: bool
    ) -> list[GivenOpinion]:
        """For operators: of all tenants, what was said last first.

        Args:
            before: `changed_at` and message of the last one of the page before.
            comments: only what has words of its own.
        """
        wanted = _SAID.order_by(feedback.c.changed_at.desc(), feedback.c.message.desc()).limit(limit)
        if comments:
            wanted = wanted.where(feedback.c.comment.is_not(None))
        if before is not None:
            wanted = wanted.where(tuple_(feedback.c.changed_at, feedback.c.message) < before)
        async with reading(self._engine) as connection:
            return [_said(row) for row in await connection.execute(wanted)]


_SAID: Final = select(feedback, messages.c.source_language, messages.c.target_language).join(
    messages, messages.c.id == feedback.c.message
)


def unknown_message() -> ProblemError:
    """Of one that is not there, or another tenant's: both look the same."""
    return ProblemError(Problem(404, "unknown_job", "There is no such message."))


def _rater(caller: Caller) -> str:
    return caller.person or caller.key


def _by(caller: Caller, message: str) -> Any:
    return and_(
        feedback.c.message == message,
        feedback.c.rater == _rater(caller),
        feedback.c.tenant == caller.tenant,
    )


def _said(row: Row[Any]) -> GivenOpinion:
    return GivenOpinion(
        message=row.message,
        tenant=row.tenant,
        opinion=Opinion(
            rating=row.rating,
            sounds_like_me=row.sounds_like_me,
            translation_correct=row.translation_correct,
            issue=None if row.issue is None else Issue(row.issue),
            comment=row.comment,
        ),
        created_at=row.created_at,
        changed_at=row.changed_at,
        source_language=row.source_language,
        target_language=row.target_language,
    )
