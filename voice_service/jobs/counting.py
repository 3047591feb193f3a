"""A job is one message of its tenant's month, however often it has to be begun.

What was counted stands in the job itself, changed in the same transaction: a worker that dies in the middle leaves
neither a message that nobody has had nor a job that nobody pays for.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import structlog
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import StorageError, transaction
from voice_service.accounts.quota import Quota, Taken, costs, give_back
from voice_service.accounts.records import Caller
from voice_service.jobs.records import Job
from voice_service.storage.job_tables import jobs

log = structlog.get_logger(__name__)


class JobQuota:
    """Counts jobs in the quota of messages. Every method raises StorageError when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine, quota: Quota) -> None:
        self._engine, self._quota = engine, quota

    @contextlib.asynccontextmanager
    async def counted(self, caller: Caller, job: Job) -> AsyncIterator[None]:
        """Counts a job unless a worker before has; it costs nothing where the block fails by our fault.

        Raises ProblemError(429, "quota_used_up").
        """
        await self.take(caller, job)
        try:
            yield
        except BaseException as error:
            if not costs(error):
                await self._try_to_give_back(job)
            raise

    async def take(self, caller: Caller, job: Job) -> None:
        """Counts a job unless a worker before has. Raises ProblemError(429, "quota_used_up")."""
        new = update(jobs).where(*_this_try(job), jobs.c.counted_in.is_(None))
        async with transaction(self._engine) as connection:
            month = self._quota.month()
            if (await connection.execute(new.values(counted_in=month))).rowcount:
                await self._quota.take_in(connection, caller, month)

    async def _try_to_give_back(self, job: Job) -> None:
        """What the job failed with matters more than that the database did not answer."""
        try:
            async with transaction(self._engine) as connection:
                found = select(jobs).where(*_this_try(job)).with_for_update()
                if (row := (await connection.execute(found)).first()) is not None:
                    await give_back_in(connection, row)
        except StorageError as error:
            log.warning("a job that failed was not given back", error=str(error))


async def give_back_in(connection: AsyncConnection, row: Row[Any]) -> None:
    """In the caller's transaction: a job failed by our fault and costs nothing. `row`: all columns of `voice_jobs`."""
    if row.counted_in is not None:
        await connection.execute(update(jobs).where(jobs.c.id == row.id).values(counted_in=None))
        await give_back(connection, Taken(row.tenant, row.counted_in))


def _this_try(job: Job) -> tuple[Any, ...]:
    """Whoever was too slow has nothing to say any more: the job has been begun again since."""
    return jobs.c.id == job.id, jobs.c.attempts == job.attempts
