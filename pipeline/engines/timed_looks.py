"""How long a recogniser takes to look, as it is used: sound that goes on, or each time from the beginning."""

from __future__ import annotations

import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from foundation.process_use import processor_time_s
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.engines.protocols import HearingOptions, Recognizer

_TIMES: Final = 3


@dataclass(frozen=True, slots=True)
class Took:
    """The medians of what was done several times."""

    wall_s: float
    processor_s: float


async def looks_anew(engine: Recognizer, pcm: Pcm) -> Took:
    """Looks at all of the sound; each is a new stream, which remembers nothing."""

    async def look() -> None:
        stream = await engine.open(HearingOptions("measuring", "en"), first_sample=0)
        try:
            await stream.accept(pcm)
            await stream.hypothesis()
        finally:
            await stream.close()

    await look()  # loads what it needs
    return await timed(look)


@asynccontextmanager
async def somebody_speaks(engine: Recognizer, pcm: Pcm) -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """Somebody who says the same again and again: looks follow each other, always at so much sound."""
    step = int(engine.info.look_interval_s * HEARING_RATE_HZ)
    stream = await engine.open(HearingOptions("measuring", "en"), first_sample=0)
    heard = len(pcm) - step
    await stream.accept(pcm[:heard])

    async def look() -> None:
        nonlocal heard
        await stream.accept(np.take(pcm, np.arange(heard, heard + step), mode="wrap"))
        heard += step
        await stream.hypothesis()
        stream.cut(heard + step - len(pcm), "")

    try:
        yield look
    finally:
        await stream.close()


async def timed(work: Callable[[], Awaitable[object]], *, times: int = _TIMES) -> Took:
    """Does the same several times."""
    walls, workings = [], []
    for _ in range(times):
        began_s, worked_s = time.monotonic(), processor_time_s()
        await work()
        walls.append(time.monotonic() - began_s)
        workings.append(processor_time_s() - worked_s)
    return Took(round(statistics.median(walls), 4), round(statistics.median(workings), 4))
