"""What the clients of one room saw and heard, each latency as it was at their end of the wire."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from demo.coverage import Coverage
from demo.ledger import ClauseRecord, Ledger
from demo.meeting import READER, Minutes
from demo.participants import HeardTrack
from demo.quantiles import Trend, trend
from demo.report import Figures, measure
from demo.scripts import Script
from demo.seen_captions import committed_changes, final_texts, originals, steadiness
from pipeline.audio import HEARING_RATE_HZ, Pcm
from pipeline.text.languages import same_language

LOUD: Final = 10 ** (-45 / 20) * 32768
"""RMS from which on a piece holds speech."""
QUIET_BEFORE_S: Final = 0.4
"""So long a channel was silent before a clause whose beginning can be heard out."""
SEARCHED_S: Final = 1.5
"""So long after it was handed over the beginning of a clause is looked for."""


@dataclass(frozen=True, slots=True)
class LanguageSeen:
    """What the listener of one language got."""

    clauses: int
    """That they could have heard."""
    skipped: int
    """Left out, with a reason or without."""
    coverage: Coverage
    ttft_s: list[float]
    """Commit of a clause to its first translated sound at the listener's, without the wait for the clause before."""
    ear_voice_s: list[float]
    """Onset of a clause to the onset of its translation at the listener's."""
    lag: list[list[tuple[float, float]]]
    """For each talk: when clauses ended, and how much later their translations did."""
    missing_captions: int
    """Clauses whose final caption never came."""

    @property
    def trend(self) -> Trend:
        """Whether the lag grows."""
        return trend(self.lag)


@dataclass(frozen=True, slots=True)
class Seen:
    """What the clients of one room saw and heard."""

    length_s: float
    clauses: int
    captions_s: list[float]
    """Arrival of the sound that completes a word to its interim caption at the reader's."""
    caption_way_s: list[float]
    """Of which: from the room's process to the reader."""
    audio_way_s: list[float]
    """From the room's process to the listener's ear."""
    words_shown: int
    words_changed: int
    lost_sound_s: float
    unsettled: int
    """Clauses without speech and without a reason, in all languages together."""
    missing_originals: int
    committed_changes: int
    words: int
    """Said, as far as it is known."""
    heard: int
    """Of these, words beside which one was recognised."""
    right: int
    languages: dict[str, LanguageSeen] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()


def seen(minutes: Minutes, script: Script, targets: tuple[str, ...], *, same_clock: bool) -> Seen:
    """Works it out. Blocking, CPU work.

    Args:
        same_clock: whether readings of the interpreter's clock can be compared with ours. Else the quickest event sets
            the difference: what the way takes at least is then not in the latencies.
    """
    figures = measure(minutes, script, targets)
    events_s = minutes.arrivals.events_s
    offset_s = 0.0 if same_clock else min(events_s, default=0.0)
    ways = (audio_ways(minutes, target, offset_s) for target in targets)
    audio_way_s = list(itertools.chain.from_iterable(ways))
    way_s = float(np.median(audio_way_s)) if audio_way_s else 0.0
    counter = steadiness(minutes.attendees[READER].captions)
    ledger = minutes.ledger
    finals = originals(minutes.attendees[READER].captions)
    covered = _all_words(figures)
    return Seen(
        length_s=figures.length_s,
        clauses=len(ledger.clauses),
        captions_s=[latency_s + way - offset_s for latency_s, way in minutes.arrivals.captions_s],
        caption_way_s=[each - offset_s for each in events_s],
        audio_way_s=audio_way_s,
        words_shown=counter.shown,
        words_changed=counter.changed,
        lost_sound_s=ledger.lost_sound_s,
        unsettled=len(ledger.unsettled(targets)),
        missing_originals=len(ledger.clauses.keys() - finals.keys()),
        committed_changes=sum(committed_changes(each.captions) for each in minutes.attendees.values()),
        words=covered.words,
        heard=covered.heard or 0,
        right=covered.right or 0,
        languages={target: _language(minutes, figures, target, way_s) for target in targets},
        troubles=tuple(ledger.troubles),
    )


def _all_words(figures: Figures) -> Coverage:
    """What was said and heard is the same in all languages, as nobody listens to the one that is spoken."""
    return next((each.coverage for each in figures.languages.values()), Coverage(0, 0, 0, 0, 0))


def _language(minutes: Minutes, figures: Figures, target: str, way_s: float) -> LanguageSeen:
    ledger, of_language = minutes.ledger, figures.languages[target]
    finals = final_texts(minutes.listener(target).captions, target)
    foreign = [record for record in ledger.clauses.values() if not same_language(record.language, target)]
    return LanguageSeen(
        clauses=of_language.clauses,
        skipped=of_language.not_spoken,
        coverage=of_language.coverage,
        ttft_s=[each + way_s for each in _first_audio_s(foreign, target)],
        ear_voice_s=[each + way_s for each in _ear_voice_s(foreign, target)],
        lag=ledger.lag_s(target),
        missing_captions=sum(record.key not in finals for record in foreign),
    )


def _first_audio_s(records: Iterable[ClauseRecord], target: str) -> list[float]:
    found = []
    for record in records:
        rendering = record.renderings.get(target)
        if rendering is not None and rendering.first_audio_at_s is not None:
            found.append(rendering.first_audio_at_s - record.committed_at_s - rendering.waited_s)
    return found


def _ear_voice_s(records: Iterable[ClauseRecord], target: str) -> list[float]:
    found = []
    for record in records:
        rendering = record.renderings.get(target)
        if rendering is not None and rendering.onset_at_s is not None:
            found.append(rendering.onset_at_s - record.onset_at_s)
    return found


def audio_ways(minutes: Minutes, target: str, offset_s: float) -> list[float]:
    """How long sound took to a listener: of clauses before which the channel was silent, from the moment at which the
    first sound was handed over to the first loud piece that came."""
    onsets = _onsets_after_silence(minutes.ledger, target)
    found = []
    for track in minutes.listener(target).translated_tracks:
        loud_at_s = [at_s for at_s, pcm in track.pieces if _level(pcm) > LOUD]
        for onset_s in onsets:
            way_s = _way(loud_at_s, onset_s + offset_s, track)
            if way_s is not None:
                found.append(way_s)
    return found


def _onsets_after_silence(ledger: Ledger, target: str) -> list[float]:
    spoken = sorted(
        (rendering.onset_at_s, rendering.end_at_s)
        for record in ledger.clauses.values()
        if (rendering := record.renderings.get(target)) is not None
        and rendering.onset_at_s is not None
        and rendering.end_at_s is not None
    )
    first = [spoken[0][0]] if spoken else []
    later = [
        after[0] for before, after in itertools.pairwise(spoken) if after[0] - before[1] > QUIET_BEFORE_S
    ]
    return first + later


def _way(loud_at_s: Sequence[float], onset_s: float, track: HeardTrack) -> float | None:
    """A piece has come when its last sample has; its first came a piece earlier."""
    if onset_s < track.began_s:
        return None
    piece_s = len(track.pieces[0][1]) / HEARING_RATE_HZ if track.pieces else 0.0
    came = next((at_s - piece_s for at_s in loud_at_s if at_s >= onset_s), None)
    return came - onset_s if came is not None and came - onset_s < SEARCHED_S else None


def _level(pcm: Pcm) -> float:
    return float(np.sqrt(np.mean(np.square(pcm.astype(np.float32))))) if len(pcm) else 0.0
