"""Profiles in the database. Whoever asks sees their own and no others.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.audit import Deed, record
from voice_service.profiles.records import (
    ConsentGiven,
    FoundVoice,
    NewSample,
    Owner,
    ProfileLevel,
    Voiceprint,
    VoiceProfile,
)
from voice_service.storage.message_tables import messages, objects
from voice_service.storage.profile_tables import consents, profiles, resembling, samples
from voice_service.storage.tables import tenants

DAY_S: Final = 86_400.0
_SWEPT_AT_ONCE: Final = 100


class ProfileStore:
    """Keeps profiles; each method is one transaction, with what it did in the audit table.

    Args:
        clock: Unix time, s.
        most: how many somebody may have.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float], most: int) -> None:
        self._engine, self._clock, self._most = engine, clock, most

    async def all_of(self, owner: Owner) -> list[VoiceProfile]:
        """The oldest first."""
        async with reading(self._engine) as connection:
            return await self._read(connection, _owned(owner))

    async def find(self, owner: Owner, profile: str | None) -> VoiceProfile:
        """By id; None: the default. Raises ProblemError(404): it is not there, not any more, or somebody else's."""
        which = profiles.c.is_default.is_(True) if profile is None else profiles.c.id == profile
        if profile is not None and not profile.isascii():
            raise unknown_profile()
        async with reading(self._engine) as connection:
            found = await self._read(connection, _owned(owner) & which)
        if not found:
            raise unknown_profile()
        return found[0]

    async def add(self, owner: Owner, name: str, *, is_default: bool, keep_days: int, who: str) -> str:
        """A new one without anything in it; its id. The first becomes the default. Raises ProblemError(409)."""
        now, identifier = self._clock(), secrets.token_hex(12)
        async with transaction(self._engine) as connection:
            # whoever else adds one for this tenant waits here, so that the bound holds
            await connection.execute(
                select(tenants.c.id).where(tenants.c.id == owner.tenant).with_for_update()
            )
            count = select(func.count()).select_from(profiles).where(_owned(owner), self._there())
            there = int((await connection.execute(count)).scalar_one())
            if there >= self._most:
                detail = f"There may be {self._most} voice profiles at most; delete one first."
                raise ProblemError(Problem(409, "profiles_full", detail, {"limit": self._most}))
            if is_default:
                await self._no_default(connection, owner)
            await connection.execute(
                insert(profiles).values(
                    id=identifier, tenant=owner.tenant, person=owner.person, name=name,
                    is_default=is_default or not there, keep_days=keep_days, encoder="", speech_s=0.0,
                    revision=0, created_at=now, updated_at=now, expires_at=now + keep_days * DAY_S,
                )
            )  # fmt: skip
            await self._note(connection, owner, who, "profile made", identifier)
        return identifier

    async def change(self, known: VoiceProfile, values: Mapping[str, Any], who: str) -> None:
        """`values`: of `name`, `is_default`, `keep_days`. Raises ProblemError: 404 where it went meanwhile, 422."""
        changed = dict(values) | {"updated_at": self._clock()}
        async with transaction(self._engine) as connection:
            if values.get("is_default"):
                await self._no_default(connection, known.owner)
            if "keep_days" in values:
                changed["expires_at"] = self._end_of(known, values["keep_days"])
                await self._keep_samples(connection, known.id, changed["expires_at"])
            of_it = update(profiles).where(profiles.c.id == known.id).values(**changed)
            if not (await connection.execute(of_it)).rowcount:
                raise unknown_profile()
            await self._note(connection, known.owner, who, "profile changed", known.id)

    async def grow(
        self,
        known: VoiceProfile,
        print_: Voiceprint,
        sample: NewSample,
        who: str,
        consent: str | None = None,
    ) -> bool:
        """Takes a sample in; False where the profile has changed, or gone, since it was read.

        Args:
            consent: id of the one that is spoken in it.
        """
        now = self._clock()
        values: dict[str, Any] = {
            "embedding": _to_bytes(print_), "encoder": print_.encoder, "speech_s": print_.speech_s,
            "pitch_hz": print_.pitch_hz or None, "brightness_hz": print_.brightness_hz or None,
            "revision": known.revision + 1, "updated_at": now,
        }  # fmt: skip
        if consent is not None:
            values["expires_at"] = now + known.keep_days * DAY_S
        as_read = and_(profiles.c.id == known.id, profiles.c.revision == known.revision)
        async with transaction(self._engine) as connection:
            if not (await connection.execute(update(profiles).where(as_read).values(**values))).rowcount:
                return False
            await connection.execute(
                insert(samples).values(
                    id=secrets.token_hex(12), profile=known.id, object=sample.object,
                    speech_s=sample.speech_s, similarity=sample.similarity, consent=consent, created_at=now,
                )
            )  # fmt: skip
            if consent is not None:
                await connection.execute(
                    update(consents).where(consents.c.id == consent).values(given_at=now)
                )
                await self._keep_samples(connection, known.id, values["expires_at"])
                await self._note(connection, known.owner, who, "consent spoken", known.id)
            await self._note(connection, known.owner, who, "sample taken", known.id)
        return True

    async def keep_voice(self, profile: str, found: FoundVoice) -> bool:
        """A voice that was found, instead of an earlier one; False where the profile has gone since."""
        of_language = and_(resembling.c.profile == profile, resembling.c.language == found.language)
        async with transaction(self._engine) as connection:
            there = select(profiles.c.id).where(profiles.c.id == profile, self._there()).with_for_update()
            if (await connection.execute(there)).first() is None:
                return False
            await connection.execute(delete(resembling).where(of_language))
            await connection.execute(
                insert(resembling).values(
                    profile=profile, language=found.language, voice=found.voice,
                    similarity_before=found.similarity_before, similarity_after=found.similarity_after,
                    level=found.level.value, found_at=found.found_at,
                )
            )  # fmt: skip
        return True

    async def delete(self, known: VoiceProfile, who: str) -> list[str]:
        """Deletes it with all that was measured; what was made with it is not remembered from now on.

        Returns:
            names of the objects with this voice, which are to be deleted as well.
        """
        async with transaction(self._engine) as connection:
            return await self._delete(connection, known.owner, known.id, who)

    async def sweep(self) -> list[str]:
        """Deletes those whose time is over, at most so many; names of their objects."""
        over = select(profiles.c.id, profiles.c.tenant, profiles.c.person).where(~self._there())
        names: list[str] = []
        async with transaction(self._engine) as connection:
            for row in (await connection.execute(over.limit(_SWEPT_AT_ONCE))).all():
                owner = Owner(row.tenant, row.person)
                names += await self._delete(connection, owner, row.id, "its time was over")
        return names

    async def sample_objects(self, profile: str) -> list[str]:
        """Names of the objects with what was heard, the oldest first."""
        wanted = select(samples.c.object).where(samples.c.profile == profile).order_by(samples.c.created_at)
        async with reading(self._engine) as connection:
            return list((await connection.execute(wanted)).scalars())

    def _end_of(self, known: VoiceProfile, keep_days: int) -> float:
        """Raises ProblemError(422) for a time that is over: nobody deletes a voice by mistake."""
        begins = known.created_at if known.consent is None else known.consent.at
        end = begins + keep_days * DAY_S
        if end <= self._clock():
            detail = "That time is over already; to be rid of the profile, delete it."
            raise ProblemError(Problem(422, "invalid", detail))
        return end

    def _there(self) -> ColumnElement[bool]:
        return profiles.c.expires_at > self._clock()

    async def _read(self, connection: AsyncConnection, which: ColumnElement[bool]) -> list[VoiceProfile]:
        wanted = select(profiles).where(which, self._there()).order_by(profiles.c.created_at, profiles.c.id)
        rows = (await connection.execute(wanted)).all()
        of_them = [row.id for row in rows]
        given = select(consents).where(consents.c.profile.in_(of_them), consents.c.given_at.is_not(None))
        agreed = {row.profile: row for row in await connection.execute(given.order_by(consents.c.given_at))}
        found: dict[str, list[FoundVoice]] = {}
        for row in await connection.execute(
            select(resembling).where(resembling.c.profile.in_(of_them)).order_by(resembling.c.language)
        ):
            found.setdefault(row.profile, []).append(_voice(row))
        counted = (
            select(samples.c.profile, func.count().label("samples"))
            .where(samples.c.profile.in_(of_them))
            .group_by(samples.c.profile)
        )
        counts = {row.profile: row.samples for row in await connection.execute(counted)}
        return [
            _profile(row, agreed.get(row.id), found.get(row.id, ()), counts.get(row.id, 0)) for row in rows
        ]

    async def _delete(self, connection: AsyncConnection, owner: Owner, profile: str, who: str) -> list[str]:
        """The rows that point to it go with it: samples, consents, voices, what is remembered."""
        of_it = select(objects.c.name).where(objects.c.profile == profile)
        names = list((await connection.execute(of_it)).scalars())
        if names:
            spoken = messages.c.output_object.in_(names)
            await connection.execute(update(messages).where(spoken).values(output_object=None))
        gone = await connection.execute(delete(profiles).where(profiles.c.id == profile))
        if gone.rowcount:
            await self._note(connection, owner, who, "profile deleted", profile)
        return names

    @staticmethod
    async def _no_default(connection: AsyncConnection, owner: Owner) -> None:
        await connection.execute(update(profiles).where(_owned(owner)).values(is_default=False))

    @staticmethod
    async def _keep_samples(connection: AsyncConnection, profile: str, until: float) -> None:
        names = select(samples.c.object).where(samples.c.profile == profile)
        await connection.execute(update(objects).where(objects.c.name.in_(names)).values(expires_at=until))

    async def _note(
        self, connection: AsyncConnection, owner: Owner, who: str, what: str, profile: str
    ) -> None:
        await record(connection, Deed(self._clock(), who, what, f"profile {profile}", owner.tenant))


