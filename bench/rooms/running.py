"""Puts a load on a stack: opens the rooms one after another, lets everybody speak, and collects what clients saw."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from livekit import rtc
from rich.console import Console

from bench.rooms.doors import DoorError
from bench.rooms.seen import Seen, seen
from bench.rooms.shape import SPEAKS, LoadShape, script, speeches
from bench.rooms.target import Target
from bench.rooms.verdict import LoadVerdict, judge
from demo.load import LoadMeter, Use
from demo.meeting import Meeting, MeetingError, Minutes
from demo.scripts import Script
from demo.terminal import Screen
from foundation.supervision import keep_running

CLIENTS: Final = "clients"
"""The part that puts on the load: this process."""
ROOM_PROCESS: Final = "room process"
PROGRESS_S: Final = 10.0


class CannotLoad(Exception):
    """The load cannot be put on this stack; says why."""


@dataclass(frozen=True, slots=True)
class LoadOutcome:
    """What became of a load."""

    shape: LoadShape
    rooms: tuple[Seen, ...]
    faults: tuple[str, ...]
    verdict: LoadVerdict
    use: dict[str, Use] = field(default_factory=dict)
    """Of each part, while people spoke; the rooms' processes one by one. Empty where the stack is not ours."""


async def offered(target: Target, count: int, wished: tuple[str, ...]) -> tuple[str, ...]:
    """The languages of a load, the wished ones first. Raises CannotLoad, DoorError where there are too few."""
    there = await target.doors.offered()
    if there is None:
        return wished[:count]
    chosen = [language for language in wished if language in there][:count]
    if len(chosen) < count:
        raise CannotLoad(
            f"{count} languages are wanted of {', '.join(wished)}, and this stack speaks "
            f"{', '.join(language for language in there if language != SPEAKS) or 'none'}"
        )
    return tuple(chosen)


async def put_on(
    target: Target, shape: LoadShape, *, ramp_s: float, say: Callable[[str], None]
) -> LoadOutcome:
    """Holds the rooms of a load side by side; those that fail become faults.

    Args:
        ramp_s: so much after each other the rooms begin.
    """
    scripts = [script(speeches(shape, number), shape) for number in range(shape.rooms)]
    meter = LoadMeter(lambda: {**target.pids, CLIENTS: os.getpid()}, {})
    async with asyncio.TaskGroup() as group:
        beside = [
            group.create_task(keep_running(meter.run, name="load meter"), name="load meter"),
            group.create_task(_progress(shape, say), name="progress"),
        ]
        try:
            results = await asyncio.gather(
                *(_room(target, shape, each, number * ramp_s) for number, each in enumerate(scripts))
            )
            meter.sample()
        finally:
            for each in beside:
                each.cancel()
    held = [(each, of) for each, of in zip(results, scripts, strict=True) if isinstance(each, Minutes)]
    rooms = [
        await asyncio.to_thread(seen, minutes, of, shape.languages, same_clock=target.same_clock)
        for minutes, of in held
    ]
    faults = tuple(each for each in results if isinstance(each, str))
    use = _use(meter, [minutes for minutes, _ in held], shape) if target.stack else {}
    return LoadOutcome(shape, tuple(rooms), faults, judge(rooms, faults, room_cores(use)), use)


def room_cores(use: Mapping[str, Use]) -> list[float]:
    """Of each room's process, where that could be seen."""
    return [each.cores for name, each in use.items() if name.startswith(ROOM_PROCESS)]


async def _room(target: Target, shape: LoadShape, of: Script, after_s: float) -> Minutes | str:
    """One room from its opening to its end; why it could not be held, where it could not."""
    await asyncio.sleep(after_s)
    room = ""
    try:
        room = await target.doors.open(SPEAKS, shape.languages)
        with Screen(Console(quiet=True), shape.languages) as screen:
            meeting = Meeting(target.doors, screen, of, targets=shape.languages, room=room, spare=True)
            return await meeting.hold()
    except (MeetingError, DoorError, rtc.ConnectError, TimeoutError, ExceptionGroup) as error:
        return _first(error)
    finally:
        if room:
            with suppress(DoorError):  # it is tried again at the end
                await target.doors.close(room)


def _first(error: BaseException) -> str:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error) or type(error).__name__


def _use(meter: LoadMeter, held: list[Minutes], shape: LoadShape) -> dict[str, Use]:
    """While people spoke: before and after it, rooms are opened and closed, which costs other things."""
    if not held:
        return meter.use()
    since_s = max(each.began_s for each in held)
    until_s = min(each.rounds[0][1] for each in held)
    found = meter.use(since_s, until_s) or meter.use()
    rooms = meter.busiest("worker", shape.rooms, since_s, until_s)
    return found | {f"{ROOM_PROCESS} {number}": use for number, use in enumerate(rooms, 1)}


async def _progress(shape: LoadShape, say: Callable[[str], None]) -> None:
    for passed in range(shape.seconds):
        if passed % PROGRESS_S == 0:
            say(f"  {shape.name}: {passed} s of {shape.seconds} s")
        await asyncio.sleep(1.0)
