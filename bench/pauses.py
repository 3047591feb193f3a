"""Words wrong by the length of the pause before them: first words behind a pause are the hard ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from demo.wer import align, words_of
from pipeline.audio import HEARING_RATE_HZ, Pcm

EDGES_S = (0.1, 0.35, 1.0)
"""Between the classes."""
SHORTEST_MS = 100
"""Shorter silences are none."""

SampleRange = tuple[int, int]
"""First sample and the one behind the last."""


@dataclass(frozen=True, slots=True)
class PauseClass:
    """The words that stand behind pauses of a length."""

    pause: str
    words: int
    wrong: tuple[int, ...]
    """For each text that was compared: errors at these words, words put in before them included."""


def silences(pcm: Pcm) -> list[SampleRange]:
    """Where nobody speaks for at least `SHORTEST_MS`, by Silero's voice activity detection."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = VadOptions(min_silence_duration_ms=SHORTEST_MS, speech_pad_ms=0)
    found: list[SampleRange] = []
    quiet_from = 0
    for speech in get_speech_timestamps(pcm.astype(np.float32) / 32768, options):
        if speech["start"] > quiet_from:
            found.append((quiet_from, int(speech["start"])))
        quiet_from = int(speech["end"])
    if quiet_from < len(pcm):
        found.append((quiet_from, len(pcm)))
    return found


def pauses_s(
    reference: Sequence[str],
    timed: Sequence[tuple[str, int, int]],
    quiet: Sequence[SampleRange],
    language: str,
) -> list[float | None]:
    """The pause before each word of the reference; None where its place in the sound is not known.

    Args:
        timed: words with their places, e.g. of a recogniser that saw the whole recording.
    """
    pauses: list[float | None] = []
    before: int | None = 0
    for place in _middles(reference, timed, language):
        pauses.append(None if place is None or before is None else _longest_s(quiet, before, place))
        before = place
    return pauses


def _middles(
    reference: Sequence[str], timed: Sequence[tuple[str, int, int]], language: str
) -> list[int | None]:
    """The middle of each word of the reference in the sound, where it was recognised."""
    units: list[str] = []
    middles: list[int] = []
    for text, first, end in timed:
        for unit in words_of(text, language):
            units.append(unit)
            middles.append((first + end) // 2)
    places: list[int | None] = [None] * len(reference)
    for at, beside in align(reference, units):
        if at is not None and beside is not None:
            places[at] = middles[beside]
    return places


def _longest_s(quiet: Sequence[SampleRange], begin: int, end: int) -> float:
    """The longest that was quiet between two places."""
    longest = max((min(last, end) - max(first, begin) for first, last in quiet), default=0)
    return max(0, longest) / HEARING_RATE_HZ


def by_pause(
    reference: Sequence[str], texts: Sequence[Sequence[str]], pauses: Sequence[float | None]
) -> list[PauseClass]:
    """Sorts the errors of several texts by the pause before each word."""
    wrong = [_errors_at(reference, text) for text in texts]

    def of_words(name: str, at: Sequence[int]) -> PauseClass:
        return PauseClass(name, len(at), tuple(sum(each[index] for index in at) for each in wrong))

    edges = list(pairwise([0.0, *EDGES_S, math.inf]))
    known = [of_words(_between(low, high), _places(pauses, low, high)) for low, high in edges]
    return [*known, of_words("not known", [index for index, pause in enumerate(pauses) if pause is None])]


def _places(pauses: Sequence[float | None], low: float, high: float) -> list[int]:
    """The words with a pause of that length before them."""
    return [index for index, pause in enumerate(pauses) if pause is not None and low <= pause < high]


def _between(low_s: float, high_s: float) -> str:
    return f"{low_s:g} s and more" if math.isinf(high_s) else f"{low_s:g} to {high_s:g} s"


def _errors_at(reference: Sequence[str], text: Sequence[str]) -> list[int]:
    """Errors at each word of the reference; what is put in counts at the word behind it, or at the last."""
    wrong = [0] * len(reference)
    inserted = 0
    for at, beside in align(reference, text):
        if at is None:
            inserted += 1
            continue
        wrong[at] += inserted + (beside is None or reference[at] != text[beside])
        inserted = 0
    if reference:
        wrong[-1] += inserted
    return wrong
