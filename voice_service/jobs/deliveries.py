"""What is still to be told of jobs that are over, in the database, so that it is told after a restart too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import transaction
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.records import Job
from voice_service.jobs.rows import job_of
from voice_service.storage.job_tables import deliveries, jobs

AT_ONCE: Final = 20
LEASE_S: Final = 60.0
"""Whoever tells something has so long; then another one does."""


@dataclass(frozen=True, slots=True)
class WebhookDelivery:
    """Somebody is to be told of a job."""

    job: Job
    attempts: int
    """How often it was tried."""


class Deliveries:
    """Every method raises StorageError when the database cannot be reached."""

    def __init__(self, engine: AsyncEngine, queue: JobQueue) -> None:
        self._engine, self._queue = engine, queue

    async def due(self) -> list[WebhookDelivery]:
        """What is to be told now, at most `AT_ONCE`, leased to whoever asked."""
        async with transaction(self._engine) as connection:
            now = await self._queue.now(connection)
            free = or_(deliveries.c.leased_until.is_(None), deliveries.c.leased_until < now)
            rows = (
                await connection.execute(
                    select(deliveries.c.attempts.label("tried"), jobs)
                    .join(jobs, jobs.c.id == deliveries.c.job)
                    .where(deliveries.c.due_at <= now, free)
                    .order_by(deliveries.c.due_at)
                    .limit(AT_ONCE)
                    .with_for_update(of=deliveries, skip_locked=True)
                )
            ).all()
            if rows:
                await connection.execute(
                    update(deliveries)
                    .where(deliveries.c.job.in_([row.id for row in rows]))
                    .values(leased_until=now + LEASE_S)
                )
        return [WebhookDelivery(job_of(row), row.tried) for row in rows]

    async def done(self, delivery: WebhookDelivery) -> None:
        """It was taken."""
        async with transaction(self._engine) as connection:
            await connection.execute(delete(deliveries).where(deliveries.c.job == delivery.job.id))

    async def put_off(self, delivery: WebhookDelivery, pauses_s: Sequence[float]) -> bool:
        """It was not taken: once more after the next pause. False where there is none left; nobody is told then."""
        of_it = deliveries.c.job == delivery.job.id
        async with transaction(self._engine) as connection:
            if delivery.attempts >= len(pauses_s):
                await connection.execute(delete(deliveries).where(of_it))
                return False
            due_at = await self._queue.now(connection) + pauses_s[delivery.attempts]
            await connection.execute(
                update(deliveries)
                .where(of_it)
                .values(attempts=delivery.attempts + 1, due_at=due_at, leased_until=None)
            )
        return True
