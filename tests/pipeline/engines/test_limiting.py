"""No more speakers at once than the machine keeps up with."""

from __future__ import annotations

import asyncio

import pytest

from pipeline.capacity import Capacity
from pipeline.engines.limiting import MOST_WAITING, limited
from pipeline.engines.protocols import (
    EngineError,
    EngineOverloaded,
    HearingOptions,
    RecognitionStream,
    Recognizer,
)
from tests.fakes.engines import ScriptedRecognizer

SPEAKER = HearingOptions("anna", "en")


async def speaking(recognizer: Recognizer) -> RecognitionStream:
    """Opens a stream in which somebody speaks."""
    stream = await recognizer.open(SPEAKER, first_sample=0)
    stream.begin(0)
    return stream


async def test_one_more_is_refused_with_the_reason() -> None:
    """Until somebody has finished; closing twice gives one place back."""
    recognizer = limited(ScriptedRecognizer([]), Capacity(2, 0.5, (1, 1)), wait_s=0.05)
    first = await speaking(recognizer)
    await speaking(recognizer)

    with pytest.raises(EngineOverloaded) as refused:
        await recognizer.open(SPEAKER, first_sample=0)
    assert str(refused.value) == (
        "recognition is overloaded: this machine keeps up with 2 people speaking at once, try again in 2 s"
    )

    await first.close()
    await first.close()
    await speaking(recognizer)
    with pytest.raises(EngineOverloaded):
        await recognizer.open(SPEAKER, first_sample=0)


async def test_one_more_waits_until_somebody_pauses() -> None:
    """In the order in which they came; the sound that waits meanwhile is the stage's."""
    recognizer = limited(ScriptedRecognizer([], listens_on=True), Capacity(1, 0.5, (1,)), wait_s=5.0)
    first = await speaking(recognizer)
    second = asyncio.create_task(speaking(recognizer))
    third = asyncio.create_task(speaking(recognizer))
    await asyncio.sleep(0)
    assert not second.done()

    await first.hypothesis(final=True)
    stream = await second
    await asyncio.sleep(0)
    assert not third.done()

    await stream.close()
    await (await third).close()


async def test_a_crowd_is_refused_at_once() -> None:
    """Those who wait already keep their order."""
    recognizer = limited(ScriptedRecognizer([]), Capacity(1, 0.5, (1,)), wait_s=5.0)
    first = await speaking(recognizer)
    crowd = [asyncio.create_task(speaking(recognizer)) for _ in range(MOST_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(EngineOverloaded, match="keeps up with 1 person"):
        await recognizer.open(SPEAKER, first_sample=0)
    for task in crowd:
        await first.close()
        first = await task
    await first.close()


async def test_who_gives_up_waiting_leaves_their_place_to_the_next() -> None:
    """Also in the very moment in which it becomes free."""
    recognizer = limited(ScriptedRecognizer([]), Capacity(1, 0.5, (1,)), wait_s=5.0)
    first = await speaking(recognizer)
    second = asyncio.create_task(recognizer.open(SPEAKER, first_sample=0))
    third = asyncio.create_task(recognizer.open(SPEAKER, first_sample=0))
    fourth = asyncio.create_task(recognizer.open(SPEAKER, first_sample=0))
    await asyncio.sleep(0)

    second.cancel()
    await asyncio.wait([second])
    await first.close()
    third.cancel()
    await asyncio.wait([third])

    await (await fourth).close()
    await speaking(recognizer)


async def test_who_is_silent_needs_no_room() -> None:
    """The last look frees the place; who speaks on in an open stream takes one, though all are taken."""
    inner = ScriptedRecognizer([], listens_on=True)
    recognizer = limited(inner, Capacity(1, 0.5, (1,)), wait_s=0.05)
    first = await speaking(recognizer)
    await first.hypothesis()
    with pytest.raises(EngineOverloaded, match="keeps up with 1 person speaking at once"):
        await recognizer.open(SPEAKER, first_sample=0)

    await first.hypothesis(final=True)
    second = await speaking(recognizer)
    first.begin(32_000)
    first.begin(48_000)
    await second.close()
    with pytest.raises(EngineOverloaded):
        await recognizer.open(SPEAKER, first_sample=0)

    await first.close()
    await recognizer.open(SPEAKER, first_sample=0)
    assert inner.began == [0, 0, 32_000, 48_000]


async def test_a_last_look_that_fails_frees_its_place_with_the_close() -> None:
    """The stage closes such a stream."""
    recognizer = limited(ScriptedRecognizer([], failing=[0]), Capacity(1, 0.5, (1,)), wait_s=0.05)
    stream = await speaking(recognizer)
    with pytest.raises(EngineError, match="stumbled"):
        await stream.hypothesis(final=True)
    with pytest.raises(EngineOverloaded):
        await recognizer.open(SPEAKER, first_sample=0)

    await stream.close()
    await recognizer.open(SPEAKER, first_sample=0)


async def test_a_stream_that_could_not_be_opened_takes_no_place() -> None:
    """The recogniser's own failure is passed on."""
    recognizer = limited(ScriptedRecognizer([], refusals=1), Capacity(1, 0.5, (1,)), wait_s=0.05)

    with pytest.raises(EngineError, match="no free decoder"):
        await recognizer.open(SPEAKER, first_sample=0)
    await recognizer.open(SPEAKER, first_sample=0)


def test_nothing_is_limited_that_was_not_measured() -> None:
    """The recogniser itself."""
    recognizer = ScriptedRecognizer([])

    assert limited(recognizer, None) is recognizer
