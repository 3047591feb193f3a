"""What `hive load` does with its arguments: load, print, keep. Returns the exit status."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from bench import result as results
from bench.rooms import report
from bench.rooms.running import offered, put_on
from bench.rooms.shape import Shape
from bench.rooms.target import Target, allowed, own, running
from config.settings import Settings

LANGUAGES: Final = ("es",)
SECONDS: Final = 60


async def load(arguments: argparse.Namespace, settings: Settings) -> int:
    """0: all holds, 1: something does not. Raises what the command explains."""
    return await _one(arguments, settings)


async def _one(arguments: argparse.Namespace, settings: Settings) -> int:
    wished = arguments.languages or LANGUAGES
    shape = Shape(
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
async def _target(arguments: argparse.Namespace, settings: Settings, shape: Shape) -> AsyncIterator[Target]:
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
