from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.database import connect, database_url
from foundation.http.problems import Problem, ProblemError, overloaded
from foundation.tasks import Tasks
from tests.voice_service.jobs import add_tenant, job
from voice_service.jobs import queue as queue_module
from voice_service.jobs import runner as runner_module
from voice_service.jobs.queue import MOST_ATTEMPTS, JobQueue
from voice_service.jobs.records import Job, JobStatus
from voice_service.jobs.runner import JobProgress, JobRunner, Kind, Work
from voice_service.storage.database import migrate

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[AsyncEngine]:
    engine = connect(database_url(f"sqlite:///{tmp_path}/voice.sqlite3", "voice.database_url", ""))
    await migrate(engine)
    await add_tenant(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
def queue(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> JobQueue:
    monkeypatch.setattr(runner_module, "RENEW_S", 0.05)
    monkeypatch.setattr(runner_module, "LOOK_S", 0.05)
    monkeypatch.setattr(queue_module, "AGAIN_S", 0.0)
    return JobQueue(engine, clock=time.monotonic)


@contextlib.asynccontextmanager
async def running(queue: JobQueue, work: Work, at_once: int = 1) -> AsyncIterator[JobRunner]:
    runner = JobRunner(queue, {"count": Kind(work)}, at_once=at_once)
    tasks = Tasks()
    tasks.start(runner.run(), name="runner")
    try:
        yield runner
    finally:
        await tasks.close()


async def until_over(queue: JobQueue, name: str) -> Job:
    async with asyncio.timeout(20):
        while True:
            found = await queue.get("t1", name)
            assert found is not None
            if found.status.over:
                return found
            await asyncio.sleep(0.02)


async def count(job: Job, progress: JobProgress) -> Mapping[str, Any]:
    progress.told(0.5, "counting")
    return {"sum": sum(job.request["numbers"])}


async def test_a_job_is_done_and_its_result_kept(queue: JobQueue) -> None:
    added, _ = await queue.add(job(numbers=[1, 2, 3]))
    async with running(queue, count) as runner:
        runner.wake()
        found = await until_over(queue, added.id)

    assert (found.status, found.result, found.attempts) == (JobStatus.COMPLETED, {"sum": 6}, 1)


async def test_whoever_asks_sees_how_far_it_is(queue: JobQueue) -> None:
    """While it is under way."""
    goes_on = asyncio.Event()

    async def slow(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        progress.told(0.4, "translation")
        await goes_on.wait()
        return {}

    added, _ = await queue.add(job())
    async with running(queue, slow):
        async with asyncio.timeout(10):
            while (found := await queue.get("t1", added.id)) and found.stage != "translation":
                await asyncio.sleep(0.02)
        assert found is not None
        assert (found.status, found.progress) == (JobStatus.PROCESSING, 0.4)
        goes_on.set()
        await until_over(queue, added.id)


async def test_a_job_that_is_cancelled_stops(queue: JobQueue) -> None:
    """The work itself ends, with its clean-up; it is not only called so."""
    began, cleaned = asyncio.Event(), asyncio.Event()

    async def endless(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()
        return {}

    added, _ = await queue.add(job())
    async with running(queue, endless):
        await began.wait()
        await queue.cancel("t1", added.id)
        found = await until_over(queue, added.id)
        assert cleaned.is_set()
    assert found.status is JobStatus.CANCELLED


async def test_what_is_wrong_with_a_request_is_said_and_not_tried_again(queue: JobQueue) -> None:
    async def refuses(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        raise ProblemError(Problem(422, "no_speech", "Nobody speaks in this recording."))

    added, _ = await queue.add(job())
    async with running(queue, refuses):
        found = await until_over(queue, added.id)
    assert found.error == {"code": "no_speech", "detail": "Nobody speaks in this recording."}
    assert (found.status, found.attempts) == (JobStatus.FAILED, 1)


BROKEN = Problem(502, "engine_failed", "The engine broke.")
BUSY = overloaded("Too much to do.", 0.0)


async def test_what_passes_by_itself_is_tried_again(queue: JobQueue) -> None:
    tried = 0

    async def broken_once(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise ProblemError(BROKEN)
        return {"tried": tried}

    added, _ = await queue.add(job())
    async with running(queue, broken_once):
        found = await until_over(queue, added.id)
    assert (found.result, found.attempts) == ({"tried": 2}, 2)


async def test_what_never_passes_fails_in_the_end(queue: JobQueue) -> None:
    async def broken(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        raise ProblemError(BROKEN)

    added, _ = await queue.add(job())
    async with running(queue, broken):
        found = await until_over(queue, added.id)
    assert (found.status, found.attempts) == (JobStatus.FAILED, MOST_ATTEMPTS)
    assert found.error == {"code": "engine_failed", "detail": "The engine broke."}


async def test_who_meets_busy_services_waits_until_there_is_room(queue: JobQueue) -> None:
    """However often: it is nobody's fault, and no try is counted."""
    tried = 0

    async def busy_for_long(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        nonlocal tried
        tried += 1
        if tried <= 2 * MOST_ATTEMPTS:
            raise ProblemError(BUSY)
        return {"tried": tried}

    added, _ = await queue.add(job())
    async with running(queue, busy_for_long):
        found = await until_over(queue, added.id)
    assert (found.result, found.attempts) == ({"tried": 2 * MOST_ATTEMPTS + 1}, 1)


async def test_one_that_waits_for_room_says_so_and_is_cancelled_at_once(queue: JobQueue) -> None:
    """It is not begun again."""
    tried = 0

    async def busy(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        nonlocal tried
        tried += 1
        progress.told(0.3, "transcription")
        raise ProblemError(overloaded("Too much to do.", 3600.0))

    added, _ = await queue.add(job())
    async with running(queue, busy):
        async with asyncio.timeout(10):
            while (found := await queue.get("t1", added.id)) and found.stage != "waiting":
                await asyncio.sleep(0.02)
        assert found is not None
        assert (found.status, found.progress, found.attempts) == (JobStatus.PENDING, 0.0, 0)
        over = await queue.cancel("t1", added.id)
        assert over is not None
        assert over.status is JobStatus.CANCELLED
    assert tried == 1


async def test_one_that_is_cancelled_while_services_are_busy_is_not_put_off(queue: JobQueue) -> None:
    """Nor does it fail."""

    async def busy(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        await queue.cancel("t1", job.id)
        raise ProblemError(BUSY)

    added, _ = await queue.add(job())
    async with running(queue, busy):
        found = await until_over(queue, added.id)
    assert (found.status, found.error, found.attempts) == (JobStatus.CANCELLED, None, 1)


async def test_a_fault_of_ours_ends_one_job_and_tells_nothing(queue: JobQueue) -> None:
    """The next one is done all the same."""

    async def broken(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        if job.request.get("broken"):
            raise RuntimeError("words of a meeting")
        return {}

    bad, _ = await queue.add(job(broken=True))
    good, _ = await queue.add(job())
    async with running(queue, broken):
        failed, done = await until_over(queue, bad.id), await until_over(queue, good.id)
    assert failed.error == {"code": "internal", "detail": "Something went wrong here."}
    assert done.status is JobStatus.COMPLETED


async def test_what_takes_too_long_is_stopped(queue: JobQueue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner_module, "LONGEST_S", 0.1)

    async def endless(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        await asyncio.Event().wait()
        return {}

    added, _ = await queue.add(job())
    async with running(queue, endless):
        found = await until_over(queue, added.id)
    assert found.error is not None
    assert found.error["code"] == "too_long"


async def test_a_service_that_ends_gives_its_jobs_to_the_next(queue: JobQueue) -> None:
    began = asyncio.Event()

    async def endless(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        began.set()
        await asyncio.Event().wait()
        return {}

    added, _ = await queue.add(job(numbers=[4]))
    async with running(queue, endless):
        await began.wait()
    given_back = await queue.get("t1", added.id)
    assert given_back is not None
    assert (given_back.status, given_back.attempts) == (JobStatus.PENDING, 0)
    async with running(queue, count):
        found = await until_over(queue, added.id)
    assert found.result == {"sum": 4}


async def test_two_runners_do_each_job_once(queue: JobQueue) -> None:
    done: list[str] = []

    async def note(job: Job, progress: JobProgress) -> Mapping[str, Any]:
        done.append(job.id)
        await asyncio.sleep(0.005)
        return {}

    names = [(await queue.add(job(number=number)))[0].id for number in range(20)]
    async with running(queue, note, at_once=2), running(queue, note):
        for name in names:
            await until_over(queue, name)
    assert sorted(done) == sorted(names)


DYING = """
import asyncio, sys
from foundation.database import connect, database_url
from voice_service.jobs.queue import JobQueue
from voice_service.jobs.runner import JobRunner, Kind
import time

async def work(job, progress):
    print("began", flush=True)
    await asyncio.Event().wait()

async def main():
    engine = connect(database_url(sys.argv[1], "voice.database_url", ""))
    await JobRunner(JobQueue(engine, clock=time.monotonic), {"count": Kind(work)}).run()

asyncio.run(main())
"""


async def test_a_worker_that_is_killed_costs_nothing(
    queue: JobQueue, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has begun the job and dies of SIGKILL; it is done once its lease has run out, and once only."""
    added, _ = await queue.add(job(numbers=[5, 6]))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        DYING,
        f"sqlite:///{engine.url.database}",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"began\n"
    process.send_signal(signal.SIGKILL)
    await process.wait()

    late = JobQueue(engine, clock=lambda: time.monotonic() + queue_module.LEASE_S + 1)
    async with running(late, count):
        found = await until_over(queue, added.id)
    assert (found.result, found.attempts) == ({"sum": 11}, 2)
