"""Was the meeting interpreted as it should be? Each question with its answer and the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from config.settings import SpeechSettings
from demo.coverage import Coverage
from demo.hearing import ENOUGH, match, spectrum, speech_seconds
from demo.ledger import ClauseRecord, RenderedClause
from demo.meeting import READER, Minutes, PlayedPart
from demo.participants import MICROPHONE, TRANSLATED, Attendee, HeardTrack
from demo.quantiles import Trend
from demo.said_again import clause_again
from demo.seen_captions import committed_changes, final_texts, originals
from demo.talk import RATE_HZ, resampled
from pipeline.audio import HEARING_RATE_HZ
from pipeline.engines.protocols import Synthesizer
from protocol.events import ClauseKey

T = TypeVar("T")

SHORTEST_S = 0.5
"""Shorter clauses are not compared by sound: too little to tell them apart."""

MATCHED_SHARE = 0.8
"""So much of the compared clauses must be found in what a listener heard."""

CLEARLY = 0.15
"""And each of them must fit so much better than the same clause in any other language."""

COMPARED = 8
"""So many clauses of each listener are compared by sound, spread over the meeting: each has to be spoken again."""

SPOKEN_SHARE = 0.95
"""So much of the talk's words must be spoken."""

GROWING_S_A_MINUTE = 0.1
"""Lag may not grow faster: six seconds in an hour."""

NOTICED_S = 0.5
"""Growth over the whole meeting that nobody notices is none."""

STRETCH_S = 4.0
"""In stretches of this length the original is looked for in what a listener of its language heard."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to the meeting."""

    question: str
    holds: bool | None
    """None: there is too little to tell, which is neither a yes nor a failure."""
    detail: str

    @property
    def fails(self) -> bool:
        """Whether the answer is no."""
        return self.holds is False


def answered(holds: bool | None) -> str:
    """ "yes", "no", or "?"."""
    return "?" if holds is None else "yes" if holds else "no"


@dataclass(frozen=True, slots=True)
class Compared:
    """A clause looked for in what a listener heard, in their language and in another."""

    speaker: str
    number: int
    similarity: float
    other: float
    shift_s: float

    @property
    def is_right(self) -> bool:
        """Whether it was heard, and clearly in this language."""
        return self.similarity >= max(ENOUGH, self.other + CLEARLY)


async def compare(
    minutes: Minutes,
    target: str,
    others: tuple[str, ...],
    synthesizer: Synthesizer,
    settings: SpeechSettings | None = None,
) -> list[Compared]:
    """Looks for spoken clauses in what the listener of `target` heard: on each track `COMPARED` at most.

    Raises:
        EngineError: a clause cannot be said again.
    """
    texts = {
        language: final_texts(minutes.listener(language).captions, language) for language in (target, *others)
    }
    rivals = {other: texts[other] for other in others if synthesizer.voices(other)}
    found = []
    for track in _translated(minutes.listener(target)):
        sound = spectrum(track.sound())
        clauses = _comparable(minutes, target, texts[target], track.began_s)
        for record, onset_at_s in spread_over(clauses, COMPARED):
            text, at_s = texts[target][record.key], onset_at_s - track.began_s
            own = match(
                sound, spectrum(await clause_again(synthesizer, record, target, text, settings)), at_s
            )
            best_other = -1.0
            for other, otherwise in _said_otherwise(text, record.key, rivals):
                there = spectrum(await clause_again(synthesizer, record, other, otherwise, settings))
                best_other = max(best_other, match(sound, there, at_s).similarity)
            found.append(Compared(record.speaker, record.number, own.similarity, best_other, own.shift_s))
    return found


def _comparable(
    minutes: Minutes, target: str, texts: Mapping[ClauseKey, str], began_s: float
) -> list[tuple[ClauseRecord, float]]:
    """Clauses of which enough was spoken since `began_s`, each with when it set in."""
    found = []
    for record in minutes.ledger.clauses.values():
        rendering = record.renderings.get(target)
        onset_at_s = None if rendering is None else _sounded_from(rendering, began_s)
        if onset_at_s is not None and texts.get(record.key):
            found.append((record, onset_at_s))
    return found


