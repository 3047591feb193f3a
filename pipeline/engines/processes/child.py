"""The owner's side of an engine that runs in a process of its own: started, watched, restarted.

A process of its own keeps the licence, the global state and the crashes of an engine apart from ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import signal
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import structlog

from foundation.supervision import kinds
from pipeline.channel import Channel
from pipeline.engines.processes.framing import Frame, frame, receive
from pipeline.engines.processes.helper import FrameKind
from pipeline.engines.processes.resting import Rest
from pipeline.engines.processes.spawning import ChildProgram, of_ours
from pipeline.engines.protocols import EngineError, EngineMissing, EngineOverloaded

log = structlog.get_logger(__name__)

_MAX_JOB_BYTES = 16_000_000
"""Some three minutes of sound; jobs are short pieces of text."""

_MAX_WAITING_PIECES = 100_000
"""However short they are."""


class HelperDied(Exception):
    """The process ended or hung while it had work."""


@dataclass(slots=True)
class _Job:
    sound: Channel[bytes] = field(default_factory=lambda: Channel(_MAX_WAITING_PIECES))
    """Closed once the job is done."""
    size: int = 0
    """In bytes, of all the sound that has come."""
    abandoned: bool = False
    error: Exception | None = None

    @property
    def endless(self) -> bool:
        """Whether more has come than any job speaks."""
        return self.size > _MAX_JOB_BYTES or len(self.sound) >= _MAX_WAITING_PIECES

    def finish(self, error: Exception | None = None) -> None:
        self.error = error
        self.sound.close()


class HelperProcess:
    """Passes jobs to a helper, in the order they come; starts it again when it died or hung.

    Args:
        program: what is run, see `helper.serve`: a module of ours with `arguments`, or a program with another Python.
        max_jobs: how many may be under way or waiting.
        patience_s: the helper is taken to hang when it has jobs and says nothing for so long.
        rest: between a failure and the next start; None: there is none, as for what starts at once.
    """

    def __init__(
        self,
        program: str | ChildProgram,
        arguments: Sequence[str] = (),
        *,
        max_jobs: int = 256,
        patience_s: float = 5.0,
        start_patience_s: float = 20.0,
        rest: Rest | None = None,
    ) -> None:
        self._program = of_ours(program, *arguments) if isinstance(program, str) else program
        self._module, self._rest = self._program.module, rest or Rest(self._program.module)
        self._max_jobs, self._patience_s, self._start_patience_s = max_jobs, patience_s, start_patience_s
        self._child: _Child | None = None
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return self._child.process.pid if self._child is not None else None

    @property
    def jobs(self) -> int:
        """How many are under way or waiting."""
        return len(self._child.jobs) if self._child is not None else 0

    async def start(self) -> dict[str, Any]:
        """Starts the helper unless it runs; returns what it says of itself.

        Raises:
            EngineMissing: the helper says that its engine cannot be used.
            EngineError: it ends or does not answer.
        """
        try:
            return (await self._running()).ready
        except HelperDied as error:
            raise EngineError(f"{self._module}: {error}") from error

    async def speak(self, job: dict[str, Any]) -> AsyncGenerator[bytes, None]:
        """Sends a job and yields its sound. Closing the generator cancels the job.

        A job of which nothing came before the helper died is tried once more.

        Raises:
            EngineOverloaded: too many jobs.
            EngineError: the job failed, or the helper died.
        """
        for attempt in (1, 2):
            delivered = False
            try:
                async with aclosing(self._attempt(job)) as sound:
                    async for piece in sound:
                        delivered = True
                        yield piece
            except HelperDied as error:
                log.warning("helper process failed", module=self._module, reason=str(error))
                if delivered or attempt == 2:
                    raise EngineError(f"{self._module}: {error}") from error
            else:
                return

    async def close(self) -> None:
        """Ends the process; jobs under way fail."""
        self._closed = True
        async with self._starting:
            if self._child is not None:
                await self._child.kill()

    async def _attempt(self, work: dict[str, Any]) -> AsyncGenerator[bytes, None]:
        child = await self._running()
        if len(child.jobs) >= self._max_jobs:
            raise EngineOverloaded(self._module, 1.0)
        number, job = child.send(work)
        try:
            while (piece := await self._next(job, child)) is not None:
                yield piece
            if job.error is not None:
                raise job.error
        finally:
            if not job.sound.closed:
                job.abandoned = True
                job.sound.take_all()
                child.cancel(number)

    async def _next(self, job: _Job, child: _Child) -> bytes | None:
        """The next piece of a job's sound; None at the end. Raises HelperDied."""
        while True:
            try:
                async with asyncio.timeout(self._patience_s):
                    return await anext(job.sound, None)
            except TimeoutError as error:
                if child.silent_s() >= self._patience_s:
                    await child.kill()
                    raise HelperDied("no answer in time") from error

    async def _running(self) -> _Child:
        async with self._starting:
            if self._closed:
                raise EngineError(f"{self._module} was closed")
            if self._child is not None and not self._child.ended:
                return self._child
            if self._child is not None:
                await self._child.kill()
                self._rest.begin(self._child.lasted_s())
                self._child = None
            self._rest.check()
            try:
                self._child = await _Child.start(self._program, self._start_patience_s)
            except (HelperDied, EngineMissing):
                self._rest.begin(0.0)
                raise
            return self._child


