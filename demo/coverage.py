"""What part of the talk's words was heard, translated and spoken.

A word of the talk counts as heard where a recognised word, right or wrong, stands in its place; it counts as translated
and as spoken where the clause of that recognised word was. Where the talk's words are not known, the recognised words
are what is counted, and what was not heard at all does not show.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from demo.ledger import ClauseRecord
from demo.wer import align, words_of
from protocol.events import ClauseKey


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that one speaker says."""

    speaker: str
    language: str
    text: str | None
    """None: it is not known. Empty: nothing was said."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Counts of words; characters for languages without spaces."""

    words: int
    heard: int | None
    """None where the talk's words are not known."""
    right: int | None
    """Of the heard, those recognised as they were said."""
    translated: int
    spoken: int

    @property
    def spoken_share(self) -> float:
        """0…1; 0 where nothing was there to be spoken."""
        return self.spoken / self.words if self.words else 0.0

    @property
    def translated_share(self) -> float:
        """0…1; 0 where there were no words."""
        return self.translated / self.words if self.words else 0.0

    @property
    def heard_share(self) -> float | None:
        """0…1, words heard wrongly included; None where the talk's words are not known."""
        return None if self.heard is None else self.heard / self.words if self.words else 0.0

    def __add__(self, other: Coverage) -> Coverage:
        return Coverage(
            self.words + other.words,
            _sum_of_known(self.heard, other.heard),
            _sum_of_known(self.right, other.right),
            self.translated + other.translated,
            self.spoken + other.spoken,
        )


def coverage(
    said: Sequence[Said],
    recognised: Mapping[ClauseKey, str],
    clauses: Mapping[ClauseKey, ClauseRecord],
    target: str,
) -> Coverage:
    """Coverage in one language, over all speakers of other languages.

    Args:
        recognised: the final caption of each clause in its own language.
    """
    total = Coverage(0, 0, 0, 0, 0)
    for each in said:
        total += _of_one(each, recognised, clauses, target)
    return total


def heard_words(said: Said, recognised: Mapping[ClauseKey, str]) -> tuple[list[str], list[ClauseKey]]:
    """The recognised words of a speaker in order, and the clause of each."""
    words: list[str] = []
    keys: list[ClauseKey] = []
    for key in sorted(key for key in recognised if key.speaker == said.speaker):
        of_clause = words_of(recognised[key], said.language)
        words += of_clause
        keys += [key] * len(of_clause)
    return words, keys


def _of_one(
    said: Said, recognised: Mapping[ClauseKey, str], clauses: Mapping[ClauseKey, ClauseRecord], target: str
) -> Coverage:
    words, keys = heard_words(said, recognised)
    if said.text is None:
        return Coverage(len(words), None, None, *_reached(keys, clauses, target))
    reference = words_of(said.text, said.language)
    pairs = [(a, b) for a, b in align(reference, words) if a is not None and b is not None]
    return Coverage(
        len(reference),
        len(pairs),
        sum(reference[a] == words[b] for a, b in pairs),
        *_reached([keys[b] for _, b in pairs], clauses, target),
    )


def _reached(
    keys: Sequence[ClauseKey], clauses: Mapping[ClauseKey, ClauseRecord], target: str
) -> tuple[int, int]:
    """Of words, given by their clauses, how many were translated and how many spoken."""
    known = [clauses[key].renderings.get(target) for key in keys if key in clauses]
    renderings = [each for each in known if each is not None]
    return (
        sum(each.translated_s is not None for each in renderings),
        sum(each.end_at_s is not None for each in renderings),
    )


def _sum_of_known(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
