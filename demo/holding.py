"""Holds a meeting on a local stack of its own, and watches what each part of it uses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from config.settings import Settings
from demo.doors import KeyDoors
from demo.load import LoadMeter
from demo.meeting import Meeting, Minutes
from demo.scripts import Script
from demo.terminal import Screen
from foundation.supervision import keep_running
from stack.local import Stack
from stack.ports import Ports

PARTS = ("livekit", "speech", "worker")


async def hold(
    script: Script,
    settings: Settings,
    console: Console,
    *,
    targets: tuple[str, ...],
    logs: Path,
    repeat: int = 1,
    ports: Ports | None = None,
) -> tuple[Minutes, LoadMeter]:
    """Starts the parts, holds the meeting, ends the parts. Raises StackError, MeetingError."""
    settings = replace(settings, rooms=replace(settings.rooms, source_language=script.parts[0].language))
    languages = tuple(dict.fromkeys([*script.speakers.values(), *targets]))
    async with Stack(
        settings, parts=PARTS, ports=ports, directory=logs, restart=False, report=console.print
    ) as stack:
        meter = LoadMeter(lambda: dict(stack.pids), {"worker": "room process"})
        with Screen(console, languages) as screen:
            meeting = Meeting(KeyDoors(stack.settings.livekit), screen, script, targets=targets)
            metering = asyncio.create_task(keep_running(meter.run, name="load meter"), name="load meter")
            try:
                minutes = await meeting.hold(repeat=repeat)
                meter.sample()
            finally:
                metering.cancel()
                await asyncio.wait([metering])
    return minutes, meter


def heard_languages(script: Script, wished: Sequence[str] | None) -> tuple[str, ...]:
    """Who listens: what is wished, else what the script is made for, without what everybody speaks."""
    if wished is not None:
        return tuple(dict.fromkeys(wished))
    return tuple(target for target in script.hear if script.heard_by(target))
