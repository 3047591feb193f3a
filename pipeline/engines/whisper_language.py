"""Which language a speaker speaks: detected once, then kept against passing doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.text import languages

_SURE: Final = 0.7
SURE_AFTER_SAMPLES: Final = HEARING_RATE_HZ
DECIDED_AFTER_SAMPLES: Final = 3 * HEARING_RATE_HZ
_STRONG: Final = 0.8
_CERTAIN: Final = 0.95
_CONTRADICTIONS: Final = 2


_OWN_NAMES: Final = {"jv": "jw"}


def base(language: str) -> str:
    """Whisper's name of a language: "pt" for "pt-BR", "no" for "nb-NO", "jw" for Javanese."""
    code = languages.base(language)
    return _OWN_NAMES.get(code, code)


class LanguageLock:
    """What is known of one speaker's language; a small machine fed with what the model takes it for.

    The language is locked with the first sure detection, or with the best guess after three seconds. It changes
    at once when a second of speech contradicts it almost certainly, else when two stretches of speech in a row
    strongly contradict it.

    Args:
        allowed: BCP 47 codes; empty for all.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = {base(language): language for language in reversed(allowed)}
        self._against = 0
        self.locked = ""
        """BCP 47 as in `allowed`; empty until it is known."""

    def feed(self, probabilities: Mapping[str, float], *, samples: int, final: bool) -> str:
        """Takes a detection; returns the language to recognise in.

        Args:
            probabilities: for each of Whisper's languages.
            samples: how much sound it rests on.
            final: nothing more of this stretch of speech is asked about.
        """
        best, share = self._best(probabilities)
        if not self.locked:
            sure = share >= _SURE and samples >= SURE_AFTER_SAMPLES
            if sure or final or samples >= DECIDED_AFTER_SAMPLES:
                self.locked = best
            return best
        if samples < SURE_AFTER_SAMPLES:
            return self.locked
        if best != self.locked and share >= _CERTAIN:
            self.locked, self._against = best, 0
        if not final:
            return self.locked
        self._against = self._against + 1 if best != self.locked and share >= _STRONG else 0
        if self._against >= _CONTRADICTIONS:
            self.locked, self._against = best, 0
        return self.locked

    def _best(self, probabilities: Mapping[str, float]) -> tuple[str, float]:
        """The likeliest of the allowed languages and its share among them."""
        known = {
            language: probability
            for language, probability in probabilities.items()
            if not self._allowed or language in self._allowed
        }
        if not known:  # none of the allowed languages is one of the model's
            known = dict(probabilities)
        best = max(known, key=lambda language: known[language])
        return self._allowed.get(best, best), known[best] / (sum(known.values()) or 1.0)
