"""What was said in a file, as `/transcribe` answers it and its client reads it."""

from __future__ import annotations

from pydantic import BaseModel

from pipeline.recordings.decoding import FlawKind


class SpokenWord(BaseModel):
    """A word and when it was said."""

    text: str
    start_s: float
    end_s: float
    probability: float | None
    """How sure the recogniser is of it, 0…1; null: it cannot tell."""


class SpokenUtterance(BaseModel):
    """A stretch of speech between two pauses."""

    language: str
    text: str
    start_s: float
    """Where its first word begins."""
    end_s: float
    """Where its last word ends."""
    words: list[SpokenWord]
    confidence: float | None
    """Mean probability of the words; null: the recogniser cannot tell."""


class Unheard(BaseModel):
    """A stretch that was not recognised."""

    start_s: float
    end_s: float
    reason: str


class Warned(BaseModel):
    """Something that is wrong with the file, although it could be read."""

    code: FlawKind
    message: str
    at_s: float
    """Where, in the sound that was read."""
    missing_s: float | None
    """How much sound is missing there, where that is known."""


class Transcript(BaseModel):
    """What was said in a file."""

    text: str
    language: str
    """Of most of the speech; empty where nothing was said."""
    confidence: float | None
    """Mean probability of all words; null: nothing was said, or the recogniser cannot tell."""
    duration_s: float
    utterances: list[SpokenUtterance]
    not_heard: list[Unheard]
    """Stretches of the sound that were not recognised."""
    warnings: list[Warned]
    """What is missing in the file itself, or had to be put right; empty for a whole one."""