def _sounded_from(rendering: RenderedClause, began_s: float) -> float | None:
    """When a clause set in of which enough was spoken since then."""
    onset_at_s, end_at_s = rendering.onset_at_s, rendering.end_at_s
    if onset_at_s is None or end_at_s is None or end_at_s - onset_at_s < SHORTEST_S:
        return None
    return onset_at_s if onset_at_s >= began_s else None


def _said_otherwise(
    text: str, key: ClauseKey, rivals: Mapping[str, Mapping[ClauseKey, str]]
) -> list[tuple[str, str]]:
    """Languages that have other words for a clause, and those words: equal ones would tell nothing apart."""
    there = [(language, texts.get(key)) for language, texts in rivals.items()]
    return [(language, otherwise) for language, otherwise in there if otherwise and otherwise != text]


def spread_over(items: Sequence[T], count: int) -> list[T]:
    """At most `count` of them, evenly spread, the first and the last among them."""
    if len(items) <= count:
        return list(items)
    return [items[round(number * (len(items) - 1) / (count - 1))] for number in range(count)]


def heard_their_language(target: str, listener: Attendee, compared: Sequence[Compared]) -> Finding:
    """Whether the listener heard speech, in their language and in no other."""
    question = f"the listener of {target} heard {target} and nothing else"
    names = sorted({track.name for track in listener.translated_tracks})
    if names != [f"{TRANSLATED}{target}"]:
        return Finding(question, False, f"received the tracks {', '.join(names) or 'none'}")
    speech_s = sum(speech_seconds(track.sound()) for track in _translated(listener))
    if speech_s < 1.0 or not compared:
        return Finding(
            question, False, f"heard {speech_s:.1f} s of speech, {len(compared)} clauses to compare"
        )
    right = [each for each in compared if each.is_right]
    typical, other = (_typical(compared, of_other=of_other) for of_other in (False, True))
    detail = (
        f"{speech_s:.0f} s of speech; {len(right)} of {len(compared)} clauses found by sound "
        f"(similarity {typical:.2f}, in other languages {other:.2f})"
    )
    return Finding(question, len(right) >= MATCHED_SHARE * len(compared), detail)


def _typical(compared: Sequence[Compared], *, of_other: bool) -> float:
    """The median similarity, with the clauses or with them in the other languages."""
    return float(np.median([each.other if of_other else each.similarity for each in compared]))


def heard_originals(target: str, listener: Attendee, spoken: Sequence[PlayedPart]) -> Finding:
    """Whether who speaks the listener's own language reached them as they spoke, and nobody spoke over them."""
    question = f"the listener of {target} heard originals in {target}"
    heard = [found for each in spoken for found in _stretches_heard(listener, each)]
    detail = f"{sum(heard)} of {len(heard)} stretches of {STRETCH_S:g} s found by sound"
    return Finding(question, sum(heard) > 0 and sum(heard) >= MATCHED_SHARE * len(heard), detail)


def _stretches_heard(listener: Attendee, each: PlayedPart) -> Iterator[bool]:
    """For each stretch of a part that holds speech, whether the listener received it."""
    tracks = [
        track
        for track in listener.tracks
        if track.name == MICROPHONE and track.publisher == each.part.speaker and track.pieces
    ]
    sounds = [(track, spectrum(track.sound())) for track in tracks]
    pcm = resampled(each.part.pcm, RATE_HZ, HEARING_RATE_HZ)
    length = int(STRETCH_S * HEARING_RATE_HZ)
    for first in range(0, max(1, len(pcm) - length + 1), length):
        piece = pcm[first : first + length]
        if speech_seconds(piece) < STRETCH_S / 2:
            continue
        at_s = each.began_s + first / HEARING_RATE_HZ
        best = max(
            (match(sound, spectrum(piece), at_s - track.began_s).similarity for track, sound in sounds),
            default=-1.0,
        )
        yield best >= ENOUGH


