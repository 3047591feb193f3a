"""What `hive load` does with its arguments: load, print, keep. Returns the exit status."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench import result as results
from bench.rooms import curves, endurance, report, sweep
from bench.rooms.running import CannotLoad, offered, put_on
from bench.rooms.shape import LoadShape
from bench.rooms.sweep import ROOMS, SPEAKERS
from bench.rooms.target import Target, allowed, own, running
from config.settings import Settings
from demo.verdict import answered

LANGUAGES: Final = ("es",)
SWEPT: Final = ("es", "fr", "it", "pt", "ca", "de", "hi", "zh", "ja")
"""What a sweep goes through, as far as the stack speaks it."""
SECONDS: Final = 60
POINT_SECONDS: Final = 40


async def load(arguments: argparse.Namespace, settings: Settings) -> int:
    """0: all holds, 1: something does not. Raises what the command explains."""
    if arguments.sweep is not None:
        return await _sweep(arguments, settings)
    if arguments.endure is not None:
        return await _endure(arguments, settings)
    return await _one(arguments, settings)


async def _endure(arguments: argparse.Namespace, settings: Settings) -> int:
    """0: all holds, 1: something does not."""
    if arguments.url is not None:
        raise ValueError(
            "an endurance run kills what it runs on, so it starts a stack of its own: leave --url out"
        )
    seconds = min(endurance.TALK_S, arguments.seconds or arguments.endure)
    shape = LoadShape(
        1, max(2, arguments.speakers), arguments.languages or LANGUAGES, arguments.at_once or 1, seconds
    )
    about = await asyncio.to_thread(report.circumstances, settings)
    endured = await endurance.endure(settings, shape, arguments.endure, say=say)
    findings = await asyncio.to_thread(endurance.judge, endured)
    found = endurance.result(endured, findings) | about
    print(f"{endured.seconds:.0f} s, {shape.name} in each of two rooms\n\n{endurance.text(found)}")
    rows = [(each.question, answered(each.holds), each.detail) for each in findings]
    _keep(arguments, "endurance", found, results.markdown("Endurance", ("", "holds", "measured"), rows), {})
    return 0 if found["holds"] else 1


async def _sweep(arguments: argparse.Namespace, settings: Settings) -> int:
    """0: it is complete, 1: something is left to measure."""
    if arguments.url is not None:
        raise ValueError("a sweep saturates its stack, so it starts one of its own: leave --url out")
    about = await asyncio.to_thread(report.circumstances, settings)
    known = curves.read(arguments.sweep, about)
    most = LoadShape(rooms=max(ROOMS), speakers=max(SPEAKERS))
    began_s = time.monotonic()
    async with own(settings, rooms=most.rooms, speakers=most.speakers, say=say) as target:
        there = await _languages(target, arguments.languages or SWEPT)
        axes = sweep.axes(there, arguments.seconds or POINT_SECONDS)
        going = sweep.Sweep(axes, arguments.budget - (time.monotonic() - began_s), known)

        async def measure(shape: LoadShape) -> Mapping[str, Any]:
            return curves.slim(report.result(await put_on(target, shape, ramp_s=arguments.ramp, say=say)))

        def keep() -> None:
            write(arguments.sweep, curves.kept(about, going.known, complete=going.next() is None))

        complete = await going.run(measure, keep, say)
    print(curves.text(axes, going.known))
    if arguments.out:
        found = curves.kept(about, going.known, complete=complete)
        plots = curves.plots(axes, going.known)
        results.keep(arguments.out, "sweep", found, curves.text(axes, going.known), plots)
    return 0 if complete else 1


async def _languages(target: Target, wished: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the wished ones that the stack speaks, as many as a sweep goes through."""
    there = await target.doors.offered()
    chosen = tuple(each for each in wished if there is None or each in there)[: max(sweep.LANGUAGES)]
    if not chosen:
        raise CannotLoad(f"the stack speaks none of {', '.join(wished)}")
    return chosen


async def _one(arguments: argparse.Namespace, settings: Settings) -> int:
    wished = arguments.languages or LANGUAGES
    shape = LoadShape(
        arguments.rooms,
        arguments.speakers,
        wished,
        arguments.at_once or 0,
        arguments.seconds or SECONDS,
    )
    about = await asyncio.to_thread(report.circumstances, settings)
    async with _target(arguments, settings, shape) as target:
        await offered(target, len(wished), wished)
        held = await put_on(target, shape, ramp_s=arguments.ramp, say=say)
    found = report.result(held) | about
    print(f"{shape.name}, {shape.seconds} s\n\n{report.text(found)}")
    _keep(arguments, "load", found, report.as_markdown(shape.name, found), report.plots(found))
    return 0 if found["holds"] else 1


@asynccontextmanager
async def _target(
    arguments: argparse.Namespace, settings: Settings, shape: LoadShape
) -> AsyncIterator[Target]:
    """The stack that the arguments mean."""
    if arguments.url is None:
        async with own(settings, rooms=shape.rooms, speakers=shape.floors, say=say) as target:
            yield target
    else:
        url = allowed(arguments.url, mine=arguments.i_operate_this)
        async with running(url, settings) as target:
            yield target


def _keep(
    arguments: argparse.Namespace, name: str, found: Mapping[str, Any], text: str, plots: Mapping[str, str]
) -> None:
    if arguments.json:
        write(arguments.json, found)
    if arguments.out:
        results.keep(arguments.out, name, found, text, plots)


def write(path: Path, found: Mapping[str, Any]) -> None:
    """Puts a whole file into place: a sweep that is cut off leaves what it had."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(results.as_json(found) + "\n", encoding="utf-8")
    part.replace(path)


def say(line: str) -> None:
    """Progress, beside the result."""
    print(line, file=sys.stderr, flush=True)
