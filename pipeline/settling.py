"""How soon words are shown, and how soon they stay as they are."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.clock import ArrivalClock
from pipeline.events import Draft, Words
from pipeline.timing import WordSettled


@dataclass(frozen=True, slots=True)
class _Shown:
    text: str
    at_s: float


class WordTimes:
    """Follows the words of one speaker from their first showing to their commit."""

    def __init__(self, speaker: str, arrivals: ArrivalClock) -> None:
        self._speaker, self._arrivals = speaker, arrivals
        self._utterance = 0
        self._tail: list[_Shown] = []
        self._newest_end = 0

    def newest_word_s(self, draft: Draft) -> float:
        """When the sound arrived that completes the draft's newest word; 0 if an earlier one showed it."""
        if draft.end_sample <= self._newest_end:
            return 0.0
        self._newest_end = draft.end_sample
        return self._arrivals.arrival_s(draft.end_sample)

    def shown(self, words: Words, at_s: float) -> list[WordSettled]:
        """Notes that `words` were shown at `at_s`; returns what became of those now committed."""
        if words.utterance != self._utterance:
            self._utterance, self._tail = words.utterance, []
        now_shown = [word.text for word in (*words.committed, *words.tentative)]
        tail = [
            old if old is not None and old.text == text else _Shown(text, at_s)
            for old, text in zip([*self._tail, *[None] * len(now_shown)], now_shown, strict=False)
        ]
        settled = []
        for word, first in zip(words.committed, tail, strict=False):
            ended_s = self._arrivals.arrival_s(word.end_sample)
            settled.append(
                WordSettled(
                    self._speaker,
                    shown_s=max(0.0, first.at_s - ended_s),
                    committed_s=max(0.0, at_s - ended_s),
                )
            )
        self._tail = tail[len(words.committed) :]
        return settled
