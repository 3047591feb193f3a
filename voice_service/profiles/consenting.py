"""Consent is asked for, read aloud, and checked: the words, the code in them, and the voice.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from pipeline.text.languages import base
from voice_service.profiles.readings import fault_in
from voice_service.profiles.records import ConsentAsked, VoiceProfile
from voice_service.profiles.wordings import WORDINGS, new_code, sentence_with
from voice_service.storage.profile_tables import consents

VALID_S: Final = 600.0
"""How long a sentence may be read."""
MOST_TRIES: Final = 3
MOST_OPEN: Final = 5
"""Sentences of one profile that wait to be read; of more the oldest are forgotten."""


class Consents:
    """Asks for consent and checks what was said."""

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._engine, self._clock = engine, clock

    async def ask(
        self, profile: VoiceProfile, language: str, key: str, *, cloning: bool = False
    ) -> ConsentAsked:
        """A sentence to be read. Raises ProblemError(422) for a language without one; `known` are those with.

        Args:
            key: id of the one that it is asked for with.
            cloning: whether it is about a clone as well.
        """
        if base(language) not in WORDINGS:
            detail = "Consent cannot be read in this language."
            raise ProblemError(Problem(422, "unknown_language", detail, {"known": sorted(WORDINGS)}))
        now, code = self._clock(), new_code(language)
        asked = ConsentAsked(
            id=secrets.token_hex(12),
            profile=profile.id,
            language=base(language),
            wording=sentence_with(language, code, cloning=cloning),
            code=code,
            asked_at=now,
            valid_until=now + VALID_S,
            tries=0,
        )
        mine = (consents.c.profile == profile.id) & consents.c.given_at.is_(None)
        younger = select(consents.c.id).where(mine).order_by(consents.c.asked_at.desc()).limit(MOST_OPEN - 1)
        async with transaction(self._engine) as connection:
            kept = list((await connection.execute(younger)).scalars())
            await connection.execute(delete(consents).where(mine, consents.c.id.not_in(kept)))
            await connection.execute(
                insert(consents).values(
                    id=asked.id, profile=profile.id, key=key, language=asked.language, wording=asked.wording,
                    code=" ".join(code), asked_at=now, valid_until=asked.valid_until, tries=0,
                )
            )  # fmt: skip
        return asked

    async def find(self, profile: VoiceProfile, consent: str) -> ConsentAsked:
        """Raises ProblemError: 404 for one that is not this profile's, 410 for one that may not be read any more."""
        wanted = select(consents).where(consents.c.id == consent, consents.c.profile == profile.id)
        row = None
        if consent.isascii():
            async with reading(self._engine) as connection:
                row = (await connection.execute(wanted)).first()
        if row is None:
            raise ProblemError(Problem(404, "unknown_consent", "There is no such consent for this profile."))
        if row.given_at is not None or row.tries >= MOST_TRIES or row.valid_until <= self._clock():
            detail = "This sentence was read, was read wrongly too often, or is too old. Ask for another one."
            raise ProblemError(Problem(410, "consent_expired", detail))
        return ConsentAsked(
            id=row.id,
            profile=row.profile,
            language=row.language,
            wording=row.wording,
            code=tuple(row.code.split()),
            asked_at=row.asked_at,
            valid_until=row.valid_until,
            tries=row.tries,
        )

    async def check(self, asked: ConsentAsked, heard: str) -> None:
        """Raises ProblemError(422) where the sentence or its code was not read, and counts that."""
        fault = fault_in(heard, asked.wording, asked.code)
        if fault is None:
            return
        async with transaction(self._engine) as connection:
            tried = update(consents).where(consents.c.id == asked.id).values(tries=consents.c.tries + 1)
            await connection.execute(tried)
        left = max(0, MOST_TRIES - asked.tries - 1)
        detail = f"The {fault.value} was not understood as it is written. Read the whole text aloud."
        more = {"missing": fault.value, "tries_left": left}
        raise ProblemError(Problem(422, "consent_not_spoken", detail, more))

    async def sweep(self) -> None:
        """Forgets sentences that nobody read in time."""
        unread = consents.c.given_at.is_(None) & (consents.c.valid_until <= self._clock())
        async with transaction(self._engine) as connection:
            await connection.execute(delete(consents).where(unread))
