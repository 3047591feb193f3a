"""How many messages a tenant may have in a month, and has had."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import StorageError, reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.accounts.callers import not_authorised
from voice_service.accounts.records import Caller
from voice_service.storage.tables import usage

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Taken:
    """One message that was counted; `Quota.give_back` takes it."""

    tenant: str
    month: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What a tenant has had of this month's messages."""

    used: int
    left: int | None
    """None: there is no bound."""
    resets_at: datetime
    """When the next month begins, UTC."""


class Quota:
    """Counts messages by tenant and month of UTC, in the database: however many ask at once, none is one too many.

    Every method raises StorageError when the database cannot be reached.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        """`clock`: Unix time, s."""
        self._engine, self._clock = engine, clock

    async def take(self, caller: Caller) -> Taken:
        """Counts one message. Raises ProblemError(429, "quota_used_up"), with when the next month begins."""
        async with transaction(self._engine) as connection:
            return await self.take_in(connection, caller, self.month())

    async def take_in(self, connection: AsyncConnection, caller: Caller, month: str) -> Taken:
        """Likewise, in the caller's transaction. `month`: that of now."""
        most, now = caller.plan.messages_per_month, self._clock()
        if most is not None and most < 1:
            raise _used_up(most, now)
        dialect: Any = postgresql if connection.dialect.name == "postgresql" else sqlite
        counted = (
            dialect.insert(usage)
            .values(tenant=caller.tenant, month=month, used=1)
            .on_conflict_do_update(
                index_elements=[usage.c.tenant, usage.c.month],
                set_={"used": usage.c.used + 1},
                where=None if most is None else usage.c.used < most,
            )
            .returning(usage.c.used)
        )
        try:
            row = (await connection.execute(counted)).first()
        except IntegrityError as error:  # the tenant was removed since it was asked who asks
            raise not_authorised() from error
        if row is None:
            assert most is not None
            raise _used_up(most, now)
        return Taken(caller.tenant, month)

    async def give_back(self, taken: Taken) -> None:
        """A message failed by our fault and costs nothing. Once for each that was taken."""
        async with transaction(self._engine) as connection:
            await give_back(connection, taken)

    def month(self) -> str:
        """That of now in UTC, e.g. "2026-11"."""
        return _month(self._clock())

    @contextlib.asynccontextmanager
    async def counted(self, caller: Caller) -> AsyncIterator[None]:
        """Counts one message, which costs nothing where the block fails by our fault.

        A refusal that the caller has earned (4xx) costs as an answer does: it has had its share of the work.
        """
        taken = await self.take(caller)
        try:
            yield
        except BaseException as error:
            if not costs(error):
                await self._try_to_give_back(taken)
            raise

    async def _try_to_give_back(self, taken: Taken) -> None:
        """What the message failed with matters more than that the database did not answer."""
        try:
            await self.give_back(taken)
        except StorageError as error:
            log.warning("a message that failed was not given back", error=str(error))

    async def standing(self, caller: Caller) -> Standing:
        """What there is at this moment."""
        now = self._clock()
        mine = select(usage.c.used).where(usage.c.tenant == caller.tenant, usage.c.month == _month(now))
        async with reading(self._engine) as connection:
            used = (await connection.execute(mine)).scalar_one_or_none() or 0
        most = caller.plan.messages_per_month
        return Standing(used, None if most is None else max(0, most - used), resets_at(now))


async def give_back(connection: AsyncConnection, taken: Taken) -> None:
    """In the caller's transaction: as `Quota.give_back`."""
    await connection.execute(
        update(usage)
        .where(usage.c.tenant == taken.tenant, usage.c.month == taken.month, usage.c.used > 0)
        .values(used=usage.c.used - 1)
    )


def costs(error: BaseException) -> bool:
    """Whether a message that failed so is counted all the same: the refusal was earned."""
    return isinstance(error, ProblemError) and error.problem.status < 500


def used_up(caller: Caller, now: float) -> ProblemError:
    """For whoever asks with nothing left; `now` is Unix time, s."""
    return _used_up(caller.plan.messages_per_month or 0, now)


def _month(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m")


def resets_at(now: float) -> datetime:
    """When the month after that of `now`, Unix time, begins in UTC."""
    this = datetime.fromtimestamp(now, UTC)
    return datetime(this.year + this.month // 12, this.month % 12 + 1, 1, tzinfo=UTC)


def _used_up(most: int, now: float) -> ProblemError:
    resets = resets_at(now)
    more = {
        "limit": most,
        "resets_at": resets.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "retry_after_s": round(resets.timestamp() - now, 3),
    }
    return ProblemError(Problem(429, "quota_used_up", "The messages of this month are used up.", more))
