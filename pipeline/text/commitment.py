"""When a word that stays the same from look to look is believed for good: policies behind one interface.

Looks some 50 ms apart agree on the same mistake, as they hear the same sound. So agreement counts between looks
that differ by enough sound, and a word needs sound behind it: its end is often heard wrongly while it is still
being spoken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.events import Word
from pipeline.text.joining import text_of
from pipeline.text.punctuation import Ending, ending


class CommitPolicy(Protocol):
    """Judges one word."""

    def settled(self, word: Word, *, stood_samples: int, behind_samples: int) -> bool:
        """Whether a word may be committed.

        Args:
            stood_samples: how much sound has come since the first of the looks that all say this word and all
                before it.
            behind_samples: how much sound was heard behind the word's end.
        """
        ...

    def complete(self, words: Sequence[Word], *, language: str, silent_samples: int) -> bool:
        """Whether these, all open words of one look, say that the sentence is over, so that no pause need be awaited.

        Args:
            silent_samples: how much silence was heard behind the speech.
        """
        ...


@dataclass(frozen=True, slots=True)
class DistantAgreement:
    """LocalAgreement-2 between looks that lie at least `distance_samples` apart.

    Args:
        settle_samples: so much must have been heard behind a word.

    Source:
        Macháček, Dabre, Bojar 2023 (arXiv 2307.14743); the distance there is the size of a chunk.
    """

    distance_samples: int
    settle_samples: int

    def settled(self, word: Word, *, stood_samples: int, behind_samples: int) -> bool:
        return stood_samples >= self.distance_samples and behind_samples >= self.settle_samples

    def complete(self, words: Sequence[Word], *, language: str, silent_samples: int) -> bool:
        return False


_SURE: Final = 0.9
_UNSURE: Final = 0.5
_SILENT_SHARE: Final = 0.25
_ABBREVIATED: Final = 4
"""So many words tell whether a dot ends a sentence or an abbreviation."""


@dataclass(frozen=True, slots=True)
class EvidentAgreement:
    """Agreement that asks less of words of which the recogniser is sure, and more of those of which it is not.

    A word with a probability of at least 0.9 is committed after `eager` times the distance and the sound behind
    it, one below 0.5 only after `wary` times; a word without a probability after once. A sentence is complete when
    the recogniser is sure of all its open words, has ended it with a sign and nothing more was said for a quarter
    of `settle_samples`.
    """

    distance_samples: int
    settle_samples: int
    eager: float = 0.7
    wary: float = 1.5

    def settled(self, word: Word, *, stood_samples: int, behind_samples: int) -> bool:
        factor = self._factor(word.probability)
        return (
            stood_samples >= factor * self.distance_samples and behind_samples >= factor * self.settle_samples
        )

    def complete(self, words: Sequence[Word], *, language: str, silent_samples: int) -> bool:
        sure = all(word.probability is not None and word.probability >= _SURE for word in words)
        if not words or not sure or silent_samples < _SILENT_SHARE * self.settle_samples:
            return False
        return ending(text_of(words[-_ABBREVIATED:], language), language) is Ending.SENTENCE

    def _factor(self, probability: float | None) -> float:
        if probability is None:
            return 1.0
        if probability >= _SURE:
            return self.eager
        return self.wary if probability < _UNSURE else 1.0
