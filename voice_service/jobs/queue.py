"""Jobs in the database: one mechanism for one machine and for several.

Whoever does a job holds a lease on it and renews it. A lease that ran out belongs to somebody who died; the job is then
done again by another, at most `MOST_ATTEMPTS` times. Times of leases are the database's own, so that machines whose
clocks differ do not take each other's work.

Every method raises StorageError when the database cannot be reached.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from typing import Any, Final

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from voice_service.jobs.counting import give_back_in
from voice_service.jobs.patience import WAITING, patience_s, rest_s
from voice_service.jobs.records import Job, JobStatus, NewJob, Priority, Waited
from voice_service.jobs.rows import fingerprint, idempotency_name, job_of, new_row
from voice_service.storage.job_tables import deliveries, jobs

LEASE_S: Final = 15.0
"""A worker that does not renew its lease for so long is taken for dead."""
MOST_ATTEMPTS: Final = 3
"""A job that several workers died of is not tried again."""
MOST_WAITING: Final = 1000
"""In all; beyond it new ones are refused."""
MOST_WAITING_OF_TENANT: Final = 100
AGAIN_S: Final = 5.0
"""How long a job rests after its first try, twice as long after the second; see `rest_s` where services are busy."""
LATELY_S: Final = 3600.0


class JobQueue:
    """Keeps jobs and hands them out.

    Args:
        clock: Unix time, s; used where the database has no clock of its own.
    """

    def __init__(self, engine: AsyncEngine, *, clock: Callable[[], float]) -> None:
        self._engine, self._clock = engine, clock

    # --- for those who ask -------------------------------------------------------------------------------

    async def add(self, job: NewJob) -> tuple[Job, bool]:
        """Keeps a job, or finds the one of the same name.

        Returns:
            the job, and whether it is new.

        Raises:
            ProblemError: 409 where another request has the same name; 503 where too much waits.
        """
        async with transaction(self._engine) as connection:
            if known := await self._named(connection, job):
                return known, False
            await self._refuse_too_many(connection, job.tenant)
            row = new_row(job, await self.now(connection))
            try:
                async with connection.begin_nested():
                    await connection.execute(insert(jobs).values(**row))
            except IntegrityError:  # somebody else kept one of the same name since we looked
                known = await self._named(connection, job)
                if known is None:
                    raise
                return known, False
            return job_of(await _row(connection, row["id"])), True

    async def get(self, tenant: str, job: str) -> Job | None:
        """None for one that is not there, or another tenant's."""
        async with reading(self._engine) as connection:
            found = (
                await connection.execute(select(jobs).where(jobs.c.id == job, jobs.c.tenant == tenant))
            ).first()
        return None if found is None else job_of(found)

    async def cancel(self, tenant: str, job: str) -> Job | None:
        """One that waits is over at once, one under way is told to stop; what is over stays as it is."""
        of_it = and_(jobs.c.id == job, jobs.c.tenant == tenant)
        async with transaction(self._engine) as connection:
            now = await self.now(connection)
            await connection.execute(
                update(jobs)
                .where(of_it, jobs.c.status == JobStatus.PENDING)
                .values(status=JobStatus.CANCELLED, cancelled=True, ended_at=now)
            )
            await connection.execute(
                update(jobs).where(of_it, jobs.c.status == JobStatus.PROCESSING).values(cancelled=True)
            )
            found = (await connection.execute(select(jobs).where(of_it))).first()
            if found is not None and found.status == JobStatus.CANCELLED and found.ended_at == now:
                await _tell(connection, found, now)
        return None if found is None else job_of(found)

    # --- for those who work ------------------------------------------------------------------------------

    async def claim(self, worker: str, kinds: frozenset[str]) -> Job | None:
        """The next job, leased to `worker`; None where nothing waits.

        What somebody died of too often fails here.
        """
        async with transaction(self._engine) as connection:
            now = await self.now(connection)
            abandoned = and_(jobs.c.status == JobStatus.PROCESSING, jobs.c.leased_until < now)
            ready = or_(jobs.c.not_before.is_(None), jobs.c.not_before <= now)
            free = or_(and_(jobs.c.status == JobStatus.PENDING, ready), abandoned)
            await self._give_up(connection, abandoned, now)
            found = (
                await connection.execute(
                    select(jobs)
                    .where(free, jobs.c.kind.in_(kinds))
                    .order_by(jobs.c.rank)
                    .limit(1)
                    .with_for_update(skip_locked=True)
                )
            ).first()
            if found is None:
                return None
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == found.id)
                .values(
                    status=JobStatus.PROCESSING,
                    leased_by=worker,
                    leased_until=now + LEASE_S,
                    attempts=found.attempts + 1,
                    started_at=found.started_at or now,
                    progress=0.0,
                    stage="",
                )
            )
            return job_of(await _row(connection, found.id))

    async def renew(self, worker: str, job: str, progress: float, stage: str) -> bool:
        """Keeps the lease and says how far it is. False: stop, it was cancelled or another one has it."""
        async with transaction(self._engine) as connection:
            now = await self.now(connection)
            result = await connection.execute(
                update(jobs)
                .where(*_held(worker, job), jobs.c.cancelled.is_(False))
                .values(leased_until=now + LEASE_S, progress=min(max(progress, 0.0), 1.0), stage=stage[:24])
            )
        return bool(result.rowcount)

    async def complete(self, worker: str, job: str, result: Mapping[str, Any]) -> bool:
        """Keeps the result; False where another one has the job by now, whose result counts."""
        return await self._end(worker, job, JobStatus.COMPLETED, result=dict(result), progress=1.0)

    async def fail(self, worker: str, job: str, code: str, detail: str) -> bool:
        """Keeps why there is no result; of what was cancelled meanwhile nobody wants to know."""
        if await self._end(worker, job, JobStatus.CANCELLED, jobs.c.cancelled.is_(True)):
            return True
        return await self._end(worker, job, JobStatus.FAILED, error={"code": code, "detail": detail})

    async def cancelled(self, worker: str, job: str) -> bool:
        """The worker has stopped it."""
        return await self._end(worker, job, JobStatus.CANCELLED)

    async def give_back(self, worker: str, job: str) -> bool:
        """The worker ends; another one shall do it, as if nobody had begun."""
        async with transaction(self._engine) as connection:
            found = await connection.execute(
                update(jobs)
                .where(*_held(worker, job))
                .values(
                    status=JobStatus.PENDING,
                    leased_by=None,
                    leased_until=None,
                    attempts=jobs.c.attempts - 1,
                    progress=0.0,
                    stage="",
                )
            )
        return bool(found.rowcount)

    async def put_off(self, worker: str, job: str, *, busy: bool = False, at_least_s: float = 0.0) -> bool:
        """What hinders it passes by itself: it waits again. False where it has been tried often, or long, enough.

        Args:
            busy: services have too much to do, or are away: that is no fault of the job's, and no try is counted.
            at_least_s: when to come back, as they say.
        """
        wanted = select(jobs).where(*_held(worker, job), jobs.c.cancelled.is_(False)).with_for_update()
        async with transaction(self._engine) as connection:
            row = (await connection.execute(wanted)).first()
            now = await self.now(connection)
            if row is None or not await _may_go_on(connection, row, now, busy=busy):
                return False
            rests_s = rest_s(_tried_s(row, now), max(AGAIN_S, at_least_s)) if busy else AGAIN_S * row.attempts
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == job)
                .values(
                    status=JobStatus.PENDING,
                    leased_by=None,
                    leased_until=None,
                    not_before=now + rests_s,
                    attempts=row.attempts - int(busy),
                    progress=0.0,
                    stage=WAITING,
                )
            )
        return True

    # --- for those who watch -----------------------------------------------------------------------------

    async def depth(self) -> dict[Priority, int]:
        """How many wait, by priority."""
        query = (
            select(jobs.c.priority, func.count().label("jobs"))
            .where(jobs.c.status == JobStatus.PENDING)
            .group_by(jobs.c.priority)
        )
        async with reading(self._engine) as connection:
            counted = {row.priority: row.jobs for row in await connection.execute(query)}
        return {priority: counted.get(priority, 0) for priority in Priority}

    async def waited(self) -> list[Waited]:
        """How long those waited that were begun within the last hour, by priority."""
        async with reading(self._engine) as connection:
            since = await self.now(connection) - LATELY_S
            query = select(jobs.c.priority, jobs.c.started_at - jobs.c.created_at).where(
                jobs.c.started_at >= since
            )
            found: dict[Priority, list[float]] = {priority: [] for priority in Priority}
            for priority, waited_s in await connection.execute(query):
                found[Priority(priority)].append(waited_s)
        return [
            Waited(priority, len(times), median(times) if times else 0.0, max(times, default=0.0))
            for priority, times in found.items()
        ]

    async def forget(self, before: float) -> list[str]:
        """Removes jobs that were over before a time (Unix, s). Returns names of sounds that nobody needs any more."""
        old = and_(jobs.c.ended_at.is_not(None), jobs.c.ended_at < before)
        async with transaction(self._engine) as connection:
            sounds = (await connection.execute(select(jobs.c.sound).where(old, jobs.c.sound != ""))).scalars()
            names = list(sounds)
            await connection.execute(delete(jobs).where(old))
        return names

    async def erase(self, tenant: str, job: str) -> list[str]:
        """Removes a job that is over with its result; others stay. Returns the name of a sound that nobody needs."""
        over = and_(jobs.c.id == job, jobs.c.tenant == tenant, jobs.c.ended_at.is_not(None))
        async with transaction(self._engine) as connection:
            sounds = list((await connection.execute(select(jobs.c.sound).where(over))).scalars())
            await connection.execute(delete(jobs).where(over))
        return sounds

    # --- within ------------------------------------------------------------------------------------------

    async def now(self, connection: AsyncConnection) -> float:
        """Unix time by the clock that leases are held by, s."""
        if connection.dialect.name == "postgresql":
            return float(
                await connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0.0
            )
        return self._clock()

    async def _named(self, connection: AsyncConnection, job: NewJob) -> Job | None:
        """The job that has the same name already. Raises ProblemError where it is another request."""
        if not job.idempotency:
            return None
        named = and_(jobs.c.tenant == job.tenant, jobs.c.idempotency == idempotency_name(job.idempotency))
        found = (await connection.execute(select(jobs).where(named))).first()
        if found is None:
            return None
        if found.request_fingerprint != fingerprint(job):
            raise ProblemError(
                Problem(
                    409, "idempotency_conflict", "Another request was made with the same idempotency key."
                )
            )
        return job_of(found)

    @staticmethod
    async def _refuse_too_many(connection: AsyncConnection, tenant: str) -> None:
        waiting = select(func.count()).select_from(jobs).where(jobs.c.status == JobStatus.PENDING)
        of_all = await connection.scalar(waiting) or 0
        of_tenant = await connection.scalar(waiting.where(jobs.c.tenant == tenant)) or 0
        if of_all >= MOST_WAITING or of_tenant >= MOST_WAITING_OF_TENANT:
            raise ProblemError(
                Problem(503, "queue_full", "Too many jobs wait; try again later.", {"retry_after_s": 30.0})
            )

    @staticmethod
    async def _give_up(connection: AsyncConnection, abandoned: Any, now: float) -> None:
        """What nobody shall begin again: its workers died of it, or it was cancelled before they died."""
        dead = and_(abandoned, or_(jobs.c.attempts >= MOST_ATTEMPTS, jobs.c.cancelled))
        for found in (
            await connection.execute(select(jobs).where(dead).with_for_update(skip_locked=True))
        ).all():
            await give_back_in(connection, found)
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == found.id)
                .values(ended_at=now, leased_by=None, leased_until=None, **_given_up(found))
            )
            await _tell(connection, found, now)

    async def _end(self, worker: str, job: str, status: JobStatus, *only: Any, **values: Any) -> bool:
        """`only`: what else has to hold of it."""
        async with transaction(self._engine) as connection:
            now = await self.now(connection)
            ended = await connection.execute(
                update(jobs)
                .where(*_held(worker, job), *only)
                .values(status=status, ended_at=now, leased_by=None, leased_until=None, **values)
            )
            if not ended.rowcount:
                return False
            await _tell(connection, await _row(connection, job), now)
        return True


