"""A few open pipelines of one Apertium mode, handed out one request at a time."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

import structlog

from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineError, EngineOverloaded
from pipeline.engines.translation.apertium.pipeline import Pipeline, PipelineFailed

log = structlog.get_logger(__name__)

_CROWDED = 4
"""So many requests wait before one more pipeline is started: an answer takes 2 ms, a start 60 ms to 3 s."""


class PipelinePool:
    """Gives out pipelines in the order they were asked for, replaces those that fail.

    Args:
        create: makes a pipeline that is not started yet.
        size: how many may run at once.
        max_waiting: how many requests may wait; drafts only half as many.
        wait_s: how long one may wait.
    """

    def __init__(
        self, name: str, create: Callable[[], Pipeline], *, size: int, max_waiting: int, wait_s: float = 10.0
    ) -> None:
        self._name, self._create = name, create
        self._size, self._max_waiting, self._wait_s = size, max_waiting, wait_s
        self._idle: list[Pipeline] = []
        self._all: set[Pipeline] = set()
        self._starting = 0
        self._waiters: deque[asyncio.Future[Pipeline | None]] = deque()
        self._tasks = Tasks()
        self._growing = False
        self._closed = False

    @property
    def pids(self) -> tuple[tuple[int, ...], ...]:
        """Process ids of each running pipeline."""
        return tuple(pipeline.pids for pipeline in self._all)

    async def ask(self, text: str, *, draft: bool = False) -> str:
        """Passes escaped text through a pipeline; tries once more with a fresh one when it fails.

        Raises:
            EngineOverloaded: too many requests wait.
            EngineError: failed twice, or closed.
        """
        failure = ""
        for _ in range(2):
            try:
                pipeline = await self._take(draft)
                try:
                    answer = await pipeline.ask(text)
                except PipelineFailed:
                    await self._discard(pipeline)
                    raise
                except asyncio.CancelledError:
                    self._give(pipeline)  # reads past the answer that nobody waits for any more
                    raise
            except PipelineFailed as error:
                failure = str(error)
                log.warning("apertium pipeline failed", mode=self._name, reason=failure)
                continue
            self._give(pipeline)
            return answer
        raise EngineError(f"Apertium {self._name} failed twice: {failure}")

    async def end_idle(self, idle_s: float) -> None:
        """Ends the pipelines that have not been asked for so long."""
        oldest = time.monotonic() - idle_s
        for pipeline in [pipeline for pipeline in self._idle if pipeline.used_at_s <= oldest]:
            self._idle.remove(pipeline)
            await self._discard(pipeline)

    async def close(self) -> None:
        """Ends all pipelines; requests that wait fail."""
        self._closed = True
        await self._tasks.close()
        while self._waiters:
            self._wake(None)
        self._idle.clear()
        for pipeline in list(self._all):
            await self._discard(pipeline)

    async def _take(self, draft: bool) -> Pipeline:
        while not self._closed:
            if self._idle:
                return self._idle.pop()
            if not self._all and not self._starting:
                return await self._start()
            self._grow_if_crowded()
            if len(self._waiters) >= (self._max_waiting // 2 if draft else self._max_waiting):
                raise EngineOverloaded(f"Apertium {self._name}", 1.0)
            if (pipeline := await self._wait()) is not None:
                return pipeline
        raise EngineError("Apertium was closed")

    def _grow_if_crowded(self) -> None:
        full = len(self._all) + self._starting >= self._size
        if not full and len(self._waiters) >= _CROWDED and not self._growing:
            self._growing = True
            self._tasks.start(self._grow(), name=f"apertium {self._name} grows")

    async def _wait(self) -> Pipeline | None:
        """Waits for a pipeline to be given back; None means that one was lost and may be replaced."""
        waiter: asyncio.Future[Pipeline | None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await asyncio.wait([waiter], timeout=self._wait_s)
        except asyncio.CancelledError:
            if waiter.done():
                self._pass_on(waiter.result())
            else:
                self._waiters.remove(waiter)
            raise
        if waiter.done():
            return waiter.result()
        self._waiters.remove(waiter)
        raise EngineOverloaded(f"Apertium {self._name}", 1.0)

    def _pass_on(self, pipeline: Pipeline | None) -> None:
        if pipeline is None:
            self._wake(None)
        else:
            self._give(pipeline)

    async def _start(self) -> Pipeline:
        pipeline = self._create()
        self._starting += 1
        try:
            await pipeline.start()
        except (PipelineFailed, asyncio.CancelledError):
            self._wake(None)
            raise
        finally:
            self._starting -= 1
        if self._closed:  # while it was starting
            await pipeline.stop()
            raise EngineError("Apertium was closed")
        self._all.add(pipeline)
        return pipeline

    async def _grow(self) -> None:
        """Adds a pipeline once it is warm; until then the others are faster."""
        try:
            pipeline = await self._start()
            try:
                await pipeline.ask(".")
            except PipelineFailed:
                await self._discard(pipeline)
                raise
            self._give(pipeline)
        except PipelineFailed as error:
            log.warning("apertium pipeline failed", mode=self._name, reason=str(error))
        except EngineError:  # closed meanwhile
            return
        finally:
            self._growing = False

    def _give(self, pipeline: Pipeline) -> None:
        if pipeline in self._all and not self._wake(pipeline):
            self._idle.append(pipeline)

    async def _discard(self, pipeline: Pipeline) -> None:
        self._all.discard(pipeline)
        self._wake(None)
        await pipeline.stop()

    def _wake(self, pipeline: Pipeline | None) -> bool:
        """Hands a pipeline, or leave to start one, to whoever waits longest; False when nobody does."""
        while self._waiters:
            waiter = self._waiters.popleft()
            if not waiter.done():  # its loop is gone
                waiter.set_result(pipeline)
                return True
        return False
