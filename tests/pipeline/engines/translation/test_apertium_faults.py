"""Apertium's programs killed, stopped and abandoned in the middle of their work."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pipeline.engines.protocols import EngineError, EngineOverloaded, TranslationRequest
from pipeline.engines.translation.apertium.pipeline import Pipeline
from pipeline.engines.translation.apertium.pool import PipelinePool
from pipeline.engines.translation.apertium.translator import ApertiumTranslator

pytestmark = pytest.mark.engines

REPORT = TranslationRequest("The report is ready.", "en", "es")


@asynccontextmanager
async def loaded(patience_s: float = 15.0) -> AsyncIterator[ApertiumTranslator]:
    translator = await ApertiumTranslator.load(patience_s=patience_s)
    try:
        yield translator
    finally:
        await translator.close()


def programs(apertium: ApertiumTranslator) -> tuple[int, ...]:
    (pids,) = apertium.pids["eng-spa"]
    return pids


def runs(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def has_read(pid: int) -> int:
    """How many bytes a process has read since it began."""
    counts = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
    return int(counts["rchar"])


@pytest.mark.parametrize("position", [0, 5, -1])
async def test_a_killed_program_is_replaced(position: int) -> None:
    """Whichever program of a pipeline dies, the request is answered by a new one and nothing is left behind."""
    async with loaded() as apertium:
        await apertium.translate(REPORT)
        before = programs(apertium)
        os.kill(before[position], signal.SIGKILL)

        assert (await apertium.translate(REPORT)).text == "El informe está a punto."
        assert not set(before) & set(programs(apertium))
        assert not any(runs(pid) for pid in before)


async def test_a_program_killed_in_mid_request_is_replaced() -> None:
    """A long request whose pipeline dies while it runs is completed all the same."""
    async with loaded() as apertium:
        await apertium.translate(REPORT)
        before = programs(apertium)
        at_rest = has_read(before[3])
        long = TranslationRequest("The report is ready. " * 800, "en", "es")
        task = asyncio.create_task(apertium.translate(long))
        while has_read(before[3]) == at_rest:
            await asyncio.sleep(0.001)
        assert not task.done()
        os.kill(before[3], signal.SIGKILL)

        assert (await task).text == " ".join(["El informe está a punto."] * 800)


async def test_a_program_that_hangs_is_replaced() -> None:
    """A pipeline that gives no answer in time is killed as a whole, and the request answered by a new one."""
    async with loaded(patience_s=0.3) as apertium:
        await apertium.translate(REPORT)
        before = programs(apertium)
        os.kill(before[2], signal.SIGSTOP)

        assert (await apertium.translate(REPORT)).text == "El informe está a punto."
        assert not any(runs(pid) for pid in before)


async def test_a_cancelled_request_leaves_no_trace() -> None:
    """The answer to a cancelled request is not given to the next one; the same programs go on."""
    async with loaded() as apertium:
        await apertium.translate(REPORT)
        before = programs(apertium)
        for number in range(10):
            task = asyncio.create_task(apertium.translate(TranslationRequest(f"page {number}", "en", "es")))
            await asyncio.sleep(0.001 * (number % 4))
            task.cancel()
            await asyncio.wait([task])

        assert (await apertium.translate(REPORT)).text == "El informe está a punto."
        assert before in apertium.pids["eng-spa"]


async def test_requests_waiting_at_close_fail_and_no_program_stays() -> None:
    """Closing ends every program; who still waits is told."""
    apertium = await ApertiumTranslator.load()
    await apertium.translate(REPORT)
    before = programs(apertium)
    os.kill(before[0], signal.SIGSTOP)
    task = asyncio.create_task(apertium.translate(REPORT))
    await asyncio.sleep(0.05)
    await apertium.close()

    with pytest.raises(EngineError):
        await task
    assert not any(runs(pid) for pid in before)


def pool_of(size: int, max_waiting: int, patience_s: float = 5.0) -> tuple[PipelinePool, list[Pipeline]]:
    """A pool of pipelines that give back what they get."""
    made: list[Pipeline] = []

    def create() -> Pipeline:
        made.append(Pipeline([["cat"]], patience_s=patience_s, start_patience_s=patience_s))
        return made[-1]

    return PipelinePool("echo", create, size=size, max_waiting=max_waiting, wait_s=patience_s), made


async def stopped(pool: PipelinePool, made: list[Pipeline]) -> Callable[[], None]:
    """Brings the only pipeline to a stand; call the result to let it go on."""
    await pool.ask("first")
    (pid,) = made[0].pids
    os.kill(pid, signal.SIGSTOP)
    return lambda: os.kill(pid, signal.SIGCONT)


async def test_too_many_waiting_requests_are_refused() -> None:
    """Beyond the bound the error says to try again later; drafts are refused at half of it; the others are served."""
    pool, made = pool_of(size=1, max_waiting=4)
    go_on = await stopped(pool, made)
    tasks = [asyncio.create_task(pool.ask(str(number))) for number in range(3)]
    await asyncio.sleep(0.02)

    with pytest.raises(EngineOverloaded, match="try again in 1 s"):
        await pool.ask("draft", draft=True)
    tasks += [asyncio.create_task(pool.ask(str(number))) for number in range(3, 5)]
    await asyncio.sleep(0.02)
    with pytest.raises(EngineOverloaded):
        await pool.ask("final")
    go_on()

    assert await asyncio.gather(*tasks) == ["0", "1", "2", "3", "4"]
    await pool.close()


async def test_waiting_has_a_limit() -> None:
    """Who does not get a pipeline in time is told that there is too much to do."""
    pool, made = pool_of(size=1, max_waiting=4, patience_s=0.2)
    pool._wait_s = 0.05
    await stopped(pool, made)
    first = asyncio.create_task(pool.ask("a"))
    await asyncio.sleep(0.02)

    with pytest.raises(EngineOverloaded):
        await pool.ask("b")
    assert await first == "a"
    await pool.close()


async def test_a_program_that_cannot_run_fails_in_words() -> None:
    """When the new pipeline fails as well, the error says so; so does one that does not start."""
    ends = PipelinePool("ends", lambda: Pipeline([["true"]]), size=1, max_waiting=1)
    with pytest.raises(EngineError, match="ends failed twice: a program ended"):
        await ends.ask("text")
    await ends.close()

    absent = PipelinePool("absent", lambda: Pipeline([["/no/such/program"]]), size=1, max_waiting=1)
    with pytest.raises(EngineError, match="absent failed twice: cannot start: No such file"):
        await absent.ask("text")
    await absent.close()


async def test_a_start_that_is_cancelled_leaves_nothing() -> None:
    """Wherever it is on its way: programs, pipes and their transports are gone when the cancellation returns."""
    for steps in range(12):
        pipeline = Pipeline([["cat"], ["cat"]])
        starting = asyncio.create_task(pipeline.start())
        while not pipeline.pids and not starting.done():
            await asyncio.sleep(0)
        pids = pipeline.pids
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
        await asyncio.wait([starting])
        if not starting.cancelled():  # it had started by then
            await pipeline.stop()

        assert not any(runs(pid) for pid in pids)
        assert pipeline.pids == ()


async def test_a_pool_that_closes_while_it_starts_keeps_nothing() -> None:
    """A request whose pipeline is just being started at the close is refused, and the pipeline ended."""
    pool, made = pool_of(size=1, max_waiting=4)
    asking = asyncio.create_task(pool.ask("a"))
    while not made or not made[0].pids:
        await asyncio.sleep(0)
    pids = made[0].pids
    await pool.close()

    with pytest.raises(EngineError):
        await asking
    assert not any(runs(pid) for pid in pids)
