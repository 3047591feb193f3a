"""Which language a speaker speaks: detected once, then kept against passing doubts; or declared, and checked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pipeline.audio import HEARING_RATE_HZ
from pipeline.text import languages

_SURE: Final = 0.7
SURE_AFTER_SAMPLES: Final = HEARING_RATE_HZ
DECIDED_AFTER_SAMPLES: Final = 3 * HEARING_RATE_HZ
_STRONG: Final = 0.8
_CERTAIN: Final = 0.95
_CONTRADICTIONS: Final = 2

CHECKED_AFTER_SAMPLES: Final = 2 * HEARING_RATE_HZ
"""A declared language is checked against stretches of speech that are at least so long."""
_UNLIKE: Final = 0.9
_CHECKED_AT_FIRST: Final = 3
_CHECKED_EVERY: Final = 10

_SOUND_ALIKE: Final = tuple(
    frozenset(group.split()) for group in ("no nn", "zh yue", "bs hr sh sr", "hi ur", "id ms")
)
"""Languages that only their writing, or hardly anything, tells apart for somebody who listens."""

_OWN_NAMES: Final = {"jv": "jw"}


def base(language: str) -> str:
    """Whisper's name of a language: "pt" for "pt-BR", "no" for "nb-NO", "jw" for Javanese."""
    code = languages.base(language)
    return _OWN_NAMES.get(code, code)


def chances_of(ranking: Iterable[tuple[str, float]]) -> dict[str, float]:
    """A ranking of CTranslate2, in which languages are tokens: "<|en|>"."""
    return {token.strip("<|>"): float(chance) for token, chance in ranking}


def likeliest(probabilities: Mapping[str, float], allowed: Sequence[str]) -> tuple[str, float]:
    """The likeliest of the allowed languages, as it is written there, and its share among them.

    Args:
        probabilities: for each of Whisper's languages.
        allowed: BCP 47 codes; empty for all. Where none is one of the model's, all are.
    """
    written = {base(language): language for language in reversed(allowed)}
    known = {language: probabilities[language] for language in probabilities if language in written}
    known = known or dict(probabilities)
    best = max(known, key=lambda language: known[language])
    return written.get(best, best), known[best] / (sum(known.values()) or 1.0)


class LanguageLock:
    """What is known of one speaker's language; a small machine fed with what the model takes it for.

    The language is locked with the first sure detection, or with the best guess after three seconds. It changes
    at once when a second of speech contradicts it almost certainly, else when two stretches of speech in a row
    strongly contradict it.

    Args:
        allowed: BCP 47 codes; empty for all.
    """

    def __init__(self, allowed: Sequence[str]) -> None:
        self._allowed = tuple(allowed)
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
        best, share = likeliest(probabilities, self._allowed)
        if not self.locked:
            sure = share >= _SURE and samples >= SURE_AFTER_SAMPLES
            if sure or final or samples >= DECIDED_AFTER_SAMPLES:
                self._lock(best)
            return best
        if samples >= SURE_AFTER_SAMPLES:
            self._doubt(best, share, final=final)
        return self.locked

    def _doubt(self, best: str, share: float, *, final: bool) -> None:
        """Changes the language that is locked where a detection, or the second in a row, says that it is wrong."""
        contradicts = best != self.locked
        if contradicts and share >= _CERTAIN:
            self._lock(best)
        elif final:
            self._against = self._against + 1 if contradicts and share >= _STRONG else 0
            if self._against >= _CONTRADICTIONS:
                self._lock(best)

    def _lock(self, language: str) -> None:
        self.locked, self._against = language, 0


class DeclaredLanguage:
    """Whether somebody speaks what they have said that they speak; a small machine fed with what the model hears.

    Detection costs a pass, and who speaks as declared will go on to: the first three stretches of speech are
    looked at, then every tenth, and always the one behind a stretch that contradicts. Two looks in a row that
    strongly agree on another language count; regions do not.
    """

    def __init__(self, declared: str) -> None:
        self.declared = declared
        self._stretches = 0
        self._suspected = ""

    def is_due(self) -> bool:
        """Whether to look at this stretch of speech; called once for each that is long enough."""
        self._stretches += 1
        regular = self._stretches <= _CHECKED_AT_FIRST or self._stretches % _CHECKED_EVERY == 0
        return regular or bool(self._suspected)

    def feed(self, probabilities: Mapping[str, float]) -> str:
        """Takes a detection; returns the other language that is spoken, BCP 47, or nothing.

        Args:
            probabilities: for each of Whisper's languages; empty where it could not tell.
        """
        heard = max(probabilities, key=lambda language: probabilities[language], default="")
        strong = probabilities.get(heard, 0.0) >= _UNLIKE
        other = languages.base(heard) if strong and not self._fits(heard) else ""
        confirmed = other if other == self._suspected else ""
        self._suspected = "" if confirmed else other
        return confirmed

    def _fits(self, heard: str) -> bool:
        pair = {languages.base(heard), languages.base(self.declared)}
        return len(pair) == 1 or any(pair <= group for group in _SOUND_ALIKE)
