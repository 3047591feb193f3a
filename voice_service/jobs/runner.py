"""Does jobs: takes them from the queue, keeps their leases, says what became of them."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import structlog

from config.faults import kinds
from foundation.database import StorageError
from foundation.http.problems import Problem, ProblemError
from foundation.supervision import keep_running
from foundation.tasks import Tasks
from voice_service.jobs.queue import LEASE_S, JobQueue
from voice_service.jobs.records import Job

log = structlog.get_logger(__name__)

LOOK_S: Final = 1.0
"""How often the queue is looked at where nobody says that there is something new: another machine may have it."""
RENEW_S: Final = LEASE_S / 5
"""So often a lease is renewed, and it is seen that a job was cancelled."""
LONGEST_S: Final = 1800.0
"""No job takes longer."""


class JobProgress:
    """How far a job is; told by the work itself, read by whoever renews its lease."""

    def __init__(self) -> None:
        self.share, self.stage = 0.0, ""

    def told(self, share: float, stage: str) -> None:
        """Args: share: 0…1; stage: what is being done."""
        self.share, self.stage = share, stage


Work: TypeAlias = Callable[[Job, JobProgress], Awaitable[Mapping[str, Any]]]
"""Does one job and returns its result. Raises ProblemError for what is the request's fault or passes by itself."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How jobs of one kind are done."""

    work: Work
    may_be_tried_again: frozenset[int] = frozenset({502, 504})
    """Statuses of problems that may pass by themselves: the job is tried again, a few times."""
    waits: frozenset[int] = frozenset({503})
    """Statuses of those who have too much to do, or are away: the job waits until there is room, for minutes."""
    over: Callable[[Job], Awaitable[None]] | None = None
    """Called once it is kept what became of a job; may be left out where the worker dies just then."""


class JobRunner:
    """Does so many jobs at once.

    Args:
        kinds: by name, how jobs of that kind are done.
        at_once: how many.
    """

    def __init__(self, queue: JobQueue, kinds: Mapping[str, Kind], *, at_once: int = 1) -> None:
        self._queue, self._kinds, self._at_once = queue, dict(kinds), at_once
        self.worker = secrets.token_hex(8)
        """What leases are held under."""
        self._new = asyncio.Event()

    def wake(self) -> None:
        """Something was added to the queue."""
        self._new.set()

    async def run(self) -> None:
        """Works until it is cancelled; what is under way is given back then."""
        tasks = Tasks()
        try:
            for number in range(self._at_once):
                tasks.start(keep_running(self._work, name=f"jobs {number + 1}"), name=f"jobs {number + 1}")
            await tasks.finish()
        finally:
            await tasks.close()

    async def _work(self) -> None:
        while True:
            self._new.clear()
            job = await self._queue.claim(self.worker, frozenset(self._kinds))
            if job is not None:
                await self._do(job)
                continue
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._new.wait()
            except TimeoutError:
                pass

    async def _do(self, job: Job) -> None:
        """One job from its beginning to what became of it."""
        progress = JobProgress()
        doing = asyncio.ensure_future(self._kinds[job.kind].work(job, progress))
        try:
            kept = await self._while_leased(job, progress, doing)
        except TimeoutError:
            await _stopped(doing)
            await self._fail(job, "too_long", f"It took longer than {LONGEST_S:g} s.")
            return
        except BaseException:  # the service ends, or the database does not answer: another one shall do it
            await _stopped(doing)
            await asyncio.shield(self._give_back(job))
            raise
        if not kept:
            await _stopped(doing)
            await self._ended(job, kept=await self._queue.cancelled(self.worker, job.id))
            return
        await self._settle(job, doing)

    async def _while_leased(
        self, job: Job, progress: JobProgress, doing: asyncio.Future[Mapping[str, Any]]
    ) -> bool:
        """Waits for the work, renewing its lease; False where it is to stop."""
        async with asyncio.timeout(LONGEST_S):
            while True:
                done, _ = await asyncio.wait([doing], timeout=RENEW_S)
                if done:
                    return True
                if not await self._queue.renew(self.worker, job.id, progress.share, progress.stage):
                    return False

    async def _settle(self, job: Job, done: asyncio.Future[Mapping[str, Any]]) -> None:
        error = done.exception()
        if error is None:
            await self._ended(job, kept=await self._queue.complete(self.worker, job.id, done.result()))
            return
        if isinstance(error, ProblemError):
            if not await self._put_off(job, error.problem):
                await self._fail(job, error.problem.code, error.problem.detail)
            return
        log.error("job failed", job=job.id, kind=job.kind, kinds=kinds(error), exc_info=error)
        await self._fail(job, "internal", "Something went wrong here.")

    async def _put_off(self, job: Job, problem: Problem) -> bool:
        """Whether it is tried again later."""
        kind = self._kinds[job.kind]
        if problem.status not in kind.waits | kind.may_be_tried_again:
            return False
        asked_s = problem.more.get("retry_after_s")
        return await self._queue.put_off(
            self.worker,
            job.id,
            busy=problem.status in kind.waits,
            at_least_s=float(asked_s) if isinstance(asked_s, (int, float)) else 0.0,
        )

    async def _fail(self, job: Job, code: str, detail: str) -> None:
        await self._ended(job, kept=await self._queue.fail(self.worker, job.id, code, detail))

    async def _ended(self, job: Job, *, kept: bool) -> None:
        """`kept`: what this worker said of it counts."""
        over = self._kinds[job.kind].over
        if kept and over is not None:
            await over(job)

    async def _give_back(self, job: Job) -> None:
        try:
            await self._queue.give_back(self.worker, job.id)
        except StorageError as error:  # its lease runs out by itself
            log.warning("job not given back", job=job.id, error=str(error))


async def _stopped(doing: asyncio.Future[Mapping[str, Any]]) -> None:
    """Cancels the work and waits until it has cleaned up."""
    doing.cancel()
    await asyncio.wait([doing])
    if not doing.cancelled():
        doing.exception()  # it is not wanted any more; what it failed with is looked at
