"""Whether a translation can be believed."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pipeline.text import languages
from pipeline.text.cleaning import clean, is_control, speakable
from pipeline.text.matching import spelling

__all__ = ["clean", "numbers", "problem", "speakable"]

_NUMBER: Final = re.compile(
    r"\d{1,2}(?:,\d{2})+,\d{3}(?!\d)"  # 1,00,000
    r"|\d{1,3}(?:[.,٫٬'’\u00a0\u202f ]\d{3}(?!\d))+(?:[.,٫]\d+)?"
    r"|\d+(?:[.,٫]\d+)?"
)
_ROMAN: Final = re.compile(r"\b[IVXLCDM]{1,8}\b")
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_AFTERNOON: Final = re.compile(r"\bp\.?\s?m\b", re.IGNORECASE)
_NUMERALS_OF_SCALE: Final = frozenset("十百千万萬亿億兆백천만억조") | {"लाख", "करोड़", "हज़ार", "हजार"}
_WRITTEN_OUT_UP_TO: Final = 20
"""Translations may write small numbers as words."""

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

_BROKEN: Final = ("\ufffd", "⁇", "<unk>", "▁", "</s>")


def problem(source: str, target: str, *, source_language: str, target_language: str) -> str | None:
    """What is wrong with a translation, in a few words that quote neither text; None if nothing is.

    Tolerant by intent: it finds output that nobody should hear, not output that could be better.
    """
    if not any(character.isalnum() for character in target):
        return "empty" if any(character.isalnum() for character in source) else None
    if any(is_control(character) for character in target):
        return "control characters"
    if any(sign in target and sign not in source for sign in _BROKEN):
        return "unknown signs"
    return (
        _repetition(source, target)
        or _numbers(source, target)
        or _length(source, target, source_language, target_language)
        or _untranslated(source, target, source_language, target_language)
    )


# --- numbers ---------------------------------------------------------------------------------------------


def numbers(text: str) -> list[str]:
    """The numbers in a text as bare ASCII digits: "10,000", "10.000" and "١٠٬٠٠٠" are alike."""
    western = "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)
    bare = ("".join(filter(str.isdigit, found)) for found in _NUMBER.findall(western))
    return [digits.lstrip("0") or "0" for digits in bare]


def _numbers(source: str, target: str) -> str | None:
    if any(sign in target or sign in source for sign in _NUMERALS_OF_SCALE):
        return None
    said, translated = Counter(numbers(source)), Counter(numbers(target))
    missing, added = said - translated, translated - said
    missing -= Counter(str(_roman(found)) for found in _ROMAN.findall(target))
    if _AFTERNOON.search(source):
        for number in list(missing):
            if int(number) < 12 and added[str(int(number) + 12)]:
                added -= Counter([str(int(number) + 12)])
                missing -= Counter([number])
    for number in list(missing):  # "2.5 million" and "2.500.000"
        if any(_scaled(number, other) for other in added):
            missing -= Counter([number])
    if any(int(number[:18]) > _WRITTEN_OUT_UP_TO for number in missing):
        return "numbers changed" if added else "numbers missing"
    if {len(number) for number in missing} & {len(number) for number in added}:
        return "numbers changed"
    return None


def _scaled(number: str, other: str) -> bool:
    """Whether `other` is `number` with a word such as "thousand" written out: at least two zeros more."""
    zeros = other[len(number) :]
    return other.startswith(number) and len(zeros) > 1 and not zeros.strip("0")


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in text]
    return sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))


# --- repetition ------------------------------------------------------------------------------------------


def _repetition(source: str, target: str) -> str | None:
    words_now, words_before = _units(target), _units(source)
    longest_said = max(_longest_run(words_before, size) for size in range(1, 9))
    for size in range(1, 9):
        single_signs = size == 1 and all(unit.isdigit() or len(unit) == 1 for unit in words_now)
        limit = 6 if single_signs else 4 if size == 1 else 3
        if _longest_run(words_now, size) >= max(limit, longest_said + 2):
            return "repetition"
    return None


def _units(text: str) -> list[str]:
    """Words; characters where no spaces divide words."""
    parts = "".join(f" {c} " if languages.is_spaceless(c) else c for c in text)
    return [form for word in parts.split() if (form := spelling(word))]


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
    expected = _SCRIPTS.get(languages.base(target_language))
    if expected is not None and _in_other_script(target, expected):
        return "not in the script of the language"
    here = _SCRIPTS.get(languages.base(source_language))
    if (
        here is not None
        and expected is None
        and languages.has_capitals(target_language)
        and not _in_other_script(target, here)
    ):
        return "not in the script of the language"
    kept, words = _copied(source, target)
    pair = {languages.base(source_language), languages.base(target_language)}
    close = any(pair <= group for group in _CLOSE)
    enough, share = (8, 0.95) if close else (4, 0.75)
    if words >= enough and kept >= share * words:
        return "not translated"
    return None


def _in_other_script(text: str, expected: tuple[str, ...]) -> bool:
    letters = [c for word in text.split() if not word.isupper() for c in word if c.isalpha()]
    if len(letters) < 12:
        return False
    right = sum(unicodedata.name(letter, "").startswith(expected) for letter in letters)
    return right < 0.3 * len(letters)


def _copied(source: str, target: str) -> tuple[int, int]:
    """How many different words stayed as they were, of how many that had to change: no names, numbers, acronyms."""
    words = {
        spelling(word)
        for at, word in enumerate(source.split())
        if len(spelling(word)) > 1
        and not any(c.isdigit() for c in word)
        and (not at or word[:1] == word[:1].lower())
    }
    there = {spelling(word) for word in target.split()}
    return len(words & there), len(words)
