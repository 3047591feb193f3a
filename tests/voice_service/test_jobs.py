from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from sqlalchemy import URL, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import connect, database_url, reading, transaction
from foundation.http.problems import ProblemError
from tests.auth_service.conftest import WallClock
from tests.postgresql import cluster, emptied
from tests.voice_service.jobs import add_tenant, job
from voice_service.jobs import queue as queue_module
from voice_service.jobs.queue import MOST_ATTEMPTS, MOST_WAITING_OF_TENANT, JobQueue
from voice_service.jobs.records import AGE_S, JobStatus, Priority
from voice_service.storage.database import migrate
from voice_service.storage.job_tables import jobs
from voice_service.storage.tables import plans

KINDS = frozenset({"count"})


@pytest.fixture(scope="module")
def server() -> Iterator[URL]:
    with cluster() as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path, server: URL) -> AsyncIterator[AsyncEngine]:
    if request.param == "sqlite":
        url = database_url(f"sqlite:///{tmp_path}/voice.sqlite3", "voice.database_url", "")
    else:
        url = server
        await emptied(url)
    engine = connect(url)
    await migrate(engine)
    await add_tenant(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def queue(engine: AsyncEngine, clock: WallClock) -> JobQueue:
    return JobQueue(engine, clock=clock)


async def let_its_lease_run_out(engine: AsyncEngine, name: str) -> None:
    """As if its worker had been dead for a while."""
    async with transaction(engine) as connection:
        await connection.execute(update(jobs).where(jobs.c.id == name).values(leased_until=1.0))


async def test_the_highest_priority_comes_first_and_then_the_oldest(
    queue: JobQueue, clock: WallClock
) -> None:
    added = {}
    for name, priority in (("c", Priority.P2), ("b", Priority.P1), ("a", Priority.P0), ("b2", Priority.P1)):
        added[(await queue.add(job(name, priority)))[0].id] = name
        clock.pass_s(0.01)

    order = []
    while (found := await queue.claim("w1", KINDS)) is not None:
        order.append(added[found.id])
    assert order == ["a", "b", "b2", "c"]


async def test_who_has_waited_long_comes_before_those_who_pay_more(
    engine: AsyncEngine, queue: JobQueue
) -> None:
    """A free job that is two ages old comes before one of the highest priority that is new, a younger one does not."""
    old, _ = await queue.add(job("old", Priority.P2))
    younger, _ = await queue.add(job("younger", Priority.P2))
    async with transaction(engine) as connection:
        for waiting, waited_s in ((old, 2 * AGE_S + 5), (younger, 2 * AGE_S - 5)):
            await connection.execute(
                update(jobs)
                .where(jobs.c.id == waiting.id)
                .values(rank=waiting.priority.rank(waiting.created_at - waited_s))
            )
    new, _ = await queue.add(job("new", Priority.P0))

    claimed = [await queue.claim("w1", KINDS) for _ in range(3)]
    assert [each.id for each in claimed if each] == [old.id, new.id, younger.id]


async def test_the_same_name_is_the_same_job(queue: JobQueue) -> None:
    """However many ask at the same moment; another request of that name is refused, another tenant's is another job."""
    asked = await asyncio.gather(*(queue.add(job("invoice 7", text="a")) for _ in range(8)))

    assert len({each.id for each, _ in asked}) == 1
    assert sum(new for _, new in asked) == 1
    with pytest.raises(ProblemError) as refused:
        await queue.add(job("invoice 7", text="b"))
    assert (refused.value.problem.status, refused.value.problem.code) == (409, "idempotency_conflict")
    assert (await queue.add(job(text="a")))[1]


async def test_no_job_is_given_to_two(queue: JobQueue) -> None:
    """Twelve jobs, four workers that ask at once again and again."""
    for number in range(12):
        await queue.add(job(number=number))
    taken: list[str] = []

    async def work(name: str) -> None:
        while (found := await queue.claim(name, KINDS)) is not None:
            taken.append(found.id)
            await asyncio.sleep(0)

    await asyncio.gather(*(work(f"w{number}") for number in range(4)))
    assert len(taken) == len(set(taken)) == 12


async def test_the_work_of_the_dead_is_done_by_another(engine: AsyncEngine, queue: JobQueue) -> None:
    """And what the first one says afterwards counts for nothing."""
    added, _ = await queue.add(job())
    assert await queue.claim("first", KINDS)
    assert await queue.claim("second", KINDS) is None
    await let_its_lease_run_out(engine, added.id)

    again = await queue.claim("second", KINDS)
    assert again is not None
    assert (again.id, again.attempts) == (added.id, 2)
    assert not await queue.renew("first", added.id, 0.5, "late")
    assert not await queue.complete("first", added.id, {"by": "first"})
    assert await queue.complete("second", added.id, {"by": "second"})
    found = await queue.get("t1", added.id)
    assert found is not None
    assert (found.status, found.result, found.progress) == (JobStatus.COMPLETED, {"by": "second"}, 1.0)


async def test_what_workers_die_of_is_given_up(engine: AsyncEngine, queue: JobQueue) -> None:
    added, _ = await queue.add(job())
    for number in range(MOST_ATTEMPTS):
        assert await queue.claim(f"w{number}", KINDS)
        await let_its_lease_run_out(engine, added.id)

    assert await queue.claim("last", KINDS) is None
    found = await queue.get("t1", added.id)
    assert found is not None
    assert found.status is JobStatus.FAILED
    assert found.error is not None
    assert found.error["code"] == "worker_died"


async def test_what_waits_is_cancelled_at_once_and_what_is_done_is_told_to_stop(queue: JobQueue) -> None:
    waits, _ = await queue.add(job())
    cancelled = await queue.cancel("t1", waits.id)
    assert cancelled is not None
    assert cancelled.status is JobStatus.CANCELLED
    assert await queue.claim("w1", KINDS) is None

    runs, _ = await queue.add(job())
    await queue.claim("w1", KINDS)
    told = await queue.cancel("t1", runs.id)
    assert told is not None
    assert told.status is JobStatus.PROCESSING
    assert not await queue.renew("w1", runs.id, 0.5, "half")
    assert await queue.cancelled("w1", runs.id)

    done = await queue.cancel("t1", runs.id)
    assert done is not None
    assert done.status is JobStatus.CANCELLED
    assert await queue.cancel("t2", runs.id) is None
    assert await queue.get("t2", runs.id) is None


async def test_a_worker_that_ends_gives_back_what_it_had(queue: JobQueue) -> None:
    """As if nobody had begun; only death counts as an attempt."""
    added, _ = await queue.add(job())
    await queue.claim("w1", KINDS)
    assert await queue.give_back("w1", added.id)

    again = await queue.claim("w2", KINDS)
    assert again is not None
    assert again.attempts == 1


async def test_pauses_of_one_that_finds_no_room_grow(
    engine: AsyncEngine, queue: JobQueue, clock: WallClock
) -> None:
    """By half of the time that it was tried for, from 5 s or what the services say to 30 s."""
    if engine.dialect.name == "postgresql":
        pytest.skip("its clock is its own")
    added, _ = await queue.add(job())
    rests = []
    for asked_s in (1.0, 8.0, *[0.0] * 6):
        assert await queue.claim("w1", KINDS)
        clock.pass_s(1.0)
        assert await queue.put_off("w1", added.id, busy=True, at_least_s=asked_s)
        assert await queue.claim("w1", KINDS) is None
        async with reading(engine) as connection:
            due = float((await connection.execute(select(jobs.c.not_before))).scalar_one())
        rests.append(due - clock())
        clock.pass_s(rests[-1] + 0.001)
    assert rests == pytest.approx([5, 8, 8, 12.5, 19.25, 29.375, 30, 30], abs=0.01)


@pytest.mark.parametrize(
    ("promised_s", "tried_s", "waits"), [(10, 590, True), (10, 610, False), (900, 890, True)]
)
async def test_one_that_finds_no_room_is_given_up_in_the_end(
    engine: AsyncEngine, queue: JobQueue, promised_s: float, tried_s: float, waits: bool
) -> None:
    """Ten minutes after it was begun, or when its plan promised it, whichever comes later."""
    added, _ = await queue.add(job())
    assert await queue.claim("w1", KINDS)
    async with transaction(engine) as connection:
        await connection.execute(update(plans).where(plans.c.name == "pro").values(promised_s=promised_s))
        await connection.execute(update(jobs).values(started_at=jobs.c.started_at - tried_s))

    assert await queue.put_off("w1", added.id, busy=True) is waits


async def test_too_many_are_refused_one_tenants_before_all(
    engine: AsyncEngine, queue: JobQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "MOST_WAITING_OF_TENANT", 3)
    await add_tenant(engine, "t2")
    for _ in range(3):
        await queue.add(job())
    with pytest.raises(ProblemError) as refused:
        await queue.add(job())
    assert (refused.value.problem.status, refused.value.problem.more) == (503, {"retry_after_s": 30.0})
    await queue.add(job(tenant="t2"))
    assert MOST_WAITING_OF_TENANT >= 3
    assert await queue.depth() == {Priority.P0: 0, Priority.P1: 4, Priority.P2: 0}


async def test_old_jobs_are_forgotten_and_waits_are_known(queue: JobQueue, clock: WallClock) -> None:
    added, _ = await queue.add(job())
    clock.pass_s(3.0)
    await queue.claim("w1", KINDS)
    await queue.complete("w1", added.id, {})
    waited = {each.priority: each for each in await queue.waited()}
    assert waited[Priority.P1].count == 1
    assert 0 <= waited[Priority.P1].median_s <= 3.1
    assert waited[Priority.P0].count == 0

    found = await queue.get("t1", added.id)
    assert found is not None
    assert found.ended_at is not None
    await queue.forget(found.ended_at - 1)
    assert await queue.get("t1", added.id) is not None
    await queue.forget(found.ended_at + 1)
    assert await queue.get("t1", added.id) is None
