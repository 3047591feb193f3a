"""A recording whose words are known."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from demo.talk import RATE_HZ, load_recording, resampled
from demo.wer import words_of
from pipeline.audio import HEARING_RATE_HZ, Pcm

QUIET_BEHIND_S = 1.5
"""Silence that is added behind every recording, so that its last word can end."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a recording in one language."""

    first_sample: int
    end_sample: int
    language: str


@dataclass(frozen=True, slots=True)
class LabelledRecording:
    """Mono sound at `HEARING_RATE_HZ` and what is said in it."""

    name: str
    pcm: Pcm
    language: str
    """Empty where it changes: the recogniser is not told."""
    text: str
    """Empty where it is not known."""
    stretches: tuple[Stretch, ...] = ()
    """For a recording that changes its language: which is spoken where."""

    @property
    def languages(self) -> frozenset[str]:
        """All that are spoken in it."""
        return frozenset({stretch.language for stretch in self.stretches} or {self.language})

    @property
    def seconds(self) -> float:
        return len(self.pcm) / HEARING_RATE_HZ

    @property
    def words(self) -> list[str]:
        """What is said, as it is compared."""
        return words_of(self.text, self.language)


def read(path: Path, text: str, language: str) -> LabelledRecording:
    """Reads a file. Raises TalkError."""
    pcm = resampled(load_recording(path), RATE_HZ, HEARING_RATE_HZ)
    return LabelledRecording(path.stem, pcm, language, text)


def with_quiet(pcm: Pcm) -> Pcm:
    """The sound with `QUIET_BEHIND_S` of silence behind it."""
    return np.concatenate([pcm, np.zeros(int(QUIET_BEHIND_S * HEARING_RATE_HZ), np.int16)])
