"""What is measured on the way, on both clocks: processing latency and ear-voice span.

Readings named `…_at_s` are `time.monotonic()`; nothing here holds what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class ClauseCommitted:
    """A clause was closed."""

    speaker: str
    number: int
    language: str
    onset_at_s: float
    """When its first sample was spoken, as far as its arrival tells."""
    offset_at_s: float
    committed_at_s: float
    words: int
    end: str
    """A `ClauseEnd`."""
    confidence: float | None = None
    """Mean probability of its words, 0…1; None: the recogniser cannot tell."""


@dataclass(frozen=True, slots=True)
class CaptionShown:
    """An interim caption with a new word was sent."""

    speaker: str
    language: str
    latency_s: float
    """From the arrival of the sound that completes the newest word until the caption was sent."""


@dataclass(frozen=True, slots=True)
class WordSettled:
    """A committed word: how soon it was first shown as it stayed, and how soon it was committed."""

    speaker: str
    shown_s: float
    """From the arrival of the word's end; 0 where the recogniser was ahead of it."""
    committed_s: float


@dataclass(frozen=True, slots=True)
class ClauseTranslated:
    """A committed clause got its translation, or the reason why not."""

    speaker: str
    number: int
    language: str
    took_s: float
    """From the commit."""
    drafted: bool
    """The translation had been made before the words were committed."""
    failed: bool
    doubt: str = ""
    """What may be wrong with the translation, in words that do not quote it."""
    score: float | None = None
    """Mean log probability of a token of it; None where the engine has none."""


@dataclass(frozen=True, slots=True)
class SoundLost:
    """Sound that could not be looked at in time and was dropped."""

    speaker: str
    lost_s: float


Measurement: TypeAlias = ClauseCommitted | CaptionShown | WordSettled | ClauseTranslated | SoundLost
