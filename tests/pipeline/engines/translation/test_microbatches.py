"""Requests collected into batches."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager

import pytest

from pipeline.engines.microbatches import MicroBatcher
from pipeline.engines.protocols import EngineError, EngineOverloaded


class Doubler:
    """Answers twice the number, notes its batches, fails for batches with 13, waits at the gate."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, questions: Sequence[int]) -> list[int]:
        self.batches.append(list(questions))
        assert self.gate.wait(timeout=10)
        if 13 in questions:
            raise ValueError("unlucky")
        return [2 * question for question in questions]


@asynccontextmanager
async def batcher(
    answer: Doubler, *, max_batch: int = 4, capacity: int = 100
) -> AsyncIterator[MicroBatcher[int, int]]:
    with ThreadPoolExecutor(1) as threads:
        batches = MicroBatcher("doubler", answer, threads, max_batch=max_batch, capacity=capacity)
        try:
            yield batches
        finally:
            answer.gate.set()
            await batches.close()


async def test_what_comes_together_is_answered_together() -> None:
    """Batches are filled up to their size, in order; everyone gets their own answer."""
    doubler = Doubler()
    async with batcher(doubler) as batches:
        answers = await asyncio.gather(*(batches.ask(number) for number in range(6)))

    assert answers == [0, 2, 4, 6, 8, 10]
    assert doubler.batches == [[0, 1, 2, 3], [4, 5]]


async def test_urgent_questions_go_first_and_alone() -> None:
    """What can wait is answered after what cannot, in a batch of its own."""
    doubler = Doubler()
    async with batcher(doubler) as batches:
        await asyncio.gather(
            batches.ask(1, urgent=False), batches.ask(2), batches.ask(3, urgent=False), batches.ask(4)
        )

    assert doubler.batches == [[2, 4], [1, 3]]


async def test_who_has_gone_is_left_out() -> None:
    """A cancelled question costs the model nothing, and the others are answered."""
    doubler = Doubler()
    doubler.gate.clear()
    async with batcher(doubler) as batches:
        first = asyncio.create_task(batches.ask(0))
        await asyncio.sleep(0.02)
        gone, stays = asyncio.create_task(batches.ask(1)), asyncio.create_task(batches.ask(2))
        await asyncio.sleep(0)
        gone.cancel()
        await asyncio.wait([gone])
        doubler.gate.set()

        assert [await first, await stays] == [0, 4]
    assert doubler.batches == [[0], [2]]


async def test_a_failed_batch_fails_only_those_in_it() -> None:
    """An error of the model reaches everyone in its batch as EngineError; the next batch works."""
    async with batcher(Doubler(), max_batch=2) as batches:
        results = await asyncio.gather(*(batches.ask(n) for n in (13, 1, 2)), return_exceptions=True)

    assert [repr(result) for result in results] == [
        "EngineError('doubler failed (ValueError)')",
        "EngineError('doubler failed (ValueError)')",
        "4",
    ]


async def test_the_queue_is_bounded() -> None:
    """Beyond the bound a question is refused; one that can wait already at half of it."""
    doubler = Doubler()
    doubler.gate.clear()
    async with batcher(doubler, capacity=4) as batches:
        tasks = [asyncio.create_task(batches.ask(0))]
        await asyncio.sleep(0.02)
        tasks += [asyncio.create_task(batches.ask(number)) for number in (1, 2)]
        await asyncio.sleep(0)
        with pytest.raises(EngineOverloaded):
            await batches.ask(9, urgent=False)
        tasks += [asyncio.create_task(batches.ask(number)) for number in (3, 4)]
        await asyncio.sleep(0)
        with pytest.raises(EngineOverloaded, match="try again in 1 s"):
            await batches.ask(9)
        doubler.gate.set()

        assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8]


async def test_closing_answers_everyone() -> None:
    """Who still waits when the model is closed gets an error, and so does who comes later."""
    doubler = Doubler()
    doubler.gate.clear()
    async with batcher(doubler) as batches:
        first = asyncio.create_task(batches.ask(0))
        await asyncio.sleep(0.02)
        second = asyncio.create_task(batches.ask(1))
        await asyncio.sleep(0)
        doubler.gate.set()
        await batches.close()

        results = await asyncio.gather(first, second, return_exceptions=True)
        assert all(result == 0 or isinstance(result, EngineError) for result in results)
        with pytest.raises(EngineError, match="closed"):
            await batches.ask(2)


class Miscounting:
    """Gives as many answers as it is told to, whatever it was asked; then works."""

    def __init__(self, *counts: int) -> None:
        self._counts = list(counts)

    def __call__(self, questions: Sequence[int]) -> list[int]:
        answers = [2 * question for question in questions]
        count = self._counts.pop(0) if self._counts else len(answers)
        return (answers + [0] * count)[:count]


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_too_few_or_too_many_answers_fail_their_batch_only(count: int) -> None:
    """Nobody knows then which answer is whose; who asked is told, and the next batch is answered."""
    with ThreadPoolExecutor(1) as threads:
        batches = MicroBatcher("miscounting", Miscounting(count), threads, max_batch=4)
        async with asyncio.timeout(10):
            failed = await asyncio.gather(batches.ask(1), batches.ask(2), return_exceptions=True)

            assert [str(error) for error in failed] == [
                f"miscounting: {count} answers to 2 questions",
            ] * 2
            assert [type(error) for error in failed] == [EngineError, EngineError]
            assert await batches.ask(3) == 6
        await batches.close()


async def test_threads_that_take_no_work_fail_the_batch_only() -> None:
    """A pool that was shut down refuses the call itself: whoever asks is told, each time."""
    threads = ThreadPoolExecutor(1)
    threads.shutdown()
    batches = MicroBatcher("shut", Doubler(), threads, max_batch=4)
    async with asyncio.timeout(10):
        for _ in range(2):
            with pytest.raises(EngineError, match=r"shut failed \(RuntimeError\)"):
                await batches.ask(1)
    await batches.close()
