"""What captions say about themselves as a code, so that each client says it in its own words."""

from __future__ import annotations

from enum import StrEnum


class Note(StrEnum):
    """Why a translation is missing; the text is then the original."""

    LATE = "late"
    """There was none in time."""
    BEHIND = "behind"
    """Too many clauses were waiting already."""
    OVERLOADED = "overloaded"
    """Whoever translates had more work than it takes."""
    UNAVAILABLE = "unavailable"
    """Nobody translates between the two languages."""
    FAILED = "failed"
    """It failed, or nothing came of it that could be shown."""


class Doubt(StrEnum):
    """What may be wrong with a translation."""

    NUMBERS_CHANGED = "numbers_changed"
    NUMBERS_MISSING = "numbers_missing"
    NUMBERS_ADDED = "numbers_added"
    TERM_MISSING = "term_missing"
    """A term of the glossary is not in it."""
    ONLY_TERMS = "only_terms"
    """It is nothing but terms of the glossary."""
