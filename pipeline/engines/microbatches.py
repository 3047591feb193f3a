"""Requests that arrive together are given to a model together."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar
from weakref import WeakSet

from foundation.supervision import keep_running
from foundation.tasks import Tasks
from pipeline.engines.protocols import EngineError, EngineOverloaded

Question = TypeVar("Question")
Answer = TypeVar("Answer")

batch_sizes: Final[Counter[int]] = Counter()
"""How many batches of each size this process has had answered, for whoever watches it."""


@dataclass(frozen=True, slots=True)
class EngineQueue:
    """How many requests wait for an engine."""

    engine: str
    waiting: int
    most: int
    """Of more, the newest are refused."""


def depths() -> list[EngineQueue]:
    """Of all engines of this process that collect requests; of several with one name the fullest."""
    found: dict[str, EngineQueue] = {}
    for depth in sorted((each.depth for each in list(_living)), key=lambda depth: depth.waiting):
        found[depth.engine] = depth
    return sorted(found.values(), key=lambda depth: depth.engine)


@dataclass(slots=True)
class _Waiting(Generic[Question, Answer]):
    question: Question
    answer: asyncio.Future[Answer]


class MicroBatcher(Generic[Question, Answer]):
    """Collects questions for a moment and has them answered in one blocking call in a thread.

    Urgent questions go before all others and never share a batch with them. A question whose asker has
    gone is left out, unless the thread has it already.

    Args:
        answer: blocking; returns one answer for each question, in order; raises EngineError for all of them.
        threads: where `answer` runs.
        max_batch: how many at once.
        wait_s: how long the first question of a batch waits for company.
        capacity: how many may wait; the less urgent only half as many.
    """

    def __init__(
        self,
        name: str,
        answer: Callable[[Sequence[Question]], Sequence[Answer]],
        threads: Executor,
        *,
        max_batch: int = 16,
        wait_s: float = 0.004,
        capacity: int = 128,
    ) -> None:
        self._name, self._answer, self._threads = name, answer, threads
        self._max_batch, self._wait_s, self._capacity = max_batch, wait_s, capacity
        self._urgent: deque[_Waiting[Question, Answer]] = deque()  # `ask` keeps both within the capacity
        self._others: deque[_Waiting[Question, Answer]] = deque()
        self._tasks = Tasks()
        self._something = asyncio.Event()
        self._closed = False
        _living.add(self)

    @property
    def depth(self) -> EngineQueue:
        """How many wait now."""
        waiting = 0 if self._closed else len(self._urgent) + len(self._others)
        return EngineQueue(self._name, waiting, self._capacity)

    async def ask(self, question: Question, *, urgent: bool = True) -> Answer:
        """Raises EngineOverloaded, EngineError."""
        if self._closed:
            raise EngineError(f"{self._name} was closed")
        waiting = len(self._urgent) + len(self._others)
        if waiting >= (self._capacity if urgent else self._capacity // 2):
            raise EngineOverloaded(self._name, 1.0)
        if not len(self._tasks):
            working = keep_running(self._work, name=f"{self._name} batches")
            self._tasks.start(working, name=f"{self._name} batches")
        item = _Waiting[Question, Answer](question, asyncio.get_running_loop().create_future())
        (self._urgent if urgent else self._others).append(item)
        self._something.set()
        return await item.answer

    async def close(self) -> None:
        """Fails what waits; the thread finishes its batch, for nobody."""
        self._closed = True
        await self._tasks.close()
        for item in (*self._urgent, *self._others):
            if not item.answer.done():
                item.answer.set_exception(EngineError(f"{self._name} was closed"))

    async def _work(self) -> None:
        while True:
            await self._something.wait()
            await asyncio.sleep(self._wait_s)
            batch = self._next_batch()
            if not self._urgent and not self._others:
                self._something.clear()
            if batch:
                await self._run(batch)

    def _next_batch(self) -> list[_Waiting[Question, Answer]]:
        """The oldest of the more urgent that are still waited for."""
        queue = self._urgent or self._others
        batch: list[_Waiting[Question, Answer]] = []
        while queue and len(batch) < self._max_batch:
            item = queue.popleft()
            if not item.answer.done():
                batch.append(item)
        return batch

    async def _run(self, batch: Sequence[_Waiting[Question, Answer]]) -> None:
        batch_sizes[len(batch)] += 1
        try:
            answers = await self._ask_thread([item.question for item in batch])
        except asyncio.CancelledError:
            _fail(batch, EngineError(f"{self._name} was closed"))
            raise
        except EngineError as error:
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001  whatever one batch meets, the next one is answered
            failed = EngineError(
                f"{self._name} failed ({type(error).__name__})"
            )  # it may quote what was said
            failed.__cause__ = error
            _fail(batch, failed)
        else:
            _answer(batch, answers)

    async def _ask_thread(self, questions: Sequence[Question]) -> Sequence[Answer]:
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._answer, questions)
        await asyncio.wait([running])
        if running.cancelled():
            raise EngineError(f"{self._name}: the thread ended")
        answers = running.result()
        if len(answers) != len(questions):  # whose is whose?
            raise EngineError(f"{self._name}: {len(answers)} answers to {len(questions)} questions")
        return answers


_living: WeakSet[MicroBatcher[Any, Any]] = WeakSet()


def _answer(batch: Sequence[_Waiting[Question, Answer]], answers: Sequence[Answer]) -> None:
    for item, answer in zip(batch, answers, strict=True):
        if not item.answer.done():
            item.answer.set_result(answer)


def _fail(batch: Sequence[_Waiting[Question, Answer]], error: EngineError) -> None:
    for item in batch:
        if not item.answer.done():
            item.answer.set_exception(error)
