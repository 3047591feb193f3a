"""What each `hive bench` measurement does with its arguments: measure, print, keep. Returns the exit status."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from bench import (
    answers,
    capacity,
    compare,
    corpus,
    corpus_run,
    files,
    hearing,
    hearing_report,
    meeting,
    placement,
    plans,
    readings,
    repeated,
    result,
    voices,
)
from bench.pacing import Pacing
from bench.recording import read
from config.settings import Settings
from demo.speakers import DemoVoices
from pipeline.audio import HEARING_RATE_HZ
from pipeline.recordings.finishing import AudioFormat, encode

_READ = ("austen-0870", "austen-0890", "austen-0920")
"""Readings of some seconds."""

Command = Callable[[argparse.Namespace, Settings], Coroutine[None, None, int]]


async def _hearing(arguments: argparse.Namespace, settings: Settings) -> int:
    recording = read(arguments.file, _text(arguments.text), arguments.language)
    loaded = await hearing.load(settings, arguments.model, threads=arguments.beside_threads)
    try:
        found = await hearing.measure(
            recording, loaded, settings, pace=Pacing(arguments.pace), beside_plain=arguments.beside == "plain"
        )
    finally:
        await loaded.recognizer.close()
    _give(arguments, "hearing", found, hearing_report.text(found), hearing_report.plots(found))
    return 0


async def _corpus(arguments: argparse.Namespace, settings: Settings) -> int:
    async with DemoVoices.load(settings) as speakers:
        items = corpus.items(speakers, only=tuple(filter(None, arguments.only.split(","))))
        if arguments.list:
            print("\n".join(f"{item.name:32} {item.language}  {item.about}" for item in items))
            return 0
        recordings = [await item.make(speakers) for item in items]
        missing = speakers.missing
    loaded = await hearing.load(settings, arguments.model, threads=arguments.beside_threads)
    try:
        found = await corpus_run.measure(
            recordings,
            loaded,
            settings,
            pace=Pacing(arguments.pace),
            beside_plain=arguments.beside == "plain",
            say=_say,
        )
    finally:
        await loaded.recognizer.close()
    found["missing"] = missing
    _give(arguments, "corpus", found, corpus_run.text(found), corpus_run.plots(found))
    return 0


async def _answers(arguments: argparse.Namespace, settings: Settings) -> int:
    async with DemoVoices.load(settings) as speakers:
        voices = tuple(filter(None, arguments.voices.split(","))) or speakers.for_answers()
        spoken = await answers.spoken(speakers, voices, arguments.words)
    loaded = await hearing.load(settings, arguments.model)
    try:
        found = await answers.measure(spoken, loaded, settings, pace=Pacing(arguments.pace), say=_say)
    finally:
        await loaded.recognizer.close()
    _give(arguments, "answers", found, answers.text(found), {})
    return 0


async def _meeting(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await meeting.measure(
        settings, speaks=arguments.speaks, hear=arguments.hear, seconds=arguments.seconds, say=_say
    )
    _give(arguments, "meeting", found, meeting.text(found), meeting.plots(found))
    return 0


async def _capacity(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await capacity.measure(settings, arguments.model, device=arguments.device, say=_say)
    _give(arguments, "capacity", found, capacity.text(found), capacity.plots(found))
    return 0


async def _files(arguments: argparse.Namespace, settings: Settings) -> int:
    recording = files.read_or_join(
        arguments.file, _text(arguments.text), arguments.language, arguments.seconds
    )
    found = await files.measure(recording, settings, arguments.model, say=_say)
    _give(arguments, "files", found, files.text(found), {})
    return 0


async def _plans(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await plans.measure(
        _messages(arguments)[0],
        settings,
        plans=arguments.plans,
        clients=arguments.clients,
        seconds=arguments.seconds,
        target=arguments.into,
        say=_say,
    )
    _give(arguments, "plans", found, plans.text(found), {})
    return 0


async def _placement(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await placement.measure(
        settings, arguments.model, speakers=arguments.speakers, seconds=arguments.seconds, say=_say
    )
    _give(arguments, "placement", found, placement.text(found), {})
    return 0


async def _repeated(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await repeated.measure(_messages(arguments), settings, target=arguments.into, say=_say)
    _give(arguments, "repeated", found, repeated.text(found), {})
    return 0


async def _voices(arguments: argparse.Namespace, settings: Settings) -> int:
    found = await voices.measure(settings, arguments.language, say=_say)
    _give(arguments, "voices", found, voices.text(found), {})
    return 0


async def _compare(arguments: argparse.Namespace, settings: Settings) -> int:
    first, second = compare.read(arguments.first), compare.read(arguments.second)
    print(compare.text(arguments.first.stem, arguments.second.stem, compare.rows(first, second)))
    return 0


COMMANDS: Mapping[str, Command] = {
    "hearing": _hearing,
    "corpus": _corpus,
    "answers": _answers,
    "meeting": _meeting,
    "capacity": _capacity,
    "files": _files,
    "plans": _plans,
    "placement": _placement,
    "repeated": _repeated,
    "voices": _voices,
    "compare": _compare,
}


def _give(
    arguments: argparse.Namespace, name: str, found: dict[str, Any], text: str, plots: Mapping[str, str]
) -> None:
    print(result.as_json(found) if arguments.json else text)
    if arguments.out:
        result.keep(arguments.out, name, found, text, plots)


def _messages(arguments: argparse.Namespace) -> list[bytes]:
    """Voice messages: a file of the operator's, else readings."""
    if arguments.file is not None:
        return [bytes(arguments.file.read_bytes())]
    return [encode(readings.sound(name), HEARING_RATE_HZ, AudioFormat.WAV) for name in _READ]


def _say(line: str) -> None:
    """Progress, beside the result."""
    print(line, file=sys.stderr, flush=True)


def _text(given: str) -> str:
    """A text, or what the file of that name holds."""
    path = Path(given) if given and len(given) < 200 and "\n" not in given else None
    return path.read_text(encoding="utf-8") if path is not None and path.is_file() else given
