"""The figures of a meeting: a table on the terminal, and everything as JSON."""

from __future__ import annotations

import json
import wave
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from demo.load import Use
from demo.meeting import READER, Minutes
from demo.quantiles import Distribution, distribution, slope
from demo.terminal import table
from demo.verdict import Finding, retraction
from pipeline.audio import HEARING_RATE_HZ, Pcm

LAG_SHARE = 0.25
"""Lag at the start and at the end: medians over so much of the clauses, at least three."""


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """Latencies of one language."""

    spoken: int
    drafted: int
    """Of these, translated before their words were committed."""
    translated: Distribution
    """Commit to translation."""
    first_audio: Distribution
    """Processing: commit to first frame handed to LiveKit, without the wait for the clause before it to end."""
    first_audio_with_wait: Distribution
    """The same including that wait."""
    onset: Distribution
    """Ear-voice span: source onset to translated onset."""
    end: Distribution
    """Ear-voice span at the ends."""
    lag_start_s: float
    lag_end_s: float
    drift: float
    """Seconds of lag gained for each second of talk, fitted over all clauses."""
    fastest: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything measured."""

    clauses: int
    interim: dict[str, Distribution]
    """Interim captions by language: arrival of the sound that completes the newest word to the caption sent."""
    shown: Distribution
    """Arrival of a word's end to its first showing as it stayed."""
    committed: Distribution
    """Arrival of a word's end to its commit."""
    retraction: float
    languages: dict[str, LanguageFigures]


def measure(minutes: Minutes, targets: tuple[str, ...]) -> Figures:
    """Computes the figures of a meeting."""
    ledger = minutes.ledger
    return Figures(
        clauses=len(ledger.clauses),
        interim={language: distribution(values) for language, values in sorted(ledger.interim_s.items())},
        shown=distribution(ledger.shown_s),
        committed=distribution(ledger.word_commit_s),
        retraction=retraction(minutes.attendees[READER].captions),
        languages={target: _language(minutes, target) for target in targets},
    )


def _language(minutes: Minutes, target: str) -> LanguageFigures:
    done = [
        (record, rendering)
        for record in minutes.ledger.clauses.values()
        if (rendering := record.renderings.get(target))
        and rendering.first_audio_at_s is not None
        and rendering.onset_at_s is not None
        and rendering.end_at_s is not None
    ]
    with_wait = [(r.first_audio_at_s or 0.0) - record.committed_at_s for record, r in done]
    lag = minutes.ledger.lag_s(target)
    share = max(3, round(len(lag) * LAG_SHARE))
    return LanguageFigures(
        spoken=len(done),
        drafted=sum(rendering.drafted for _, rendering in done),
        translated=distribution([r.translated_s for _, r in done if r.translated_s is not None]),
        first_audio=distribution([total - r.waited_s for total, (_, r) in zip(with_wait, done, strict=True)]),
        first_audio_with_wait=distribution(with_wait),
        onset=distribution([(r.onset_at_s or 0.0) - record.onset_at_s for record, r in done]),
        end=distribution([lag_s for _, lag_s in lag]),
        lag_start_s=distribution([lag_s for _, lag_s in lag[:share]]).median_s,
        lag_end_s=distribution([lag_s for _, lag_s in lag[-share:]]).median_s,
        drift=slope(lag),
        fastest=max((r.speed for _, r in done), default=1.0),
    )


def show(
    console: Console, figures: Figures, findings: list[Finding], use: Mapping[str, Use], directory: Path
) -> None:
    """Prints the tables."""

    def row(name: str, values: Distribution) -> tuple[str, ...]:
        return (
            name,
            str(values.count),
            *(f"{value * 1000:.0f}" for value in (values.median_s, values.p95_s, values.longest_s)),
        )

    rows = [row(f"interim caption, {language}", values) for language, values in figures.interim.items()]
    rows += [row("word shown as it stays", figures.shown), row("word committed", figures.committed)]
    for language, values in figures.languages.items():
        rows += [
            row(f"translation, {language}", values.translated),
            row(f"first audio, {language}", values.first_audio),
            row(f"first audio with its wait, {language}", values.first_audio_with_wait),
        ]
    columns = ("processing, ms", "count", "median", "p95", "longest")
    console.print(table("Processing clock: from the sound or the commit", columns, rows))
    spans = [
        (
            language,
            f"{values.onset.median_s:.1f} / {values.onset.p95_s:.1f}",
            f"{values.end.median_s:.1f} / {values.end.p95_s:.1f}",
            f"{values.lag_start_s:.1f} → {values.lag_end_s:.1f}",
            f"{values.drift * 60:+.2f}",
            f"{values.fastest:.2f}",
        )
        for language, values in figures.languages.items()
    ]
    heads = (
        "ear-voice span, s",
        "onset p50 / p95",
        "end p50 / p95",
        "lag start → end",
        "drift per min",
        "speed up to",
    )
    console.print(table("Listener's clock: source to translation", heads, spans))
    parts = [(name, f"{each.cores:.2f}", f"{each.memory_mib:.0f}") for name, each in sorted(use.items())]
    console.print(table("Use", ("part", "cores", "MiB"), parts))
    console.print(f"shown words later changed: {figures.retraction:.1%}")
    for finding in findings:
        mark = "[green]yes[/green]" if finding.holds else "[red]no [/red]"
        console.print(f"{mark} {finding.question}: {finding.detail}", highlight=False)
    console.print(f"recordings, captions and report.json: {directory}", highlight=False, soft_wrap=True)


def write_json(path: Path, report: Mapping[str, Any]) -> None:
    """Writes the report."""
    path.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def as_json(
    figures: Figures, findings: list[Finding], use: Mapping[str, Use], minutes: Minutes
) -> dict[str, Any]:
    """The whole report; words are in the caption files, not here."""
    return {
        "holds": all(finding.holds for finding in findings),
        "findings": [asdict(finding) for finding in findings],
        "figures": asdict(figures),
        "use": {name: asdict(each) for name, each in use.items()},
        "clauses": [asdict(record) for record in minutes.ledger.clauses.values()],
        "troubles": minutes.ledger.troubles,
        "rounds": minutes.rounds,
    }


def write_wav(path: Path, pcm: Pcm) -> None:
    """Writes mono sound at `HEARING_RATE_HZ`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(HEARING_RATE_HZ)
        file.writeframes(pcm.tobytes())
