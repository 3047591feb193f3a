"""The queue as the operator sees it: what waits, who works, what was promised and what was kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row, case, func, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.database import reading
from voice_service.accounts.plans import all_plans
from voice_service.accounts.records import Plan
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.records import JobStatus, Priority, Waited
from voice_service.storage.job_tables import deliveries, jobs
from voice_service.storage.message_tables import messages
from voice_service.storage.tables import plans as plan_rows
from voice_service.storage.tables import tenants
from voice_service.watching.counted import workers
from voice_service.watching.ranks import ranked
from voice_service.watching.tallies import STRETCH_S, Tallies

LATELY_S: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueDepth:
    """Jobs of one priority."""

    priority: Priority
    waiting: int
    oldest_s: float | None
    """How long the one waits that came first."""
    processing: int
    begun: int
    """Within the last hour, as are the times."""
    median_s: float
    longest_s: float


@dataclass(frozen=True, slots=True)
class Lease:
    """A job that somebody works on."""

    job: str
    priority: Priority
    stage: str
    progress: float
    attempts: int
    left_s: float
    """Until another one may have it; negative: whoever had it is gone."""


@dataclass(frozen=True, slots=True)
class QueueWorker:
    """A process that does jobs."""

    id: str
    leases: list[Lease]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanKept:
    """What a plan promises, and how long its messages took within the last hour."""

    plan: str
    queue: str
    promised_s: float
    messages: int
    p50_s: float | None
    p95_s: float | None
    kept_share: float | None
    """0…1, of the messages that were done as soon as promised."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """All of it at one moment."""

    queues: list[QueueDepth]
    workers: list[QueueWorker]
    plans: list[PlanKept]
    untold: int
    """Jobs that are over, and of which somebody is still to be told."""


class QueueWatch:
    """Reads it. Raises StorageError."""

    def __init__(
        self, engine: AsyncEngine, queue: JobQueue, tallies: Tallies, *, clock: Callable[[], float]
    ) -> None:
        self._engine, self._queue, self._tallies, self._clock = engine, queue, tallies, clock

    async def depths(self) -> list[QueueDepth]:
        """What waits now, of each priority."""
        waited = {each.priority: each for each in await self._queue.waited()}
        async with reading(self._engine) as connection:
            now = await self._queue.now(connection)
            found = {row.priority: row for row in await connection.execute(_DEPTH)}
        return [_depth(priority, found.get(priority), waited[priority], now) for priority in Priority]

    async def look(self) -> QueueView:
        """As it is now."""
        await self._tallies.add()
        queues = await self.depths()
        plans = await all_plans(self._engine)
        async with reading(self._engine) as connection:
            now = await self._queue.now(connection)
            seen = await workers(connection, self._clock() - 2 * STRETCH_S)
            busy = await _leases(connection, now)
            kept = await _kept(connection, now - LATELY_S)
            untold = await connection.scalar(select(func.count()).select_from(deliveries))
        plans.sort(key=lambda plan: (plan.queue.value, plan.promised_s, plan.name))
        made = [_plan(plan, kept.get(plan.name, _Kept())) for plan in plans]
        everybody = sorted(seen | busy.keys())
        return QueueView(
            queues, [QueueWorker(one, busy.get(one, [])) for one in everybody], made, untold or 0
        )


def _depth(priority: Priority, row: Row[Any] | None, waited: Waited, now: float) -> QueueDepth:
    """`row`: of `_DEPTH`; None where no job of the priority waits or is worked on."""
    return QueueDepth(
        priority=priority,
        waiting=0 if row is None else row.waiting,
        oldest_s=None if row is None or row.oldest is None else now - row.oldest,
        processing=0 if row is None else row.processing,
        begun=waited.count,
        median_s=waited.median_s,
        longest_s=waited.longest_s,
    )


_WAITING: Final = jobs.c.status == JobStatus.PENDING
_DEPTH: Final = (
    select(
        jobs.c.priority,
        func.count().filter(_WAITING).label("waiting"),
        func.min(jobs.c.created_at).filter(_WAITING).label("oldest"),
        func.count().filter(jobs.c.status == JobStatus.PROCESSING).label("processing"),
    )
    .where(jobs.c.status.in_([JobStatus.PENDING, JobStatus.PROCESSING]))
    .group_by(jobs.c.priority)
)


async def _leases(connection: AsyncConnection, now: float) -> dict[str, list[Lease]]:
    held = select(jobs).where(jobs.c.status == JobStatus.PROCESSING).order_by(jobs.c.rank)
    found: dict[str, list[Lease]] = defaultdict(list)
    for row in await connection.execute(held):
        left_s = (row.leased_until or now) - now
        lease = Lease(row.id, Priority(row.priority), row.stage, row.progress, row.attempts, left_s)
        found[row.leased_by or ""].append(lease)
    return found


def _plan(plan: Plan, kept: _Kept) -> PlanKept:
    return PlanKept(
        plan=plan.name,
        queue=plan.queue.value,
        promised_s=plan.promised_s,
        messages=kept.messages,
        p50_s=kept.p50_s,
        p95_s=kept.p95_s,
        kept_share=kept.share,
    )


@dataclass(frozen=True, slots=True)
class _Kept:
    messages: int = 0
    p50_s: float | None = None
    p95_s: float | None = None
    share: float | None = None


async def _kept(connection: AsyncConnection, since: float) -> dict[str, _Kept]:
    """By plan: jobs from the moment they were asked for, others as long as they were worked on."""
    later = select(jobs.c.tenant, (jobs.c.ended_at - jobs.c.created_at).label("took_s")).where(
        jobs.c.status == JobStatus.COMPLETED, jobs.c.ended_at >= since
    )
    known = select(jobs.c.id).where(jobs.c.id == messages.c.id)
    at_once = select(messages.c.tenant, (messages.c.processing_time_ms / 1000.0).label("took_s")).where(
        messages.c.status == "completed", messages.c.created_at >= since, ~known.exists()
    )
    took = union_all(later, at_once).subquery()
    of_plan = tenants.c.id == took.c.tenant
    by_plan = select(tenants.c.plan, took.c.took_s).join(tenants, of_plan)
    in_time = (
        select(tenants.c.plan, func.avg(case((took.c.took_s <= plan_rows.c.promised_s, 1.0), else_=0.0)))
        .join(tenants, of_plan)
        .join(plan_rows, plan_rows.c.name == tenants.c.plan)
        .group_by(tenants.c.plan)
    )
    shares = {plan: float(share) for plan, share in await connection.execute(in_time)}
    rows = await connection.execute(ranked(by_plan, "took_s", "plan"))
    return {of: _Kept(count, p50, p95, shares.get(of)) for of, p50, p95, count in rows}
