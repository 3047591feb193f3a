"""A meeting in a real room: several people speak at once, several languages are listened to."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console

from bench.hearing import Measurements
from bench.machine import describe
from bench.plot import lines
from bench.result import markdown, number, percent
from bench.talks import PAUSES_S, TALKS
from config.settings import Settings
from demo.holding import hold
from demo.load import Use
from demo.meeting import Minutes
from demo.quantiles import Distribution
from demo.report import Figures
from demo.report import measure as figures_of
from demo.scripts import Script, ScriptPart
from demo.speakers import DemoVoices
from demo.talk import RATE_HZ, TalkError
from pipeline.audio import Pcm
from pipeline.engines.choice import chosen

APART_S = 0.7
"""So much after each other the speakers begin, so that their pauses do not fall together."""


async def measure(
    settings: Settings,
    *,
    speaks: Sequence[str],
    hear: tuple[str, ...],
    seconds: int,
    say: Callable[[str], None],
) -> Measurements:
    """Holds the meeting. Raises TalkError, MeetingError, StackError."""
    async with DemoVoices.load(settings) as speakers:
        say("preparing what is said")
        parts = [await _part(speakers, index, language, seconds) for index, language in enumerate(speaks)]
    script = Script(tuple(parts), hear)
    say(f"{len(parts)} speakers, {len(hear)} languages, {script.length_s:.0f} s")
    with tempfile.TemporaryDirectory() as logs:
        minutes, meter = await hold(
            script, settings, Console(quiet=True), targets=hear, logs=Path(logs) / "logs"
        )
    return result(minutes, figures_of(minutes, script, hear), meter.use(), speaks, hear) | {
        "reasons": [f"{role.role}: {role.why}" for role in chosen(settings).roles],
        "machine": describe(),
    }


def result(
    minutes: Minutes,
    figures: Figures,
    use: Mapping[str, Use],
    speaks: Sequence[str],
    hear: Sequence[str],
) -> Measurements:
    """The figures in the form in which results are kept."""
    return {
        "kind": "meeting",
        "speaks": list(speaks),
        "hear": list(hear),
        "seconds": round(figures.length_s, 1),
        "clauses": figures.clauses,
        "words_wrong": {name: round(share, 4) for name, share in figures.wrong.items()},
        "interim_s": {language: _spread(values) for language, values in figures.interim.items()},
        "word_committed_s": _spread(figures.committed),
        "shown_words_changed": round(figures.retraction, 4),
        "sound_lost_s": round(minutes.ledger.lost_sound_s, 2),
        "languages": {
            language: {
                "words": values.coverage.words,
                "heard": _rounded(values.coverage.heard_share),
                "translated": round(values.coverage.translated_share, 4),
                "spoken": round(values.coverage.spoken_share, 4),
                "clauses_not_spoken": values.not_spoken,
                "first_audio_s": _spread(values.first_audio),
                "ear_voice_onset_s": _spread(values.onset),
                "ear_voice_end_s": _spread(values.end),
                "lag_s_a_minute": round(values.lag.slope * 60, 3),
                "lag_at_least_s_a_minute": _a_minute(values.lag.at_least),
            }
            for language, values in figures.languages.items()
        },
        "use": {part: asdict(each) for part, each in use.items()},
        "lag": {
            language: [
                [round(at_s - minutes.began_s, 2), round(lag_s, 3)]
                for at_s, lag_s in sorted(itertools.chain.from_iterable(minutes.ledger.lag_s(language)))
            ]
            for language in hear
        },
    }


def text(found: Mapping[str, Any]) -> str:
    """Markdown."""
    rows = [
        (
            language,
            percent(each["heard"]),
            percent(each["translated"]),
            percent(each["spoken"]),
            str(each["clauses_not_spoken"]),
            f"{each['ear_voice_onset_s']['median']:.1f} / {each['ear_voice_onset_s']['p95']:.1f}",
            f"{each['first_audio_s']['median']:.2f} / {each['first_audio_s']['p95']:.2f}",
            f"{each['lag_s_a_minute']:+.2f}",
        )
        for language, each in found["languages"].items()
    ]
    columns = (
        "", "heard", "translated", "spoken", "clauses not spoken", "ear-voice span p50 / p95, s",
        "first audio p50 / p95, s", "lag a minute, s",
    )  # fmt: skip
    title = f"{len(found['speaks'])} speakers ({', '.join(found['speaks'])}), {found['seconds']:.0f} s"
    use = [(part, f"{each['cores']:.2f}", f"{each['memory_mib']:.0f}") for part, each in found["use"].items()]
    wrong = ", ".join(f"{name} {percent(share)}" for name, share in found["words_wrong"].items())
    committed = found["word_committed_s"]
    return "\n".join(
        [
            markdown(title, columns, rows),
            markdown("Use", ("part", "cores", "MiB"), use),
            (
                f"words wrong: {wrong}; committed {number(committed['median'])} / {number(committed['p95'])} s; "
                f"shown words changed {percent(found['shown_words_changed'])}; {found['sound_lost_s']} s of sound lost"
            ),
        ]
    )


def plots(found: Mapping[str, Any]) -> dict[str, str]:
    """Lag over the meeting, a line for each language."""
    series = {
        language: [(at_s, lag_s) for at_s, lag_s in points]
        for language, points in found["lag"].items()
        if points
    }
    return {"lag": lines("How far behind the end of each clause was heard", "s", "s behind", series)}


async def _part(speakers: DemoVoices, index: int, language: str, seconds: int) -> ScriptPart:
    """A speaker who says the talk of their language again and again until the time is over."""
    if language not in TALKS:
        raise TalkError(f"there is no talk in {language}; there are {', '.join(TALKS)}")
    voices = speakers.natural(language)
    voice = voices[index % len(voices)] if voices else speakers.best(language)
    pieces: list[Pcm] = []
    said: list[str] = []
    number = 0
    while sum(len(piece) for piece in pieces) < seconds * RATE_HZ:
        line = TALKS[language][number % len(TALKS[language])]
        pieces.append(await speakers.say(line, language, voice))
        pieces.append(np.zeros(int(PAUSES_S[number % len(PAUSES_S)] * RATE_HZ), np.int16))
        said.append(line)
        number += 1
    return ScriptPart(
        f"speaker-{index + 1}", language, np.concatenate(pieces), " ".join(said), index * APART_S
    )


def _spread(values: Distribution) -> dict[str, float]:
    return {
        "count": values.count,
        "median": round(values.median_s, 3),
        "p95": round(values.p95_s, 3),
        "longest": round(values.longest_s, 3),
    }


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _a_minute(slope: float) -> float | None:
    return round(slope * 60, 3) if np.isfinite(slope) else None