def unknown_profile() -> ProblemError:
    """Nobody is told whether it is somebody else's."""
    return ProblemError(Problem(404, "unknown_profile", "There is no such voice profile."))


def _owned(owner: Owner) -> ColumnElement[bool]:
    person = profiles.c.person
    return and_(
        profiles.c.tenant == owner.tenant,
        person.is_(None) if owner.person is None else person == owner.person,
    )


def _to_bytes(print_: Voiceprint) -> bytes:
    return print_.embedding.astype("<f4").tobytes()


def _profile(
    row: Row[Any], agreed: Row[Any] | None, voices: Sequence[FoundVoice], count: int
) -> VoiceProfile:
    return VoiceProfile(
        id=row.id,
        owner=Owner(row.tenant, row.person),
        name=row.name,
        is_default=row.is_default,
        keep_days=row.keep_days,
        print=_print(row),
        samples=count,
        consent=None if agreed is None else _given(agreed),
        voices=tuple(voices),
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        expires_at=row.expires_at,
    )


def _print(row: Row[Any]) -> Voiceprint | None:
    if row.embedding is None:
        return None
    embedding = np.frombuffer(row.embedding, "<f4").astype(np.float32)
    return Voiceprint(embedding, row.encoder, row.speech_s, row.pitch_hz or 0.0, row.brightness_hz or 0.0)


def _given(row: Row[Any]) -> ConsentGiven:
    return ConsentGiven(
        id=row.id, at=row.given_at, by_key=row.key, language=row.language, wording=row.wording
    )


def _voice(row: Row[Any]) -> FoundVoice:
    return FoundVoice(
        language=row.language,
        voice=row.voice,
        similarity_before=row.similarity_before,
        similarity_after=row.similarity_after,
        level=ProfileLevel(row.level),
        found_at=row.found_at,
    )
