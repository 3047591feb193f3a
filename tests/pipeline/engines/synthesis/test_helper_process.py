"""The link to an engine in a process of its own, with a helper that misbehaves on request."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest

from pipeline.engines.processes.child import HelperProcess
from pipeline.engines.protocols import EngineError, EngineMissing, EngineOverloaded

MODULE = "tests.pipeline.engines.synthesis.echo_process"


@asynccontextmanager
async def helper(
    *arguments: str, patience_s: float = 10.0, max_jobs: int = 100
) -> AsyncIterator[HelperProcess]:
    process = HelperProcess(MODULE, arguments, patience_s=patience_s, max_jobs=max_jobs)
    try:
        yield process
    finally:
        await process.close()


async def said(process: HelperProcess, **job: Any) -> bytes:
    async with aclosing(process.speak(job)) as sound:
        return b"".join([piece async for piece in sound])


async def drained(sound: AsyncIterator[bytes]) -> None:
    """Takes everything that still comes."""
    async for _ in sound:
        pass


async def test_jobs_are_answered_each_with_its_own_sound() -> None:
    """Any number of jobs may be under way; what a library prints does not get between them."""
    async with helper() as process:
        assert await process.start() == {"hello": "echo"}
        answers = await asyncio.gather(*(said(process, text=f"text {number}") for number in range(50)))

        assert answers == [f"text {number}".encode() for number in range(50)]
        assert process.jobs == 0


async def test_a_failed_job_is_only_that() -> None:
    """An error of the engine reaches its asker, without the text; the process goes on."""
    async with helper() as process:
        with pytest.raises(EngineError, match=r"^cannot say that$"):
            await said(process, do="fail")
        with pytest.raises(EngineError, match=r"^ValueError$"):
            await said(process, do="raise", text="secret")
        before = process.pid

        assert await said(process, text="next") == b"next"
        assert process.pid == before


async def test_a_process_that_dies_is_replaced() -> None:
    """A job that kills the helper twice fails; one that had begun to sound is not repeated; the next works."""
    async with helper() as process:
        with pytest.raises(EngineError, match="the process ended"):
            await said(process, do="die")
        with pytest.raises(EngineError, match="the process ended"):
            await said(process, do="die", text="begun")

        assert await said(process, text="next") == b"next"


async def test_waiting_jobs_survive_the_death_of_another() -> None:
    """Jobs of which nothing was heard yet are done by the next process."""
    async with helper() as process:
        await process.start()
        results = await asyncio.gather(
            said(process, text="a"),
            said(process, do="die", text="begun"),
            *(said(process, text=f"{n}") for n in range(5)),
            return_exceptions=True,
        )

    assert results[0] == b"a"
    assert isinstance(results[1], EngineError)
    assert results[2:] == [b"0", b"1", b"2", b"3", b"4"]


async def test_a_process_that_hangs_is_replaced() -> None:
    """Silence while there is work ends the helper; the next job gets a new one."""
    async with helper(patience_s=0.3) as process:
        with pytest.raises(EngineError, match="no answer in time"):
            await said(process, do="hang", text="begun")

        assert await said(process, text="next") == b"next"


async def test_a_job_nobody_wants_is_ended() -> None:
    """Closing the sound makes the engine stop; the same process serves the next job at once."""
    async with helper() as process:
        async with aclosing(process.speak({"do": "endless"})) as sound:
            assert await anext(sound) == b"x" * 1000
        before = process.pid

        assert await said(process, text="next") == b"next"
        assert process.pid == before


async def test_endless_sound_is_cut_off() -> None:
    """A job that does not end cannot fill the memory."""
    async with helper() as process:
        with pytest.raises(EngineError, match="speaks without end"):
            await said(process, text="x" * 17_000_000)

        assert await said(process, text="next") == b"next"


async def test_too_many_jobs_are_refused() -> None:
    """Beyond the bound a job is refused, and the ones under way are not disturbed."""
    async with helper(max_jobs=1) as process, aclosing(process.speak({"do": "endless"})) as sound:
        await anext(sound)
        with pytest.raises(EngineOverloaded):
            await said(process, text="one too many")

        assert await anext(sound) == b"x" * 1000


async def test_an_unusable_engine_is_reported() -> None:
    """What the helper says of its engine, and that it ended, reach the caller; so does a module that is not there."""
    async with helper("unusable") as process:
        with pytest.raises(EngineMissing, match="the echo is not installed"):
            await process.start()
    async with helper("ends") as process:
        with pytest.raises(EngineError, match="ended while it was starting"):
            await process.start()


async def test_a_closed_helper_stays_closed() -> None:
    """Closing ends the process in the middle of a job, twice is fine, and nothing starts it again."""
    async with helper() as process:
        sound = process.speak({"do": "endless"})
        await anext(sound)
        await process.close()
        await process.close()

        with pytest.raises(EngineError):
            await drained(sound)
        with pytest.raises(EngineError, match="was closed"):
            await said(process, text="late")


async def test_a_module_that_is_no_helper_is_an_error() -> None:
    """What it prints is no frame; its process is ended."""
    process = HelperProcess("this")  # which prints at once

    with pytest.raises(EngineError, match=r"^this: is not understood$"):
        await process.start()
    await process.close()
