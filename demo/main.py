"""Runs the scripted meeting against the local stack and judges it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from rich.console import Console

from config.settings import Settings
from demo.holding import heard_languages, hold
from demo.listening import plainly_spoken, sound_of, spoken_texts, understand, was_understood
from demo.meeting import READER, MeetingError, Minutes
from demo.report import Figures, as_json, measure, write_json, write_texts, write_wav
from demo.scripts import Script, built_in, knows_more_than_english, of_recording
from demo.tables import show
from demo.talk import TalkError
from demo.verdict import (
    Compared,
    Finding,
    compare,
    heard_originals,
    heard_their_language,
    lag_is_steady,
    nothing_lost,
    nothing_missing,
    was_spoken,
)
from demo.webvtt import write_captions
from pipeline.engines.protocols import EngineError
from pipeline.engines.recognition.silero import SileroModel
from pipeline.engines.registry import load_recognizer, load_synthesizer


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What can be chosen on the command line."""

    talk: Path | None = None
    """A recording to interpret; None takes the built-in meeting."""
    speaks: str = "en"
    """The language of the recording."""
    text: str = ""
    """What is said in the recording, where that is known."""
    hear: tuple[str, ...] | None = None
    """A listener for each; None takes what the meeting is made for."""
    out: Path | None = None
    repeat: int = 1


async def run(options: DemoOptions, settings: Settings, console: Console) -> int:
    """Holds the meeting; returns the exit status: 0 if all that should hold does, else 1.

    Raises:
        StackError: the local stack could not be had, or a part of it died.
    """
    directory = options.out or Path("out") / f"demo-{datetime.now(UTC):%Y%m%d-%H%M%S}"
    try:
        console.print("preparing what is said")
        script = await _script(options, settings)
        targets = heard_languages(script, options.hear)
        directory.mkdir(parents=True, exist_ok=True)
        minutes, meter = await hold(
            script, settings, console, targets=targets, logs=directory / "logs", repeat=options.repeat
        )
    except (TalkError, MeetingError, OSError) as error:
        console.print(f"[red]the demo could not be held:[/red] {error}", highlight=False)
        return 1
    console.print("comparing what was heard with what was said")
    figures = measure(minutes, script, targets)
    findings, compared = await judge(minutes, script, targets, figures, settings)
    use = meter.use()
    _keep(directory, minutes, script, targets)
    report = as_json(figures, findings, use, minutes)
    report["memory_mib"] = meter.memory_mib
    report["heard"] = {target: [asdict(each) for each in found] for target, found in compared.items()}
    write_json(directory / "report.json", report)
    show(console, figures, findings, use, directory)
    return 1 if any(finding.fails for finding in findings) else 0


async def _script(options: DemoOptions, settings: Settings) -> Script:
    if options.talk is None:
        return await built_in(settings)
    return of_recording(options.talk, options.speaks, options.text)


async def judge(
    minutes: Minutes, script: Script, targets: tuple[str, ...], figures: Figures, settings: Settings
) -> tuple[list[Finding], dict[str, list[Compared]]]:
    """Answers every question; with what was found by sound for each language."""
    foreign = tuple(target for target in targets if script.heard_by(target))
    try:
        by_ear, compared = await _heard(minutes, foreign, settings)
    except EngineError as error:
        return [Finding("what was heard could be compared", False, str(error))], {}
    findings = [
        *by_ear,
        *_originals(minutes, script, targets),
        *_kept_up(figures, foreign),
        nothing_missing(minutes, targets),
        *nothing_lost(minutes, targets),
    ]
    return findings, compared


async def _heard(
    minutes: Minutes, foreign: tuple[str, ...], settings: Settings
) -> tuple[list[Finding], dict[str, list[Compared]]]:
    """Whether each listener heard their language: by a recogniser where the voices allow it, else by sound.

    Args:
        foreign: languages into which something was to be translated.
    """
    written = await asyncio.to_thread(knows_more_than_english, settings)
    natural = tuple(target for target in foreign if written and not plainly_spoken(minutes, target))
    understood = await _listened_to(minutes, natural, foreign, settings)
    plain = tuple(target for target in foreign if target not in natural)
    compared = await _compared_by_sound(minutes, plain, settings)
    matched = [heard_their_language(target, minutes.listener(target), compared[target]) for target in plain]
    return [*understood, *matched], compared


def _originals(minutes: Minutes, script: Script, targets: tuple[str, ...]) -> list[Finding]:
    """About each listener whose language somebody speaks: whether they heard that as it was spoken."""
    findings = []
    for target in targets:
        if originals := script.originals_for(target):
            own = [each for each in minutes.spoken if each.part in originals]
            findings.append(heard_originals(target, minutes.listener(target), own))
    return findings


def _kept_up(figures: Figures, foreign: tuple[str, ...]) -> list[Finding]:
    """Whether translations came, and as soon at the end as at the beginning."""
    findings = []
    for target in foreign:
        found = figures.languages[target]
        findings.append(was_spoken(target, found.coverage, found.not_spoken, found.clauses))
        findings.append(lag_is_steady(target, found.lag, figures.length_s))
    return findings


async def _listened_to(
    minutes: Minutes, targets: tuple[str, ...], languages: tuple[str, ...], settings: Settings
) -> list[Finding]:
    """Has the recogniser write down what each listener heard: natural voices never sound the same twice."""
    findings: list[Finding] = []
    if not targets:
        return findings
    recognizer = await load_recognizer(settings)
    try:
        model = await asyncio.to_thread(SileroModel.load)
        for target in targets:
            understood = await understand(
                recognizer,
                model.detector(),
                sound_of(minutes, target),
                spoken_texts(minutes, target),
                target,
                languages,
            )
            tracks = [track.name for track in minutes.listener(target).translated_tracks]
            findings.append(was_understood(target, tracks, understood))
    finally:
        await recognizer.close()
    return findings


async def _compared_by_sound(
    minutes: Minutes, targets: tuple[str, ...], settings: Settings
) -> dict[str, list[Compared]]:
    """Has each clause spoken again by the voice that spoke it, and looks for that in what was heard."""
    compared: dict[str, list[Compared]] = {}
    if not targets:
        return compared
    synthesizer = await load_synthesizer(settings)
    try:
        for target in targets:
            others = tuple(other for other in targets if other != target)
            compared[target] = await compare(minutes, target, others, synthesizer, settings.speech)
    finally:
        await synthesizer.close()
    return compared


def _keep(directory: Path, minutes: Minutes, script: Script, targets: tuple[str, ...]) -> None:
    """Writes what each listener heard, and the captions of every language."""
    for target in targets:
        listener = minutes.listener(target)
        tracks = [track.sound() for track in listener.translated_tracks if track.pieces]
        if tracks:
            write_wav(directory / f"heard-{target}.wav", np.concatenate(tracks))
        write_captions(directory / f"captions-{target}.vtt", listener.captions, target)
        write_texts(directory / f"texts-{target}.md", minutes, script, target)
    for language in sorted(set(script.speakers.values()) - set(targets)):
        write_captions(directory / f"captions-{language}.vtt", minutes.attendees[READER].captions, language)
