"""Runs the scripted meeting against the local stack and judges it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console

from config.settings import Settings
from demo.load import LoadMeter
from demo.meeting import READER, Meeting, MeetingError, Minutes
from demo.report import as_json, measure, show, write_json, write_wav
from demo.talk import TalkError, default_talk, load_recording
from demo.terminal import Screen
from demo.verdict import Compared, Finding, compare, heard_their_language, nothing_lost, nothing_missing
from demo.webvtt import write_captions
from pipeline.audio import Pcm
from pipeline.engines.protocols import EngineError
from pipeline.engines.registry import load_synthesizer
from stack.local import Stack

PARTS = ("livekit", "speech", "worker")


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What can be chosen on the command line."""

    talk: Path | None = None
    """A recording to interpret; None takes the talk that flite speaks."""
    speaks: str = "en"
    targets: tuple[str, ...] = ("es", "fr")
    out: Path | None = None
    repeat: int = 1


async def run(options: DemoOptions, settings: Settings, console: Console) -> int:
    """Holds the meeting; returns the exit status: 0 if all that should hold does, else 1.

    Raises:
        StackError: the local stack could not be had, or a part of it died.
    """
    directory = options.out or Path("out") / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    try:
        console.print("preparing the talk")
        talk, interruption = _sound(options)
        directory.mkdir(parents=True, exist_ok=True)
        minutes, meter = await _hold(options, settings, console, talk, interruption, directory)
    except (TalkError, MeetingError, OSError) as error:
        console.print(f"[red]the demo could not be held:[/red] {error}", highlight=False)
        return 1
    console.print("comparing what was heard with what was said")
    compared: dict[str, list[Compared]] = {}
    findings = await _judge(minutes, options, settings, compared)
    figures = measure(minutes, options.targets)
    use = meter.use()
    _keep(directory, minutes, options)
    report = as_json(figures, findings, use, minutes)
    report["memory_mib"] = meter.memory_mib
    report["heard"] = {target: [asdict(each) for each in found] for target, found in compared.items()}
    write_json(directory / "report.json", report)
    show(console, figures, findings, use, directory)
    return 0 if all(finding.holds for finding in findings) else 1


async def _hold(
    options: DemoOptions,
    settings: Settings,
    console: Console,
    talk: Pcm,
    interruption: Pcm | None,
    directory: Path,
) -> tuple[Minutes, LoadMeter]:
    settings = replace(settings, rooms=replace(settings.rooms, source_language=options.speaks))
    languages = (options.speaks, *options.targets)
    logs = directory / "logs"
    async with Stack(settings, parts=PARTS, directory=logs, restart=False, report=console.print) as stack:
        meter = LoadMeter({part: stack.pids[part] for part in PARTS}, {"worker": "room process"})
        with Screen(console, languages) as screen:
            meeting = Meeting(stack.settings.livekit, screen, source=options.speaks, targets=options.targets)
            metering = asyncio.create_task(meter.run(), name="load meter")
            try:
                minutes = await meeting.hold(talk, interruption, repeat=options.repeat)
                meter.sample()
            finally:
                metering.cancel()
                await asyncio.wait([metering])
    return minutes, meter


def _sound(options: DemoOptions) -> tuple[Pcm, Pcm | None]:
    if options.talk is None:
        return default_talk()
    talk = load_recording(options.talk)
    # a recording of the operator's is not interrupted in English if it is not in English
    return talk, default_talk()[1] if options.speaks == "en" else None


async def _judge(
    minutes: Minutes, options: DemoOptions, settings: Settings, compared: dict[str, list[Compared]]
) -> list[Finding]:
    """Answers every question; fills `compared` with what was found by sound for each language."""
    findings = []
    try:
        synthesizer = await load_synthesizer(settings)
    except EngineError as error:
        return [Finding("what was heard could be compared", False, str(error))]
    try:
        for target in options.targets:
            others = tuple(other for other in options.targets if other != target)
            compared[target] = await compare(minutes, target, others, synthesizer)
            listener = minutes.attendees[f"listener-{target}"]
            findings.append(heard_their_language(target, listener, compared[target]))
    finally:
        await synthesizer.close()
    findings.append(nothing_missing(minutes, options.targets))
    findings += nothing_lost(minutes, options.speaks, options.targets)
    return findings


def _keep(directory: Path, minutes: Minutes, options: DemoOptions) -> None:
    """Writes what each listener heard, and the captions of every language."""
    for target in options.targets:
        tracks = [track.sound() for track in minutes.attendees[f"listener-{target}"].tracks if track.pieces]
        if tracks:
            write_wav(directory / f"heard-{target}.wav", np.concatenate(tracks))
        write_captions(
            directory / f"captions-{target}.vtt", minutes.attendees[f"listener-{target}"].captions, target
        )
    write_captions(
        directory / f"captions-{options.speaks}.vtt", minutes.attendees[READER].captions, options.speaks
    )
