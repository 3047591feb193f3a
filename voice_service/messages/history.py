"""What a tenant can look up of its messages, and have deleted."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, delete, func, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation import erasing
from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.messages.objects import Objects
from voice_service.messages.remembering import Remembered
from voice_service.storage.message_tables import messages

DAY_S: Final = 86_400.0
_SWEPT_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A row of `voice_messages`; see there."""

    id: str
    tenant: str
    person: str | None
    key: str
    status: str
    source_language: str | None
    target_language: str
    original_text: str | None
    translated_text: str | None
    input_object: str | None
    output_object: str | None
    duration_s: float
    voice_similarity: float | None
    processing_time_ms: float
    cached: bool
    translated_by: str
    error: str | None
    cache_keys: list[str]
    created_at: float
    completed_at: float | None
    transcript_confidence: float | None = None
    translation_score: float | None = None
    signal_to_noise_db: float | None = None
    clipped_share: float | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some entries, the newest first."""

    entries: tuple[HistoryEntry, ...]
    next_cursor: str | None
    """Where the next page begins; None where there is none."""


@dataclass(frozen=True, slots=True)
class PairCount:
    """How often was translated from one language into another."""

    source: str
    target: str
    messages: int


@dataclass(frozen=True, slots=True)
class Stats:
    """A tenant's messages as figures."""

    messages: int
    completed: int
    failed: int
    cached: int
    seconds: float
    """Of sound that was sent."""
    mean_processing_ms: float | None
    """Of messages that were not answered from an earlier one; None where there is none."""
    pairs: tuple[PairCount, ...]


class History:
    """Entries of all tenants; each call is about one tenant's own.

    Args:
        clock: Unix time, s.
        keep_s: what is older is deleted, with all that belongs to it.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        objects: Objects,
        remembered: Remembered,
        *,
        clock: Callable[[], float],
        keep_s: float,
    ) -> None:
        self._engine, self._objects, self._remembered = engine, objects, remembered
        self._clock, self.keep_s = clock, keep_s

    async def add(self, entry: HistoryEntry) -> None:
        """Notes a message; one that was tried before is noted anew. Raises StorageError."""
        row = {column.name: getattr(entry, column.name) for column in messages.columns}
        before = messages.c.tenant == entry.tenant, messages.c.id == entry.id
        async with transaction(self._engine) as connection:
            await connection.execute(delete(messages).where(*before))
            await connection.execute(insert(messages).values(row))

    async def page(self, tenant: str, *, limit: int, cursor: str | None) -> HistoryPage:
        """Raises ProblemError(422) for a cursor that no page gave; StorageError."""
        wanted = select(messages).where(messages.c.tenant == tenant)
        if cursor is not None:
            wanted = wanted.where(tuple_(messages.c.created_at, messages.c.id) < _place(cursor))
        wanted = wanted.order_by(messages.c.created_at.desc(), messages.c.id.desc()).limit(limit + 1)
        async with reading(self._engine) as connection:
            rows = (await connection.execute(wanted)).all()
        entries = tuple(_entry(row) for row in rows[:limit])
        return HistoryPage(entries, _cursor(entries[-1]) if len(rows) > limit else None)

    async def find(self, tenant: str, message: str) -> HistoryEntry:
        """Raises ProblemError(404) where the tenant has no such message; StorageError."""
        wanted = select(messages).where(messages.c.tenant == tenant, messages.c.id == message)
        async with reading(self._engine) as connection:
            row = (await connection.execute(wanted)).first()
        if row is None:
            raise ProblemError(Problem(404, "unknown_job", "There is no such message."))
        return _entry(row)

    async def delete(self, tenant: str, message: str) -> None:
        """Deletes a message: texts, sound, and what would answer it when it came again.

        Raises ProblemError(404), ObjectError, StorageError.
        """
        await self._delete([await self.find(tenant, message)])
        erasing.tell("message", message)

    async def stats(self, tenant: str) -> Stats:
        """Raises StorageError."""
        mine = messages.c.tenant == tenant
        fresh = (messages.c.status == "completed") & messages.c.cached.is_(False)
        totals = select(
            func.count().label("messages"),
            func.count().filter(messages.c.status == "completed").label("completed"),
            func.count().filter(messages.c.status == "failed").label("failed"),
            func.count().filter(messages.c.cached.is_(True)).label("cached"),
            func.coalesce(func.sum(messages.c.duration_s), 0.0).label("seconds"),
            func.avg(messages.c.processing_time_ms).filter(fresh).label("mean_processing_ms"),
        ).where(mine)
        ways = (
            select(messages.c.source_language, messages.c.target_language, func.count().label("count"))
            .where(mine, messages.c.source_language.is_not(None))
            .group_by(messages.c.source_language, messages.c.target_language)
            .order_by(func.count().desc(), messages.c.source_language, messages.c.target_language)
            .limit(100)
        )
        async with reading(self._engine) as connection:
            row = (await connection.execute(totals)).one()
            pairs = (await connection.execute(ways)).all()
        return Stats(**row._mapping, pairs=tuple(PairCount(*pair) for pair in pairs))

    async def sweep(self) -> None:
        """Deletes what is older than the operator keeps. Raises ObjectError, StorageError."""
        while True:
            old = select(messages).where(messages.c.created_at <= self._clock() - self.keep_s)
            async with reading(self._engine) as connection:
                rows = (await connection.execute(old.limit(_SWEPT_AT_ONCE))).all()
            if not rows:
                return
            await self._delete([_entry(row) for row in rows])

    async def _delete(self, entries: Sequence[HistoryEntry]) -> None:
        """The rows last, so that what fails can be tried again."""
        for entry in entries:
            await self._remembered.forget(entry.tenant, entry.cache_keys)
            await self._objects.delete(entry.input_object, entry.output_object)
        gone = delete(messages).where(messages.c.id.in_([entry.id for entry in entries]))
        async with transaction(self._engine) as connection:
            await connection.execute(gone)


def _entry(row: Row[Any]) -> HistoryEntry:
    return HistoryEntry(**row._mapping)


def _cursor(entry: HistoryEntry) -> str:
    return base64.urlsafe_b64encode(f"{entry.created_at!r} {entry.id}".encode()).decode().rstrip("=")


def _place(cursor: str) -> tuple[float, str]:
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
        created_at, _, message = text.partition(" ")
        at = float(created_at)
    except (ValueError, binascii.Error) as error:
        raise _wrong_cursor() from error
    if not 0 <= at < 1e12 or "\0" in message or len(message) > 24:
        raise _wrong_cursor()
    return at, message


def _wrong_cursor() -> ProblemError:
    return ProblemError(Problem(422, "wrong_cursor", "This cursor was not given by a page before."))