class _Child:
    """One run of the helper."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.ready: dict[str, Any] = {}
        self.jobs: dict[int, _Job] = {}
        self.ended = False
        self._began_at_s = self._heard_at_s = time.monotonic()
        self._numbers = itertools.count(1)
        self._reader: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, program: ChildProgram, patience_s: float) -> _Child:
        try:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=program.environment,
                start_new_session=True,  # Ctrl-C in a terminal is for us; the helper ends with its input
            )
        except OSError as error:
            raise HelperDied(f"cannot be started: {error.strerror}") from error
        child = cls(process)
        try:
            async with asyncio.timeout(patience_s):
                kind, _, payload = await child._frame()
        except TimeoutError as error:
            await child.kill()
            raise HelperDied(f"did not start within {patience_s:g} s") from error
        except asyncio.IncompleteReadError as error:
            await child.kill()
            raise HelperDied("ended while it was starting") from error
        except ValueError as error:
            await child.kill()
            raise HelperDied("is not understood") from error
        except asyncio.CancelledError:
            await child.kill()
            raise
        if kind == FrameKind.ERROR:
            await child.kill()
            raise EngineMissing(payload.decode())
        child.ready = json.loads(payload)
        child._began_at_s = time.monotonic()  # loading is no sign that it works
        child._reader = asyncio.create_task(child._read(), name=f"{program.module} reader")
        return child

    def send(self, work: dict[str, Any]) -> tuple[int, _Job]:
        if not self.jobs:
            self._heard_at_s = time.monotonic()
        number, job = next(self._numbers), _Job()
        self.jobs[number] = job
        self._write(frame(FrameKind.SPEAK, json.dumps(work).encode(), job=number))
        return number, job

    def cancel(self, number: int) -> None:
        self._write(frame(FrameKind.CANCEL, job=number))

    def lasted_s(self) -> float:
        """How long ago it began."""
        return time.monotonic() - self._began_at_s

    def silent_s(self) -> float:
        """How long nothing has come although there is work."""
        return time.monotonic() - self._heard_at_s

    async def kill(self) -> None:
        """Ends the process and waits for it. Safe to call twice."""
        self.ended = True
        with contextlib.suppress(ProcessLookupError):  # it is gone already
            os.killpg(self.process.pid, signal.SIGKILL)
        await self.process.wait()
        if self._reader is not None:
            await asyncio.wait([self._reader])
        if self.process.stdin is not None:
            self.process.stdin.close()

    async def _read(self) -> None:
        try:
            while True:
                kind, number, payload = await self._frame()
                self._heard_at_s = time.monotonic()
                self._receive(kind, number, payload)
        except asyncio.IncompleteReadError:
            pass  # the process ended
        except (
            Exception
        ) as error:  # the one broad catch: whatever cannot be read, its jobs are told and it is replaced
            log.error("helper process is not understood", kinds=kinds(error), exc_info=True)
        finally:
            self.ended = True
            for job in self.jobs.values():
                job.finish(HelperDied("the process ended"))
            self.jobs.clear()

    def _receive(self, kind: int, number: int, payload: bytes) -> None:
        job = self.jobs.get(number)
        if job is None:
            return
        if kind == FrameKind.SOUND:
            self._take_sound(job, number, payload)
        elif kind in (FrameKind.END, FrameKind.ERROR):
            del self.jobs[number]
            if not job.sound.closed:
                job.finish(EngineError(payload.decode()) if kind == FrameKind.ERROR else None)

    def _take_sound(self, job: _Job, number: int, payload: bytes) -> None:
        if job.abandoned:
            return
        job.size += len(payload)
        if job.endless:
            job.abandoned = True
            self.cancel(number)
            job.finish(EngineError("speaks without end"))
        else:
            job.sound.put_nowait(payload)

    async def _frame(self) -> Frame:
        assert self.process.stdout is not None
        return await receive(self.process.stdout)

    def _write(self, data: bytes) -> None:
        if not self.ended and self.process.stdin is not None:
            self.process.stdin.write(data)