def was_spoken(target: str, covered: Coverage, skipped: int, clauses: int) -> Finding:
    """Whether what was said was also said in the listener's language."""
    question = f"at least {SPOKEN_SHARE:.0%} of the words were spoken in {target}"
    heard = (
        "the words of the talk are not known, counted are those heard"
        if covered.heard_share is None
        else f"heard {covered.heard_share:.1%}"
    )
    detail = (
        f"of {covered.words} words: {heard}, translated {covered.translated_share:.1%}, "
        f"spoken {covered.spoken_share:.1%}; {skipped} of {clauses} clauses not spoken"
    )
    return Finding(question, covered.spoken_share >= SPOKEN_SHARE, detail)


def lag_is_steady(target: str, lag: Trend, length_s: float) -> Finding:
    """Whether listeners stay as close to the speaker as they were; a trend counts once chance does not explain it. Of
    too few clauses nothing is said."""
    question = f"the lag of {target} did not grow"
    certain = bool(np.isfinite(lag.at_least))
    least = f"at least {lag.at_least * 60:+.2f}" if certain else "too few clauses to tell from chance"
    detail = f"{lag.slope * 60:+.2f} s a minute ({least})"
    grows = lag.at_least * 60 > GROWING_S_A_MINUTE and lag.slope * length_s > NOTICED_S
    return Finding(question, not grows if certain else None, detail)


def nothing_missing(minutes: Minutes, targets: tuple[str, ...]) -> Finding:
    """Whether every clause has its translation, spoken, or a stated reason."""
    question = "every committed clause was translated and spoken, or has a reason"
    records = minutes.ledger.clauses.values()
    missing = minutes.ledger.unsettled(targets)
    if not records:
        return Finding(question, False, "no clause was committed")
    if missing:
        shown = ", ".join(f"{key.speaker} {key.number} {language}" for key, language in missing[:5])
        return Finding(question, False, f"{len(missing)} without outcome: {shown}")
    reasons = [reason for record in records for reason in _reasons(record)]
    told = f"; with a reason: {'; '.join(reasons[:5])}" if reasons else ""
    return Finding(question, True, f"{len(records)} clauses in {len(targets)} languages{told}")


def _reasons(record: ClauseRecord) -> Iterator[str]:
    """Why a clause was not spoken, in the languages in which it was not."""
    for language, rendering in record.renderings.items():
        if rendering.problem:
            yield f"{record.speaker} {record.number} {language}: {rendering.problem}"


def nothing_lost(minutes: Minutes, targets: tuple[str, ...]) -> list[Finding]:
    """Whether sound, captions or committed words were lost."""
    ledger = minutes.ledger
    lost = Finding(
        "no sound was lost",
        ledger.lost_sound_s == 0,
        f"{ledger.lost_sound_s:.1f} s could not be heard in time",
    )
    findings = [lost]
    reader = minutes.attendees[READER]
    finals = {"originals": originals(reader.captions)}
    finals |= {target: final_texts(minutes.listener(target).captions, target) for target in targets}
    for what, final in finals.items():
        missing = [key for key in ledger.clauses if key not in final]
        detail = f"{len(final)} final captions for {len(ledger.clauses)} clauses"
        findings.append(Finding(f"every clause reached the reader of {what}", not missing, detail))
    readers = [reader, *(minutes.listener(target) for target in targets)]
    changes = sum(committed_changes(each.captions) for each in readers)
    findings.append(Finding("no committed word was changed", changes == 0, f"{changes} changes"))
    return findings


def _translated(listener: Attendee) -> list[HeardTrack]:
    return [track for track in listener.translated_tracks if track.pieces]
