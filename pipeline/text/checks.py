"""Whether a translation can be believed."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.text import languages
from pipeline.text.cleaning import clean, is_control, speakable
from pipeline.text.matching import spelling
from pipeline.text.number_check import doubt
from protocol.plain_text import says_anything

__all__ = ["Fault", "clean", "problem", "speakable"]

_DENSITY: Final = {
    "zh": 0.36, "yue": 0.36, "ja": 0.5, "ko": 0.55, "th": 0.95, "he": 0.8, "ar": 0.85, "fa": 0.9, "ur": 0.95,
    "de": 1.15, "fr": 1.12, "es": 1.1, "it": 1.1, "pt": 1.08, "el": 1.12, "ru": 1.05, "nl": 1.08, "hu": 1.05,
}  # fmt: skip
"""How many characters the text takes that takes one in English, roughly."""

_LONGEST, _SHORTEST = 2.6, 0.35
_SLACK_CHARACTERS: Final = 18

_SCRIPTS: Final[dict[str, tuple[str, ...]]] = {
    "zh": ("CJK",), "yue": ("CJK",), "ja": ("CJK", "HIRAGANA", "KATAKANA"), "ko": ("HANGUL",),
    "ar": ("ARABIC",), "fa": ("ARABIC",), "ur": ("ARABIC",), "ps": ("ARABIC",), "he": ("HEBREW",), "yi": ("HEBREW",),
    "ru": ("CYRILLIC",), "uk": ("CYRILLIC",), "be": ("CYRILLIC",), "bg": ("CYRILLIC",), "mk": ("CYRILLIC",),
    "el": ("GREEK",), "hi": ("DEVANAGARI",), "mr": ("DEVANAGARI",), "ne": ("DEVANAGARI",), "bn": ("BENGALI",),
    "ta": ("TAMIL",), "te": ("TELUGU",), "th": ("THAI",), "ka": ("GEORGIAN",), "hy": ("ARMENIAN",),
    "my": ("MYANMAR",), "km": ("KHMER",), "lo": ("LAO",), "am": ("ETHIOPIC",),
}  # fmt: skip
"""Beginnings of the Unicode names of their letters; every other language is taken to write Latin or not checked."""

_CLOSE: Final = tuple(
    frozenset(group.split())
    for group in (
        "es ca gl pt oc it ast an ro fr",
        "no nn da sv",
        "cs sk pl",
        "hr sr bs sl mk bg",
        "ru uk be",
        "id ms",
    )
)

_MOST_HYPHENS: Final = 5
_GROUP_SIZES: Final = range(1, 9)
"""So many words may be said again and again."""

_BROKEN: Final = ("\ufffd", "⁇", "<unk>", "▁", "</s>")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a translation."""

    reason: str
    """A few words that quote neither text."""
    doubtful: bool = False
    """It may be right, or right but for a detail: better said with a note than not at all."""


def problem(source: str, target: str, *, source_language: str, target_language: str) -> Fault | None:
    """What is wrong with a translation; None if nothing is.

    Tolerant by intent: it finds output that nobody should hear, and numbers that may be wrong, not output
    that could be better.
    """
    if not says_anything(target):
        return Fault("empty") if says_anything(source) else None
    reason = (
        _unreadable(source, target)
        or _repetition(source, target)
        or _length(source, target, source_language, target_language)
        or _untranslated(source, target, source_language, target_language)
    )
    if reason is not None:
        return Fault(reason)
    reason = doubt(source, target, source_language=source_language, target_language=target_language)
    return None if reason is None else Fault(reason, doubtful=True)


def _unreadable(source: str, target: str) -> str | None:
    if any(is_control(character) for character in target):
        return "control characters"
    if any(sign in target and sign not in source for sign in _BROKEN):
        return "unknown signs"
    return None


# --- repetition ------------------------------------------------------------------------------------------


def _repetition(source: str, target: str) -> str | None:
    now, before = _units(target), _units(source)
    longest_said = max(_longest_run(before, size) for size in _GROUP_SIZES)
    too_often = any(
        _longest_run(now, size) >= max(_unusual_run(now, size), longest_said + 2) for size in _GROUP_SIZES
    )
    return "repetition" if too_often else None


def _unusual_run(units: Sequence[str], size: int) -> int:
    """How often in a row nobody says a group of `size` units; digits and single signs are said more often."""
    if size > 1:
        return 3
    return 6 if all(unit.isdigit() or len(unit) == 1 for unit in units) else 4


def _units(text: str) -> list[str]:
    """Words; characters where no spaces divide words, and parts where hyphens join more than anybody joins."""
    words = itertools.chain.from_iterable(
        word.split("-") if word.count("-") > _MOST_HYPHENS else (word,)
        for word in languages.apart(text).split()
    )
    return [form for word in words if (form := spelling(word))]


def _longest_run(units: Sequence[str], size: int) -> int:
    """How often in a row the most repeated group of `size` units stands."""
    best, run = 1, 0
    for at in range(size, len(units)):
        run = run + 1 if units[at] == units[at - size] else 0
        best = max(best, run // size + 1)
    return best


# --- length and language ---------------------------------------------------------------------------------


def _length(source: str, target: str, source_language: str, target_language: str) -> str | None:
    said = len(source.strip()) / _DENSITY.get(languages.base(source_language), 1.0)
    translated = len(target.strip()) / _DENSITY.get(languages.base(target_language), 1.0)
    if translated > _LONGEST * said + _SLACK_CHARACTERS:
        return "much too long"
    if translated < _SHORTEST * said - _SLACK_CHARACTERS / 2:
        return "much too short"
    return None


def _untranslated(source: str, target: str, source_language: str, target_language: str) -> str | None:
    if languages.same_language(source_language, target_language):
        return None
    if _in_wrong_script(target, source_language, target_language):
        return "not in the script of the language"
    kept, words = _copied(source, target)
    enough, share = (8, 0.95) if _are_close(source_language, target_language) else (4, 0.75)
    return "not translated" if words >= enough and kept >= share * words else None


def _are_close(one: str, other: str) -> bool:
    """Whether two languages have many words in common."""
    pair = {languages.base(one), languages.base(other)}
    return any(pair <= group for group in _CLOSE)


def _in_wrong_script(target: str, source_language: str, target_language: str) -> bool:
    """Whether a text is not in the script that its language has alone, or is still in that of the source."""
    here, expected = (_SCRIPTS.get(languages.base(code)) for code in (source_language, target_language))
    if expected is not None:
        return _in_other_script(target, expected)
    return here is not None and languages.has_capitals(target_language) and not _in_other_script(target, here)


def _in_other_script(text: str, expected: tuple[str, ...]) -> bool:
    letters = [c for word in text.split() if not word.isupper() for c in word if c.isalpha()]
    if len(letters) < 12:
        return False
    right = sum(unicodedata.name(letter, "").startswith(expected) for letter in letters)
    return right < 0.3 * len(letters)


def _copied(source: str, target: str) -> tuple[int, int]:
    """How many different words stayed as they were, of how many that had to change."""
    words = {spelling(word) for at, word in enumerate(source.split()) if _has_to_change(word, first=not at)}
    there = {spelling(word) for word in target.split()}
    return len(words & there), len(words)


def _has_to_change(word: str, *, first: bool) -> bool:
    """Whether another language has another word for it: no names, numbers, acronyms, single signs."""
    if len(spelling(word)) < 2 or any(map(str.isdigit, word)):
        return False
    return first or word[:1] == word[:1].lower()
