"""Many requests on one connection: a task for each, answers in any order, each can be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import structlog

from config.faults import place
from foundation.http.problems import Problem, ProblemError, overloaded
from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineError
from speech_service.measures import Measures
from speech_service.problems import invalid, problem_of
from speech_service.sockets import Gone, Peer
from speech_service.wire import Cancelled, Codec, Failed, WireError

log = structlog.get_logger(__name__)

M = TypeVar("M")

END_S = 10.0
"""How long work may take to stop when its connection has ended; what is left then is reported."""

Work = Callable[[], Coroutine[Any, Any, Any]]
"""Does what is asked and returns the last message about it."""


@dataclass(slots=True)
class _Request:
    """Its work can be cancelled by the client; what is then said about it cannot."""

    work: asyncio.Task[Any]
    unwanted: bool = False


class RequestMultiplexer:
    """Owns the tasks of one connection; leaving the context cancels those that still run and waits for them."""

    def __init__(self, peer: Peer[Any], *, limit: int, measures: Measures) -> None:
        self._peer, self._limit, self._measures = peer, limit, measures
        self._requests: dict[int, _Request] = {}
        self._answers = Tasks()

    async def __aenter__(self) -> RequestMultiplexer:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        work = [request.work for request in self._requests.values()]
        for task in work:
            task.cancel()
        await self._answers.close()
        if work:
            _, late = await asyncio.wait(work, timeout=END_S)
            for task in late:
                log.error("request does not end", request=task.get_name())
        for task in work:
            _tell_failure(task)

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
            if not isinstance(number, int) or isinstance(number, bool) or number in self._requests:
                raise
            await self._fail(number, invalid(str(error)))
            return None

    async def begin(self, number: int, work: Work) -> bool:
        """Starts a request, or answers at once why not and returns False."""
        if number in self._requests:
            raise WireError("this id is in use")
        if len(self._requests) >= self._limit:
            await self._fail(number, overloaded("too many requests on this connection", 0.5))
            return False
        request = _Request(asyncio.create_task(work(), name=f"request {number}"))
        self._requests[number] = request
        self._answers.start(self._answer(number, request), name=f"answer {number}")
        return True

    def cancel(self, number: int) -> None:
        """Stops a request; one that is not known has just been answered.

        It is answered when its work has ended: with `Cancelled`, or with what came of it all the same.
        """
        request = self._requests.get(number)
        if request is not None and not request.unwanted:
            request.unwanted = True
            request.work.cancel()

    async def _answer(self, number: int, request: _Request) -> None:
        """Says the last word about a request, once and when nothing more can come of it."""
        with self._measures.working():
            await asyncio.wait([request.work])
        try:
            await self._peer.send(_last_message(number, request))
        except Gone:
            log.debug("client left before its answer")
        except ProblemError as error:
            await self._fail(number, error.problem)
        except EngineError as error:
            await self._fail(number, problem_of(error))
        except Exception as error:  # noqa: BLE001  the reason follows
            # The broad catch of a request: a fault of ours in one is no reason to end the others.
            log.error("request failed", error=type(error).__name__, at=place(error))
            await self._fail(number, Problem(500, "internal", "the service has failed; see its log"))
        finally:
            del self._requests[number]

    async def _fail(self, number: int, problem: Problem) -> None:
        self._measures.failed(problem.code)
        try:
            await self._peer.send(
                Failed(id=number, code=problem.code, message=problem.detail, more=dict(problem.more))
            )
        except Gone:
            log.debug("client left before its answer")


def _last_message(number: int, request: _Request) -> Any:
    """Raises what the work raised."""
    if not request.work.cancelled():
        return request.work.result()
    if request.unwanted:
        return Cancelled(number)
    raise RuntimeError("work was cancelled, and nobody had asked for it")


def _tell_failure(work: asyncio.Task[Any]) -> None:
    """Where it failed, of work whose connection is gone."""
    if work.done() and not work.cancelled() and (failure := work.exception()):
        log.info("request failed after its connection", error=type(failure).__name__, at=place(failure))
