"""A talk with known words, and a recogniser that hears it imperfectly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.audio import HEARING_RATE_HZ
from pipeline.events import Word
from pipeline.text.agreement import Agreement, Update


def ms(milliseconds: float) -> int:
    """Samples."""
    return round(milliseconds * HEARING_RATE_HZ / 1000)


def said(*words: tuple[str, int, int]) -> tuple[Word, ...]:
    """Words from (text, first ms, end ms)."""
    return tuple(Word(text, ms(first), ms(end)) for text, first, end in words)


def talk(
    texts: Sequence[str], lengths_ms: Sequence[int], pauses_ms: Sequence[int], *, start_ms: int = 0
) -> tuple[Word, ...]:
    """Words one after the other; lengths and pauses are used in turn."""
    words, at = [], start_ms
    for index, text in enumerate(texts):
        at += pauses_ms[index % len(pauses_ms)]
        end = at + lengths_ms[index % len(lengths_ms)]
        words.append(Word(text, ms(at), ms(end)))
        at = end
    return tuple(words)


@dataclass(frozen=True)
class Faults:
    """How badly the simulated recogniser hears."""

    jitter_ms: int = 0
    """Each start and end is off by up to this much, each time anew."""
    unsettled_ms: int = 0
    """Words this near to the end of the sound come out wrong."""
    wrong: float = 0.0
    """Share of words that come out wrong."""
    missing: float = 0.0
    invented: float = 0.0
    empty: float = 0.0
    """Share of passes that hear nothing at all."""
    stretched: bool = False
    """A word is not noticed before it is complete; the last one noticed is taken to last until now."""
    overlap_ms: int = 0
    """How much before the cut is still heard."""


class SimulatedRecogniser:
    """Hears what lies between its last cut and where it has listened to."""

    def __init__(self, words: Sequence[Word], faults: Faults, chance: random.Random) -> None:
        self.buffer_start = 0
        self._words, self._faults, self._chance = words, faults, chance
        self._errors = 0

    def hypothesis(self, heard_to: int, *, final: bool = False) -> tuple[Word, ...]:
        if not final and self._chance.random() < self._faults.empty:
            return ()
        heard: list[Word] = []
        for word in self._words:
            if (word.first_sample + word.end_sample) // 2 <= self.buffer_start - ms(self._faults.overlap_ms):
                continue
            if word.first_sample >= heard_to or (self._faults.stretched and word.end_sample > heard_to):
                break
            heard += self._hear(word, heard_to, final)
        if self._faults.stretched and heard:
            heard[-1] = Word(heard[-1].text, heard[-1].first_sample, heard_to)
        return tuple(heard)

    def _hear(self, word: Word, heard_to: int, final: bool) -> list[Word]:
        faults, chance = self._faults, self._chance
        first = max(0, word.first_sample + self._off())
        end = max(first + 1, min(heard_to, word.end_sample + self._off()))
        unsettled = not final and word.end_sample > heard_to - ms(faults.unsettled_ms)
        if word.end_sample > heard_to or unsettled or chance.random() < faults.wrong:
            return [Word(self._error(), first, end)]
        if chance.random() < faults.missing:
            return []
        if chance.random() < faults.invented:
            return [Word(word.text, first, (first + end) // 2), Word(self._error(), (first + end) // 2, end)]
        return [Word(word.text, first, end)]

    def _off(self) -> int:
        return self._chance.randint(-ms(self._faults.jitter_ms), ms(self._faults.jitter_ms))

    def _error(self) -> str:
        self._errors += 1
        return f"error{self._errors}"


@dataclass(frozen=True)
class Pass:
    """One look of the recogniser and what came of it."""

    hypothesis: tuple[Word, ...]
    heard_to: int
    update: Update
    buffer_samples: int
    """After the cut that may have followed."""


def interpret(
    recogniser: SimulatedRecogniser, agreement: Agreement, *, end: int, steps_ms: Sequence[int]
) -> tuple[list[Pass], Update]:
    """Feeds passes until `end`, cutting as asked; returns them and the last update."""
    passes, heard_to, index = [], 0, 0
    while heard_to < end:
        heard_to = min(end, heard_to + ms(steps_ms[index % len(steps_ms)]))
        index += 1
        hypothesis = recogniser.hypothesis(heard_to)
        update = agreement.feed(hypothesis, heard_to=heard_to, buffer_start=recogniser.buffer_start)
        cut = agreement.cut_at(buffer_start=recogniser.buffer_start, heard_to=heard_to)
        if cut is not None:
            assert recogniser.buffer_start < cut <= heard_to
            recogniser.buffer_start = cut
        passes.append(Pass(hypothesis, heard_to, update, heard_to - recogniser.buffer_start))
    return passes, agreement.finish(recogniser.hypothesis(end, final=True), heard_to=end)
