"""The figures of a meeting: a table on the terminal, and everything as JSON."""

from __future__ import annotations

import json
import math
import wave
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from demo.chrf import chrf
from demo.coverage import Coverage, Said, coverage, heard_words
from demo.ledger import ClauseRecord
from demo.load import Use
from demo.meeting import READER, Minutes
from demo.quantiles import Distribution, Trend, distribution, trend
from demo.scripts import Script
from demo.terminal import table
from demo.verdict import Finding, final_texts, originals, retraction
from demo.wer import errors, words_of
from pipeline.audio import HEARING_RATE_HZ, Pcm

LAG_SHARE = 0.25
"""Lag at the start and at the end: medians over so much of the clauses, at least three."""


@dataclass(frozen=True, slots=True)
class LanguageFigures:
    """Latencies of one language, and what part of the meeting its listeners got."""

    spoken: int
    drafted: int
    """Of these, translated before their words were committed."""
    not_spoken: int
    """Clauses that listeners did not hear, with a reason or without."""
    coverage: Coverage
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
    lag: Trend
    """Seconds of lag gained for each second of talk, over all clauses."""
    fastest: float
    chrf: dict[str, float]
    """By speaker: translations beside a good one of the whole talk, where there is one."""

    @property
    def clauses(self) -> int:
        return self.spoken + self.not_spoken


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything measured."""

    clauses: int
    length_s: float
    wrong: dict[str, float]
    """Word error rate by speaker, where what they say is known."""
    interim: dict[str, Distribution]
    """Interim captions by language: arrival of the sound that completes the newest word to the caption sent."""
    shown: Distribution
    """Arrival of a word's end to its first showing as it stayed."""
    committed: Distribution
    """Arrival of a word's end to its commit."""
    retraction: float
    languages: dict[str, LanguageFigures]


def what_was_said(script: Script, rounds: int) -> list[Said]:
    """Everything that each speaker said, in all rounds together."""
    return [
        Said(speaker, language, " ".join(text for _ in range(rounds) for text in texts) if all(texts) else "")
        for speaker, language in script.speakers.items()
        for texts in [[part.text for part in script.parts if part.speaker == speaker]]
    ]


def measure(minutes: Minutes, script: Script, targets: tuple[str, ...]) -> Figures:
    """Computes the figures of a meeting."""
    ledger = minutes.ledger
    said = what_was_said(script, len(minutes.rounds))
    recognised = originals(minutes.attendees[READER].captions)
    return Figures(
        clauses=len(ledger.clauses),
        length_s=minutes.rounds[-1][1] - minutes.rounds[0][0],
        wrong={
            each.speaker: errors(words_of(each.text, each.language), heard_words(each, recognised)[0]).share
            for each in said
            if each.text
        },
        interim={language: distribution(values) for language, values in sorted(ledger.interim_s.items())},
        shown=distribution(ledger.shown_s),
        committed=distribution(ledger.word_commit_s),
        retraction=retraction(minutes.attendees[READER].captions),
        languages={
            target: language_figures(
                [record for record in ledger.clauses.values() if record.language != target],
                target,
                coverage(
                    [each for each in said if each.language != target], recognised, ledger.clauses, target
                ),
                ledger.lag_s(target),
                translation_scores(minutes, script, target),
            )
            for target in targets
        },
    )


def translation_scores(minutes: Minutes, script: Script, target: str) -> dict[str, float]:
    """chrF of what was translated of each speaker whose talk has a reference in `target`."""
    translated = final_texts(minutes.listener(target).captions, target)
    scores = {}
    for part in script.heard_by(target):
        if reference := part.references.get(target):
            keys = sorted(key for key in translated if key.speaker == part.speaker)
            made = " ".join(translated[key] for key in keys)
            wanted = " ".join([reference] * len(minutes.rounds))
            scores[part.speaker] = chrf([(made, wanted)])
    return scores


