"""When a word that stays the same from look to look is believed for good: policies behind one interface.

Looks some 50 ms apart agree on the same mistake, as they hear the same sound. So agreement counts between looks
that differ by enough sound, and a word needs sound behind it: its end is often heard wrongly while it is still
being spoken.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from pipeline.events import Word


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


_SURE: Final = 0.9
_UNSURE: Final = 0.5


@dataclass(frozen=True, slots=True)
class EvidentAgreement:
    """Agreement that asks less of words of which the recogniser is sure, and more of those of which it is not.

    A word with a probability of at least 0.9 is committed after `eager` times the distance and the sound behind
    it, one below 0.5 only after `wary` times; a word without a probability after once.
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

    def _factor(self, probability: float | None) -> float:
        if probability is None:
            return 1.0
        if probability >= _SURE:
            return self.eager
        return self.wary if probability < _UNSURE else 1.0
