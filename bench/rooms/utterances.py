"""Which of the readings were heard, one by one: what was said beside what was shown of it, round by round."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.rooms.shape import SPEAKS, Speech
from demo.meeting import READER, Minutes
from demo.participants import SeenCaption
from demo.wer import align, words_of
from protocol.captions import FINAL, SEGMENT, SOURCE_LANGUAGE
from protocol.events import ClauseKey


@dataclass(frozen=True, slots=True)
class SaidUtterance:
    """One reading as it was said in a room, and what was heard of it."""

    speaker: str
    began_s: float
    """Monotonic."""
    ended_s: float
    words: int
    heard: int
    """Of these, words beside which one was recognised, right or wrong."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A time in which something was broken on purpose."""

    what: str
    began_s: float
    ended_s: float

    def touches(self, said: SaidUtterance) -> bool:
        """Whether a reading was under way meanwhile."""
        return said.began_s < self.ended_s and said.ended_s > self.began_s


def said_in(minutes: Minutes, said: Sequence[Speech]) -> list[SaidUtterance]:
    """All readings of a meeting that were begun, with what was heard of them. Blocking, CPU work."""
    finals = sorted(_finals(minutes.attendees[READER].captions), key=lambda seen: seen.at_s)
    by_speaker = {each.speaker: each for each in said}
    found: list[SaidUtterance] = []
    for began_s, until_s in _rounds(minutes):
        for played in minutes.spoken:
            if began_s <= played.began_s < until_s:
                identity = minutes.identity(played.part.speaker)
                heard = [
                    seen for seen in finals if began_s <= seen.at_s < until_s and _speaker(seen) == identity
                ]
                found += _of_part(by_speaker[played.part.speaker], played.began_s, heard)
    return found


def outside(said: Sequence[SaidUtterance], outages: Sequence[Outage]) -> list[SaidUtterance]:
    """Those that no outage touches: all of them have to be heard."""
    return [each for each in said if not any(outage.touches(each) for outage in outages)]


def _of_part(speech: Speech, began_s: float, heard: Sequence[SeenCaption]) -> Iterator[SaidUtterance]:
    words: list[str] = []
    owner: list[int] = []
    for number, utterance in enumerate(speech.utterances):
        of_one = words_of(utterance.text, SPEAKS)
        words += of_one
        owner += [number] * len(of_one)
    recognised = words_of(" ".join(seen.text for seen in heard), SPEAKS)
    counts = [0] * len(speech.utterances)
    for said_at, heard_at in align(words, recognised):
        if said_at is not None and heard_at is not None:
            counts[owner[said_at]] += 1
    for number, utterance in enumerate(speech.utterances):
        yield SaidUtterance(
            speech.speaker,
            began_s + utterance.starts_s,
            began_s + utterance.ends_s,
            owner.count(number),
            counts[number],
        )


def _rounds(minutes: Minutes) -> Iterator[tuple[float, float]]:
    """From the beginning of each round to that of the next: its last captions come before that."""
    began = [began_s for began_s, _ in minutes.rounds]
    yield from zip(began, [*began[1:], math.inf], strict=True)


def _finals(captions: Sequence[SeenCaption]) -> list[SeenCaption]:
    """The last final revision of each original segment."""
    newest = {
        seen.attributes.get(SEGMENT, ""): seen
        for seen in captions
        if seen.attributes.get(FINAL) == "true"
        and seen.attributes.get("language") == seen.attributes.get(SOURCE_LANGUAGE)
    }
    return list(newest.values())


def _speaker(seen: SeenCaption) -> str:
    return ClauseKey.of_segment(seen.attributes.get(SEGMENT, "")).speaker