def language_figures(
    records: Sequence[ClauseRecord],
    target: str,
    covered: Coverage,
    lag: Sequence[tuple[float, float]],
    scores: dict[str, float],
) -> LanguageFigures:
    """Figures of one language over the clauses that were spoken in others."""
    done = [
        (record, rendering)
        for record in records
        if (rendering := record.renderings.get(target))
        and rendering.first_audio_at_s is not None
        and rendering.onset_at_s is not None
        and rendering.end_at_s is not None
    ]
    with_wait = [(r.first_audio_at_s or 0.0) - record.committed_at_s for record, r in done]
    share = max(3, round(len(lag) * LAG_SHARE))
    return LanguageFigures(
        spoken=len(done),
        drafted=sum(rendering.drafted for _, rendering in done),
        not_spoken=len(records) - len(done),
        coverage=covered,
        translated=distribution([r.translated_s for _, r in done if r.translated_s is not None]),
        first_audio=distribution([total - r.waited_s for total, (_, r) in zip(with_wait, done, strict=True)]),
        first_audio_with_wait=distribution(with_wait),
        onset=distribution([(r.onset_at_s or 0.0) - record.onset_at_s for record, r in done]),
        end=distribution([lag_s for _, lag_s in lag]),
        lag_start_s=distribution([lag_s for _, lag_s in lag[:share]]).median_s,
        lag_end_s=distribution([lag_s for _, lag_s in lag[-share:]]).median_s,
        lag=trend(lag),
        fastest=max((r.speed for _, r in done), default=1.0),
        chrf=scores,
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
            f"{values.lag.slope * 60:+.2f}",
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
    covered = [
        (
            language,
            str(values.coverage.words),
            "–" if values.coverage.heard_share is None else f"{values.coverage.heard_share:.1%}",
            f"{values.coverage.translated_share:.1%}",
            f"{values.coverage.spoken_share:.1%}",
            f"{values.not_spoken} of {values.clauses}",
            ", ".join(f"{speaker} {score:.0f}" for speaker, score in values.chrf.items()) or "–",
        )
        for language, values in figures.languages.items()
    ]
    kinds = ("of what was said", "words", "heard", "translated", "spoken", "clauses not spoken", "chrF")
    console.print(table("Coverage", kinds, covered))
    parts = [(name, f"{each.cores:.2f}", f"{each.memory_mib:.0f}") for name, each in sorted(use.items())]
    console.print(table("Use", ("part", "cores", "MiB"), parts))
    wrong = ", ".join(f"{speaker} {share:.1%}" for speaker, share in figures.wrong.items())
    console.print(f"words wrong: {wrong or 'not known'}; shown words later changed: {figures.retraction:.1%}")
    for finding in findings:
        mark = "[green]yes[/green]" if finding.holds else "[red]no [/red]"
        console.print(f"{mark} {finding.question}: {finding.detail}", highlight=False)
    console.print(f"recordings, captions and report.json: {directory}", highlight=False, soft_wrap=True)


def write_json(path: Path, report: Mapping[str, Any]) -> None:
    """Writes the report."""
    text = json.dumps(_finite(report), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


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


def write_texts(path: Path, minutes: Minutes, script: Script, target: str) -> None:
    """Writes what was heard and its translation clause by clause, and below them a good translation, as Markdown."""
    recognised = originals(minutes.attendees[READER].captions)
    translated = final_texts(minutes.listener(target).captions, target)
    lines = [f"| speaker | heard | {target} |", "|---|---|---|"]
    for key, record in sorted(minutes.ledger.clauses.items(), key=lambda item: item[1].onset_at_s):
        if record.language != target:
            cells = (key.speaker, recognised.get(key, ""), translated.get(key, ""))
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    for part in script.heard_by(target):
        if reference := part.references.get(target):
            lines += ["", f"{part.speaker}, translated by a person: {reference}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_wav(path: Path, pcm: Pcm) -> None:
    """Writes mono sound at `HEARING_RATE_HZ`."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(HEARING_RATE_HZ)
        file.writeframes(pcm.tobytes())


def _finite(value: Any) -> Any:
    """JSON knows no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {key: _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
