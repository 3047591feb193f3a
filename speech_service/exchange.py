"""Many requests on one connection: a task for each, answers in any order, each can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, TypeVar

import structlog

from pipeline.engines.protocols import EngineError
from speech_service.gate import ServiceError, place
from speech_service.measures import Measures
from speech_service.problems import Problem, invalid, overloaded, problem_of
from speech_service.sockets import Gone, Peer
from speech_service.wire import Cancelled, Codec, Failed, WireError

log = structlog.get_logger(__name__)

M = TypeVar("M")

CANCEL_S = 2.0
"""How long an engine may take to stop before the connection goes on without waiting for it."""

Work = Callable[[], Coroutine[Any, Any, None]]


class Exchange:
    """Owns the tasks of one connection; leaving the context cancels those that still run and waits for them."""

    def __init__(self, peer: Peer[Any], *, limit: int, measures: Measures) -> None:
        self._peer, self._limit, self._measures = peer, limit, measures
        self._tasks: dict[int, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Exchange:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = list(self._tasks.values())
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(running)

    async def read(self, codec: Codec[M], text: str) -> M | None:
        """Reads a message; one that has an `id` but does not fit gets its own answer, and None is returned.

        Raises:
            WireError: not even that.
        """
        tree = codec.parse(text)
        try:
            return codec.read(tree)
        except WireError as error:
            number = tree.get("id")
            if not isinstance(number, int) or isinstance(number, bool) or number in self._tasks:
                raise
            await self._fail(number, invalid(str(error)))
            return None

    async def begin(self, number: int, work: Work) -> bool:
        """Starts a request, or answers at once why not and returns False."""
        if number in self._tasks:
            raise WireError("this id is in use")
        if len(self._tasks) >= self._limit:
            await self._fail(number, overloaded("too many requests on this connection", 0.5))
            return False
        task = asyncio.create_task(self._run(number, work), name=f"request {number}")
        self._tasks[number] = task
        task.add_done_callback(lambda _: self._tasks.pop(number))
        return True

    async def cancel(self, number: int) -> None:
        """Stops a request; one that is not known has just been answered."""
        if task := self._tasks.get(number):
            task.cancel()
            await asyncio.wait([task], timeout=CANCEL_S)
            await self._peer.send(Cancelled(number))

    async def _run(self, number: int, work: Work) -> None:
        try:
            await work()
        except Gone:
            log.debug("client left before its answer")
        except ServiceError as error:
            await self._fail(number, error.problem)
        except EngineError as error:
            await self._fail(number, problem_of(error))
        except Exception as error:  # noqa: BLE001  the reason follows
            # The broad catch of a request: a fault of ours in one is no reason to end the others.
            log.error("request failed", error=type(error).__name__, at=place(error))
            await self._fail(number, Problem(500, "internal", "the service has failed; see its log"))

    async def _fail(self, number: int, problem: Problem) -> None:
        self._measures.failed(problem.code)
        try:
            await self._peer.send(
                Failed(id=number, code=problem.code, message=problem.message, more=problem.more)
            )
        except Gone:
            log.debug("client left before its answer")
