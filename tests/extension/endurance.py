"""Whether memory and processor stay flat while a call goes on: `python -m tests.extension.endurance --minutes 60`.

A tab that plays without end is interpreted by a scripted interpreter that speaks and writes as fast as people do, so
that what is measured is the extension and not the engines. Each minute, behind a garbage collection, a line is printed;
at last how much an hour adds, by the straight line through the second half.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from contextlib import AsyncExitStack
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, Final

import numpy as np
import psutil
from playwright.async_api import Page, async_playwright

from stack.livekit_server import obtain
from stack.ports import free_port
from tests.browser.interpreter import ScriptedInterpreter, interpreting, tone
from tests.browser.servers import livekit_server
from tests.extension.browsing import OFFSCREEN, Visitor, visitor
from tests.extension.conftest import TAB_HZ, build_extension, written
from tests.extension.installation import CODE, installation
from tests.extension.meeting import pages

SENTENCE_S: Final = 4.0
SAID_S: Final = 2.0
MB: Final = 1e6


@dataclass(frozen=True, slots=True)
class Reading:
    """What the extension takes at one moment."""

    minute: float
    offscreen_mb: float
    """JavaScript heap of the document that holds the call."""
    offscreen_nodes: float
    page_mb: float
    """JavaScript heap of the call's page, with the captions over it."""
    page_nodes: float
    process_mb: float
    """Resident memory of the extension's processes."""
    cpu: float
    """Of one core, since the reading before, by the extension's processes."""


class Meter:
    """Reads a browser in which a tab is interpreted."""

    def __init__(self, somebody: Visitor, page: Page) -> None:
        self._somebody, self._page = somebody, page
        self._began_s = self._before_s = time.monotonic()
        self._cpu_s = self._spent_s()

    async def read(self) -> Reading:
        """Collects garbage before."""
        offscreen = await self._heap(await self._somebody.tools.session(OFFSCREEN))
        page = await self._heap(await self._somebody.tools.session("/plays"))
        now_s, cpu_s = time.monotonic(), self._spent_s()
        share = (cpu_s - self._cpu_s) / max(1.0, now_s - self._before_s)
        self._before_s, self._cpu_s = now_s, cpu_s
        resident = sum(each.memory_info().rss for each in self._processes())
        return Reading((now_s - self._began_s) / 60, *offscreen, *page, resident / MB, share)

    async def _heap(self, session: str) -> tuple[float, float]:
        tools = self._somebody.tools
        await tools.call("HeapProfiler.collectGarbage", session)
        await tools.call("Performance.enable", session)
        said = (await tools.call("Performance.getMetrics", session))["metrics"]
        metrics: dict[str, float] = {each["name"]: each["value"] for each in said}
        return metrics["JSHeapUsedSize"] / MB, metrics["Nodes"]

    def _processes(self) -> list[psutil.Process]:
        children = psutil.Process().children(recursive=True)
        return [each for each in children if "--extension-process" in _command(each)]

    def _spent_s(self) -> float:
        return sum(sum(each.cpu_times()[:2]) for each in self._processes())


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:  # it has just ended
        return []


async def measure(extension: Path, minutes: float) -> None:
    """Prints a line each minute, and the slopes."""
    async with AsyncExitStack() as held:
        directory = Path(held.enter_context(tempfile.TemporaryDirectory()))
        media = held.enter_context(livekit_server(await obtain(), directory, webhook_port=free_port()))
        hive = await held.enter_async_context(installation(media.url))
        elsewhere = await held.enter_async_context(pages(written(directory / "tab.wav", tone(TAB_HZ, 10))))
        playwright = await held.enter_async_context(async_playwright())
        somebody = await held.enter_async_context(visitor(playwright, extension, directory / "profile"))
        await somebody.pair(hive.url, CODE)
        await somebody.keep(hear="es", theirs="en", mine="es", read="both")
        page = await somebody.context.new_page()
        await page.goto(f"{elsewhere.url}/plays")
        await somebody.begin(page)
        room = await hive.room()
        interpreter = await held.enter_async_context(interpreting(media, room, ("en", "es")))
        await interpreter.opened("es")
        readings = await _readings(Meter(somebody, page), interpreter, f"tab-{room}", minutes)
        _print_slopes(readings)


async def _readings(
    meter: Meter, interpreter: ScriptedInterpreter, speaker: str, minutes: float
) -> list[Reading]:
    print("".join(f"{each.name:>17}" for each in fields(Reading)), flush=True)
    readings: list[Reading] = []
    talking = asyncio.create_task(_talk(interpreter, speaker))
    try:
        for _ in range(max(1, round(minutes)) + 1):
            readings.append(await meter.read())
            print("".join(f"{value:17.2f}" for value in astuple(readings[-1])), flush=True)
            await asyncio.wait([talking], timeout=60)
            if talking.done():
                talking.result()
    finally:
        talking.cancel()
        await asyncio.wait([talking])
    return readings


async def _talk(interpreter: ScriptedInterpreter, speaker: str) -> None:
    """A sentence every four seconds, in both languages, written and said."""
    number = 0
    while True:
        number += 1
        began_s = time.monotonic()
        said = f"This is sentence {number}, and nobody has said it before."
        segment = await interpreter.caption(speaker, said, language="en")
        await interpreter.caption(speaker, f"Esta es la frase {number}.", language="es", segment=segment)
        await interpreter.say("es", tone(1000, SAID_S))
        await interpreter.measure("es", 2.5)
        await asyncio.sleep(max(0.0, SENTENCE_S - (time.monotonic() - began_s)))


def _print_slopes(readings: list[Reading]) -> None:
    late = readings[len(readings) // 2 :]
    hours = np.array([each.minute / 60 for each in late])
    print("\nwhat an hour adds, by the second half:")
    for each in fields(Reading)[1:]:
        values: Any = np.array([getattr(reading, each.name) for reading in late])
        slope = float(np.polyfit(hours, values, 1)[0]) if len(late) > 1 else float("nan")
        print(f"{each.name:>17}{slope:12.2f}")


def main() -> None:
    """Reads the arguments and measures."""
    parser = argparse.ArgumentParser(
        description="Whether memory and processor stay flat while a call goes on."
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="how long")
    asyncio.run(measure(build_extension(), parser.parse_args().minutes))


if __name__ == "__main__":
    main()
