"""The figures of a meeting, and the files that keep them."""

from __future__ import annotations

import itertools
import json
import math
import wave
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from demo.chrf import chrf
from demo.coverage import Coverage, Said, coverage, heard_words
from demo.ledger import ClauseRecord, RenderedClause
from demo.load import Use
from demo.meeting import READER, Minutes
from demo.quantiles import Distribution, Trend, distribution, trend
from demo.scripts import Script
from demo.seen_captions import final_texts, originals, steadiness
from demo.verdict import Finding
from demo.wer import errors, words_of
from pipeline.audio import HEARING_RATE_HZ, Pcm
from protocol.events import ClauseKey

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
        """Of other languages: what these listeners could have heard."""
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


def what_was_said(script: Script, minutes: Minutes) -> list[Said]:
    """Everything that each speaker said, in all rounds together, under the identity that they had in the room."""
    rounds = len(minutes.rounds)
    said = []
    for speaker, language in script.speakers.items():
        texts = [part.text for part in script.parts if part.speaker == speaker]
        known = [text for text in texts if text is not None]
        text = " ".join(known * rounds) if len(known) == len(texts) else None
        said.append(Said(minutes.identity(speaker), language, text))
    return said


def measure(minutes: Minutes, script: Script, targets: tuple[str, ...]) -> Figures:
    """Computes the figures of a meeting."""
    ledger = minutes.ledger
    said = what_was_said(script, minutes)
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
        retraction=steadiness(minutes.attendees[READER].captions).share,
        languages={target: _of_language(minutes, script, said, recognised, target) for target in targets},
    )


def _of_language(
    minutes: Minutes,
    script: Script,
    said: Sequence[Said],
    recognised: Mapping[ClauseKey, str],
    target: str,
) -> LanguageFigures:
    """What became in one language of all that was said in others."""
    ledger = minutes.ledger
    foreign = [each for each in said if each.language != target]
    return language_figures(
        [record for record in ledger.clauses.values() if record.language != target],
        target,
        coverage(foreign, recognised, ledger.clauses, target),
        ledger.lag_s(target),
        translation_scores(minutes, script, target),
    )


def translation_scores(minutes: Minutes, script: Script, target: str) -> dict[str, float]:
    """chrF of what was translated of each speaker whose talk has a reference in `target`."""
    translated = final_texts(minutes.listener(target).captions, target)
    scores = {}
    for part in script.heard_by(target):
        if reference := part.references.get(target):
            keys = sorted(key for key in translated if key.speaker == minutes.identity(part.speaker))
            made = " ".join(translated[key] for key in keys)
            wanted = " ".join([reference] * len(minutes.rounds))
            scores[part.speaker] = chrf([(made, wanted)])
    return scores


@dataclass(frozen=True, slots=True)
class _Delivered:
    """A clause that was spoken to its end."""

    record: ClauseRecord
    rendering: RenderedClause
    first_audio_s: float
    """From its commit to the first frame, the wait for the clause before it included."""
    onset_s: float
    """From its first sound to the first sound of its translation."""

    @classmethod
    def of(cls, record: ClauseRecord, target: str) -> _Delivered | None:
        """None where a moment is missing: it was not spoken, or not to its end."""
        rendering = record.renderings.get(target)
        if rendering is None or rendering.end_at_s is None:
            return None
        if rendering.first_audio_at_s is None or rendering.onset_at_s is None:
            return None
        return cls(
            record,
            rendering,
            first_audio_s=rendering.first_audio_at_s - record.committed_at_s,
            onset_s=rendering.onset_at_s - record.onset_at_s,
        )


def language_figures(
    records: Sequence[ClauseRecord],
    target: str,
    covered: Coverage,
    lag: Sequence[Sequence[tuple[float, float]]],
    scores: dict[str, float],
) -> LanguageFigures:
    """Figures of one language over the clauses that were spoken in others.

    Args:
        lag: for each talk and each spoken clause in it when it ended and how much later its translation did, in that
            order; seconds.
    """
    done = [each for record in records if (each := _Delivered.of(record, target)) is not None]
    lag_s = [lag_s for _, lag_s in sorted(itertools.chain.from_iterable(lag))]
    share = max(3, round(len(lag_s) * LAG_SHARE))
    return LanguageFigures(
        spoken=len(done),
        drafted=sum(each.rendering.drafted for each in done),
        not_spoken=len(records) - len(done),
        coverage=covered,
        translated=distribution(_known(each.rendering.translated_s for each in done)),
        first_audio=distribution([each.first_audio_s - each.rendering.waited_s for each in done]),
        first_audio_with_wait=distribution([each.first_audio_s for each in done]),
        onset=distribution([each.onset_s for each in done]),
        end=distribution(lag_s),
        lag_start_s=distribution(lag_s[:share]).median_s,
        lag_end_s=distribution(lag_s[-share:]).median_s,
        lag=trend(lag),
        fastest=max((each.rendering.speed for each in done), default=1.0),
        chrf=scores,
    )


def _known(figures: Iterable[float | None]) -> list[float]:
    return [figure for figure in figures if figure is not None]


def write_json(path: Path, report: Mapping[str, Any]) -> None:
    """Writes the report."""
    text = json.dumps(_finite(report), indent=2, ensure_ascii=False, allow_nan=False)
    path.write_text(text + "\n", encoding="utf-8")


def as_json(
    figures: Figures, findings: list[Finding], use: Mapping[str, Use], minutes: Minutes
) -> dict[str, Any]:
    """The whole report; words are in the caption files, not here."""
    return {
        "holds": not any(finding.fails for finding in findings),
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
