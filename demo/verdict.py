"""Was the meeting interpreted as it should be? Each question with its answer and the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np

from demo.hearing import ENOUGH, match, spectrum, speech_seconds
from demo.ledger import ClauseRecord
from demo.meeting import READER, Minutes
from demo.participants import Attendee, HeardTrack, SeenCaption
from demo.talk import resampled
from demo.webvtt import as_caption
from pipeline.audio import HEARING_RATE_HZ, SPEAKING_RATE_HZ, Pcm
from pipeline.engines.protocols import SynthesisRequest, Synthesizer
from pipeline.text.captions import RetractionCounter

SHORTEST_S = 0.5
"""Shorter clauses are not compared by sound: too little to tell them apart."""

MATCHED_SHARE = 0.8
"""So much of the compared clauses must be found in what a listener heard."""

CLEARLY = 0.15
"""And each of them must fit so much better than the same clause in any other language."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One question to the meeting."""

    question: str
    holds: bool
    detail: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A clause looked for in what a listener heard, in their language and in another."""

    speaker: str
    number: int
    similarity: float
    other: float
    shift_s: float


def final_texts(captions: Sequence[SeenCaption], language: str) -> dict[tuple[str, int], str]:
    """Final captions by (speaker, clause number)."""
    texts = {}
    for seen in captions:
        attributes = seen.attributes
        if attributes.get("language") == language and attributes.get("lk.transcription_final") == "true":
            speaker, _, place = attributes.get("translator.segment", "").rpartition("/")
            texts[speaker, int(place.rpartition("-")[2])] = seen.text
    return texts


def committed_changes(captions: Sequence[SeenCaption]) -> int:
    """How many revisions changed characters that an earlier one had called committed."""
    committed: dict[str, str] = {}
    changes = 0
    for seen in sorted(captions, key=lambda caption: caption.order):
        segment = seen.attributes.get("lk.segment_id", "")
        promised = committed.get(segment, "")
        if not seen.text.startswith(promised.rstrip()):
            changes += 1
        stable = int(seen.attributes.get("translator.committed") or 0)
        if len(seen.text[:stable]) >= len(promised):
            committed[segment] = seen.text[:stable]
    return changes


def retraction(captions: Sequence[SeenCaption]) -> float:
    """Share of the words shown to a reader that later changed or vanished, 0…1."""
    counter = RetractionCounter()
    for seen in sorted(captions, key=lambda caption: caption.order):
        counter.feed(as_caption(seen))
    return counter.share


async def compare(
    minutes: Minutes, target: str, others: tuple[str, ...], synthesizer: Synthesizer
) -> list[Compared]:
    """Looks for every spoken clause in what the listener of `target` heard."""
    listener = minutes.attendees[f"listener-{target}"]
    texts = {
        language: final_texts(minutes.attendees[f"listener-{language}"].captions, language)
        for language in (target, *others)
    }
    found = []
    for track in _tracks(listener):
        sound = spectrum(track.sound())
        for record in minutes.ledger.clauses.values():
            rendering = record.renderings.get(target)
            text = texts[target].get((record.speaker, record.number))
            if rendering is None or rendering.onset_at_s is None or rendering.end_at_s is None or not text:
                continue
            if rendering.end_at_s - rendering.onset_at_s < SHORTEST_S or rendering.onset_at_s < track.began_s:
                continue
            at_s = rendering.onset_at_s - track.began_s
            own = match(sound, spectrum(await _spoken(synthesizer, target, text, record)), at_s)
            best_other = -1.0
            for other in others:
                text_there = texts[other].get((record.speaker, record.number))
                if text_there and text_there != text:
                    there = spectrum(await _spoken(synthesizer, other, text_there, record))
                    best_other = max(best_other, match(sound, there, at_s).similarity)
            found.append(Compared(record.speaker, record.number, own.similarity, best_other, own.shift_s))
    return found


async def _spoken(synthesizer: Synthesizer, language: str, text: str, record: ClauseRecord) -> Pcm:
    rendering = record.renderings.get(language)
    voice, pace = (rendering.voice, rendering.speed) if rendering and rendering.voice else ("", 1.0)
    request = SynthesisRequest(text, language, voice, pace)
    async with aclosing(synthesizer.synthesize(request)) as pieces:
        parts = [pcm async for pcm in pieces]
    whole = np.concatenate(parts) if parts else np.zeros(1, np.int16)
    return resampled(whole, SPEAKING_RATE_HZ, HEARING_RATE_HZ)


def heard_their_language(target: str, listener: Attendee, compared: Sequence[Compared]) -> Finding:
    """Whether the listener heard speech, in their language and in no other."""
    question = f"the listener of {target} heard {target} and nothing else"
    names = sorted({track.name for track in listener.tracks})
    if names != [f"translated-{target}"]:
        return Finding(question, False, f"received the tracks {', '.join(names) or 'none'}")
    speech_s = sum(speech_seconds(track.sound()) for track in _tracks(listener))
    if speech_s < 1.0 or not compared:
        return Finding(
            question, False, f"heard {speech_s:.1f} s of speech, {len(compared)} clauses to compare"
        )
    right = [each for each in compared if each.similarity >= max(ENOUGH, each.other + CLEARLY)]
    typical = float(np.median([each.similarity for each in compared]))
    other = float(np.median([each.other for each in compared]))
    detail = (
        f"{speech_s:.0f} s of speech; {len(right)} of {len(compared)} clauses found by sound "
        f"(similarity {typical:.2f}, in other languages {other:.2f})"
    )
    return Finding(question, len(right) >= MATCHED_SHARE * len(compared), detail)


def nothing_missing(minutes: Minutes, targets: tuple[str, ...]) -> Finding:
    """Whether every clause has its translation, spoken, or a stated reason."""
    question = "every committed clause was translated and spoken, or has a reason"
    records = minutes.ledger.clauses.values()
    missing = minutes.ledger.unsettled(targets)
    reasons = [
        f"{record.speaker} {record.number} {language}: {rendering.problem}"
        for record in records
        for language, rendering in record.renderings.items()
        if rendering.problem
    ]
    if not records:
        return Finding(question, False, "no clause was committed")
    if missing:
        shown = ", ".join(f"{speaker} {number} {language}" for speaker, number, language in missing[:5])
        return Finding(question, False, f"{len(missing)} without outcome: {shown}")
    told = f"; with a reason: {'; '.join(reasons[:5])}" if reasons else ""
    return Finding(question, True, f"{len(records)} clauses in {len(targets)} languages{told}")


def nothing_lost(minutes: Minutes, source: str, targets: tuple[str, ...]) -> list[Finding]:
    """Whether sound, captions or committed words were lost."""
    ledger = minutes.ledger
    lost = Finding(
        "no sound was lost",
        ledger.lost_sound_s == 0,
        f"{ledger.lost_sound_s:.1f} s could not be heard in time",
    )
    findings = [lost]
    readers: Mapping[str, Attendee] = {
        source: minutes.attendees[READER],
        **{target: minutes.attendees[f"listener-{target}"] for target in targets},
    }
    for language, reader in readers.items():
        final = final_texts(reader.captions, language)
        missing = [key for key in ledger.clauses if key not in final]
        detail = f"{len(final)} final captions for {len(ledger.clauses)} clauses"
        findings.append(Finding(f"every clause reached the reader of {language}", not missing, detail))
    changes = sum(committed_changes(reader.captions) for reader in readers.values())
    findings.append(Finding("no committed word was changed", changes == 0, f"{changes} changes"))
    return findings


def _tracks(listener: Attendee) -> list[HeardTrack]:
    return [track for track in listener.tracks if track.pieces]
