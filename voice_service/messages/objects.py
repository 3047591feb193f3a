"""Sound and what is remembered, as objects with random names in a directory or in S3.

A table says whose they are and how long they live; a watcher deletes those that nobody may have any more.
"""

from __future__ import annotations

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

import obstore
import structlog
from obstore.exceptions import BaseError
from obstore.store import LocalStore, ObjectStore, from_url
from sqlalchemy import delete, exists, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine

from config.settings import SettingsError
from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.storage.message_tables import objects
from voice_service.storage.profile_tables import profiles
from voice_service.storage.tables import tenants

log = structlog.get_logger(__name__)

_PIECE_BYTES: Final = 256 * 1024
_RANDOM_BYTES: Final = 24
_SWEEP_S: Final = 60.0
_SWEPT_AT_ONCE: Final = 200
_PATIENCE = timedelta(seconds=20)
_BROKEN: Final = (BaseError, OSError, ValueError)
"""What the library raises, `FileNotFoundError` for an object that is not there."""


class ObjectError(Exception):
    """The store could not be reached, or did not answer."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """What is known of an object."""

    name: str
    media_type: str
    bytes: int
    expires_at: float
    """Unix time, s."""


def open_store(directory: Path, url: str) -> ObjectStore:
    """A directory below `directory`, or what `url` names. Raises SettingsError.

    Keys for S3 come from the usual variables of the environment (`AWS_ACCESS_KEY_ID` and so on).
    """
    try:
        if not url:
            place = directory / "objects"
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            return LocalStore(place)
        if not url.startswith(("s3://", "s3a://")):
            raise SettingsError("voice.objects_url: only s3://bucket/prefix is supported")
        return from_url(
            url,
            client_options={
                "timeout": _PATIENCE,
                "connect_timeout": timedelta(seconds=5),
                "allow_http": os.environ.get("AWS_ENDPOINT_URL", "").startswith("http://"),
            },
            retry_config={"max_retries": 2, "retry_timeout": _PATIENCE},
        )
    except _BROKEN as error:
        raise SettingsError(
            f"voice.objects_url: the store cannot be opened ({type(error).__name__})"
        ) from error


class Objects:
    """Puts, reads and deletes objects of tenants.

    The library is asked in threads, each of which ends within its own time limits: its answers to an event loop that
    has ended meanwhile would abort the process.
    """

    def __init__(self, store: ObjectStore, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._store, self._engine, self._clock = store, engine, clock

    async def put(
        self,
        tenant: str,
        data: bytes,
        *,
        suffix: str,
        media_type: str,
        expires_at: float,
        profile: str | None = None,
    ) -> str:
        """Keeps an object until `expires_at`; its name. Raises ObjectError, StorageError.

        Args:
            profile: whose voice of their own is in it: it goes with that.
        """
        name = secrets.token_urlsafe(_RANDOM_BYTES) + suffix
        row = {
            "name": name, "tenant": tenant, "media_type": media_type, "bytes": len(data),
            "created_at": self._clock(), "expires_at": expires_at, "profile": profile,
        }  # fmt: skip
        async with transaction(self._engine) as connection:  # first, so that no object is without a row
            await connection.execute(insert(objects).values(row))
        try:
            await asyncio.to_thread(obstore.put, self._store, name, data)
        except _BROKEN as error:
            raise ObjectError(type(error).__name__) from error
        return name

    async def find(self, name: str) -> StoredObject:
        """Raises ProblemError(404) for an object that is not there, or not any more; StorageError."""
        wanted = select(objects).where(objects.c.name == name, objects.c.expires_at > self._clock())
        async with reading(self._engine) as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise _gone()
        return StoredObject(row.name, row.media_type, row.bytes, row.expires_at)

    async def read(self, name: str) -> bytes:
        """The whole object. Raises ProblemError(404), ObjectError, StorageError."""
        found = await self.find(name)
        return b"".join([piece async for piece in self.pieces(found, 0, found.bytes)])

    async def pieces(self, found: StoredObject, first: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `first` to before `end`. Raises ProblemError(404), ObjectError."""
        for at in range(first, end, _PIECE_BYTES):
            yield await self._piece(found.name, at, min(at + _PIECE_BYTES, end))

    async def delete(self, *names: str | None) -> None:
        """Deletes objects; those that are not there are no error. Raises ObjectError, StorageError."""
        known = [name for name in names if name is not None]
        for name in known:
            await self._delete(name)
        if known:
            async with transaction(self._engine) as connection:
                await connection.execute(delete(objects).where(objects.c.name.in_(known)))

    async def discard(self, *names: str | None) -> None:
        """Deletes what nobody needs; where the store does not answer it goes when it expires. Raises StorageError."""
        try:
            await self.delete(*names)
        except ObjectError as error:
            log.warning("sound is kept until it expires", error=str(error))

    async def sweep(self) -> int:
        """Deletes what has expired, and what belonged to tenants or voices that are no more; how many.

        Raises as `delete`.
        """
        there = exists().where(tenants.c.id == objects.c.tenant)
        voice_there = objects.c.profile.is_(None) | exists().where(profiles.c.id == objects.c.profile)
        over = select(objects.c.name).where(or_(objects.c.expires_at <= self._clock(), ~there, ~voice_there))
        async with reading(self._engine) as connection:
            names = list((await connection.execute(over.limit(_SWEPT_AT_ONCE))).scalars())
        await self.delete(*names)
        return len(names)

    async def keep_sweeping(self) -> None:
        """Sweeps until cancelled."""
        while True:
            while await self.sweep() == _SWEPT_AT_ONCE:
                pass
            await asyncio.sleep(_SWEEP_S)

    async def _piece(self, name: str, first: int, end: int) -> bytes:
        try:
            return bytes(await asyncio.to_thread(obstore.get_range, self._store, name, start=first, end=end))
        except FileNotFoundError as error:
            raise _gone() from error
        except _BROKEN as error:
            raise ObjectError(type(error).__name__) from error

    async def _delete(self, name: str) -> None:
        try:
            await asyncio.to_thread(obstore.delete, self._store, name)
        except FileNotFoundError:
            log.debug("object was deleted already")
        except _BROKEN as error:
            raise ObjectError(type(error).__name__) from error


def _gone() -> ProblemError:
    return ProblemError(Problem(404, "not_found", "There is no such sound, or not any more."))
