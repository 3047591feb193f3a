"""One speaker's events as if the connection had never broken."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Heard, NotHeard, OtherLanguage, UtteranceEnded, UtteranceStarted, Word, Words
from pipeline.text.matching import LONGEST_OVERLAP, seam

QUIET_MARGIN = HEARING_RATE_HZ
"""Speech is noticed a little after it has begun: so much sound is kept although nobody seemed to speak."""


class Continuity:
    """Numbers utterances across connections, and drops words that were committed before a break.

    It is fed what the service sends and returns what the pipeline gets. After a break sound is sent again from
    `settled_to` on, with a little before it so that the first word is whole; words of that little are known.
    """

    def __init__(self) -> None:
        self.settled_to = 0
        """Sound before it needs no recognition any more."""
        self._count = 0
        self._speaking: int | None = None
        """The service's number of the utterance that is open, counted anew for each connection."""
        self._language = ""
        self._last_words: deque[Word] = deque(maxlen=LONGEST_OVERLAP)
        self._seam: int | None = None
        """Where words of this connection join those of earlier ones; None once a new word was committed."""

    def connected(self) -> None:
        """A connection begins; sound is sent from `settled_to` on."""
        self._seam = self.settled_to if self._count else None

    def take(self, event: Heard) -> list[Heard]:
        """What the pipeline gets for an event of the service."""
        match event:
            case UtteranceStarted(number, first, trace):
                return self._started(number, first, trace)
            case Words(utterance=number) if number == self._speaking:
                return [self._words(event)]
            case UtteranceEnded(number, end) if number == self._speaking:
                return self._ended(end)
            case OtherLanguage(utterance=number) if number == self._speaking:
                return [replace(event, utterance=self._count)]
            case NotHeard(first, end, reason) if end > self.settled_to:
                first, self.settled_to = max(first, self.settled_to), end
                return [NotHeard(first, end, reason)]
        return []

    def listened(self, to: int) -> None:
        """The service has heard nobody speak up to here."""
        if self._speaking is None:
            self._settle(to - QUIET_MARGIN)

    def lost(self, first: int, end: int, reason: str) -> NotHeard:
        """Sound is gone that was not recognised."""
        self._settle(end)
        return NotHeard(first, end, reason)

    def broken(self) -> list[Heard]:
        """A connection ended: closes what it has left open."""
        if self._speaking is None:
            return []
        events: list[Heard] = []
        if self._language:
            events.append(Words(self._count, self._language, (), (), self.settled_to))
        return events + self._ended(self.settled_to)

    def _started(self, number: int, first: int, trace: str) -> list[Heard]:
        before = self.broken()
        self._speaking = number
        self._count += 1
        first = max(first, self.settled_to) if self._seam is not None else first
        self._settle(first)
        return [*before, UtteranceStarted(self._count, first, trace)]

    def _words(self, event: Words) -> Words:
        self._language = event.language
        committed, tentative = event.committed, event.tentative
        if self._seam is not None:
            old, _ = seam((*committed, *tentative), tuple(self._last_words), self._seam)
            committed, tentative = committed[old:], tentative[max(0, old - len(event.committed)) :]
            committed, tentative = self._behind_seam(committed), self._behind_seam(tentative)
        if committed:
            self._seam = None
            self._last_words.extend(committed)
            self._settle(committed[-1].end_sample)
        return replace(event, utterance=self._count, committed=committed, tentative=tentative)

    def _behind_seam(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """New words begin behind the old ones, whatever the recogniser says."""
        seam_at = self._seam or 0
        return tuple(
            replace(
                word,
                first_sample=max(word.first_sample, seam_at),
                end_sample=max(word.end_sample, seam_at),
            )
            for word in words
        )

    def _ended(self, end: int) -> list[Heard]:
        self._settle(end)
        self._speaking, self._language = None, ""
        return [UtteranceEnded(self._count, max(end, self.settled_to))]

    def _settle(self, sample: int) -> None:
        self.settled_to = max(self.settled_to, sample)