def _held(worker: str, job: str) -> tuple[Any, ...]:
    return jobs.c.id == job, jobs.c.status == JobStatus.PROCESSING, jobs.c.leased_by == worker


def _tried_s(row: Row[Any], now: float) -> float:
    """How long ago it was begun for the first time."""
    return max(0.0, now - (row.started_at or now))


async def _may_go_on(connection: AsyncConnection, row: Row[Any], now: float, *, busy: bool) -> bool:
    if not busy:
        return bool(row.attempts < MOST_ATTEMPTS)
    return _tried_s(row, now) < await patience_s(connection, row.tenant)


async def _row(connection: AsyncConnection, job: str) -> Row[Any]:
    return (await connection.execute(select(jobs).where(jobs.c.id == job))).one()


async def _tell(connection: AsyncConnection, row: Row[Any], now: float) -> None:
    """Somebody is to be told of it, in the same transaction in which it is over: it is told if and only if it is so."""
    if row.webhook_url:
        await connection.execute(insert(deliveries).values(job=row.id, attempts=0, due_at=now))


def _given_up(row: Row[Any]) -> dict[str, Any]:
    """What has become of a job whose worker is dead."""
    if row.cancelled:
        return {"status": JobStatus.CANCELLED}
    detail = f"The job was begun {row.attempts} times and never ended."
    return {"status": JobStatus.FAILED, "error": {"code": "worker_died", "detail": detail}}
