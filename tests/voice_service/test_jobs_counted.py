"""A job costs one message, whatever becomes of those who do it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from foundation.database import reading, transaction
from foundation.http.problems import Problem, ProblemError
from tests.auth_service.conftest import WallClock
from tests.voice_service.jobs import job
from voice_service.accounts.records import Caller
from voice_service.jobs.counting import JobQuota
from voice_service.jobs.queue import MOST_ATTEMPTS, JobQueue
from voice_service.jobs.records import Job, JobStatus
from voice_service.storage.job_tables import jobs
from voice_service.storage.tables import usage
from voice_service.wiring import VoiceServices

KINDS = frozenset({"count"})


@dataclass(slots=True)
class Counting:
    """A queue and the quota of whoever has a job in it."""

    services: VoiceServices
    queue: JobQueue
    quota: JobQuota
    caller: Caller

    async def claimed(self, worker: str) -> Job:
        found = await self.queue.claim(worker, KINDS)
        assert found is not None
        return found

    async def dies(self, worker: str) -> Job:
        """In mid-job: what it has counted stays, nothing is cleaned up, its lease runs out."""
        found = await self.claimed(worker)
        await self.quota.take(self.caller, found)
        await self.lease_runs_out()
        return found

    async def lease_runs_out(self) -> None:
        async with transaction(self.services.engine) as connection:
            await connection.execute(update(jobs).values(leased_until=1.0))

    async def used(self) -> int:
        async with reading(self.services.engine) as connection:
            return (await connection.execute(select(usage.c.used))).scalar() or 0


@pytest.fixture
async def counting(services: VoiceServices, clock: WallClock, key: str) -> Counting:
    queue = JobQueue(services.engine, clock=clock)
    await queue.add(job())
    caller = await services.callers.by_key(key)
    return Counting(services, queue, JobQuota(services.engine, services.quota), caller)


async def test_a_job_that_is_begun_again_costs_one_message(counting: Counting) -> None:
    await counting.dies("first")
    again = await counting.claimed("second")
    async with counting.quota.counted(counting.caller, again):
        assert await counting.used() == 1
    assert await counting.used() == 1


async def test_whoever_is_too_slow_gives_nothing_back(counting: Counting) -> None:
    """The job has been begun anew meanwhile, and costs."""
    slow = await counting.claimed("slow")

    async def stands_still() -> None:
        async with counting.quota.counted(counting.caller, slow):
            await counting.lease_runs_out()
            again = await counting.claimed("second")
            async with counting.quota.counted(counting.caller, again):
                pass
            raise TimeoutError

    with pytest.raises(TimeoutError):
        await stands_still()
    assert await counting.used() == 1


@pytest.mark.parametrize(("status", "used"), [(422, 1), (503, 0)], ids=["their fault", "ours"])
async def test_what_fails_by_our_fault_costs_nothing(counting: Counting, status: int, used: int) -> None:
    begun = await counting.claimed("first")
    with pytest.raises(ProblemError):
        async with counting.quota.counted(counting.caller, begun):
            raise ProblemError(Problem(status, "code", "Detail."))
    assert await counting.used() == used


async def test_what_workers_die_of_costs_nothing(counting: Counting) -> None:
    for number in range(MOST_ATTEMPTS):
        begun = await counting.dies(f"w{number}")
    assert await counting.used() == 1
    assert await counting.queue.claim("last", KINDS) is None
    assert await counting.used() == 0
    found = await counting.queue.get("t1", begun.id)
    assert found is not None
    assert found.status is JobStatus.FAILED


async def test_what_was_cancelled_before_its_worker_died_is_not_begun_again(counting: Counting) -> None:
    begun = await counting.claimed("first")
    await counting.quota.take(counting.caller, begun)
    await counting.queue.cancel("t1", begun.id)
    await counting.lease_runs_out()

    assert await counting.queue.claim("second", KINDS) is None
    found = await counting.queue.get("t1", begun.id)
    assert found is not None
    assert (found.status, await counting.used()) == (JobStatus.CANCELLED, 0)
