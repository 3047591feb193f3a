"""Whether a translation names the numbers that were said. Numbers are compared as numbers, not as signs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Final

from pipeline.text import languages
from pipeline.text.number_words import SCALE_LANGUAGES
from pipeline.text.numbers import MOST, WORDS_READ, Form, Number, read
from protocol.notes import Doubt

_HAN_NUMERALS: Final = frozenset({"zh", "yue", "ja"})
_WRITTEN_OUT_UP_TO: Final = 20
"""Translations write small numbers as words of many forms: "both", "a", "una docena"."""
_UNREAD_WORDS_UP_TO: Final = 100
"""The same where the number words of the language are not read."""
_OUT_OF_WORDS_UP_TO: Final = 100
"""Digits may stand for what was said without a number: "noon", "half an hour"."""
_QUARTERS: Final = frozenset({0, 15, 30, 45})


def doubt(source: str, target: str, *, source_language: str, target_language: str) -> Doubt | None:
    """Why the numbers of a translation may be wrong; None where each has its counterpart.

    Where a number may be read in several ways, any of them is accepted.
    """
    said, translated = read(source, source_language), read(target, target_language)
    if not 0 < max(len(said), len(translated)) < MOST:
        return None
    scales_known = {languages.base(source_language), languages.base(target_language)} <= SCALE_LANGUAGES
    missing, added = _unpaired(said, translated, digits_only=not scales_known)
    return _judged(
        missing, added, from_words=_reads_words(source_language), to_words=_reads_words(target_language)
    )


def _judged(
    missing: Sequence[Number], added: Sequence[Number], *, from_words: bool, to_words: bool
) -> Doubt | None:
    """What it means that numbers have no counterpart.

    Args:
        from_words, to_words: whether numbers that are written in words are read in the languages.
    """
    words_read = from_words and to_words
    gone, new = _certain(missing, words_read), _certain(added, words_read)
    new_in_digits = _in_digits(new)
    gone_in_digits = _in_digits(gone)
    if not new_in_digits:
        gone_in_digits = [number for number in gone_in_digits if not _may_be_told(number)]
    if _changed(gone_in_digits, gone, new_in_digits, new, words_read=words_read):
        return Doubt.NUMBERS_CHANGED
    if _above(gone_in_digits, _WRITTEN_OUT_UP_TO if to_words else _UNREAD_WORDS_UP_TO):
        return Doubt.NUMBERS_CHANGED if new else Doubt.NUMBERS_MISSING
    is_added = from_words and _above(new_in_digits, _OUT_OF_WORDS_UP_TO)
    return Doubt.NUMBERS_ADDED if is_added else None


def _changed(
    gone_in_digits: Sequence[Number],
    gone: Sequence[Number],
    new_in_digits: Sequence[Number],
    new: Sequence[Number],
    *,
    words_read: bool,
) -> bool:
    """Whether what is new stands in the place of what is gone."""
    if not gone or not new:
        return False
    if not words_read:
        return bool(gone_in_digits) and _look_alike(gone_in_digits, new)
    if gone_in_digits or new_in_digits:
        return True
    return _above(gone, _WRITTEN_OUT_UP_TO) and _above(new, _WRITTEN_OUT_UP_TO)


def _in_digits(numbers: Iterable[Number]) -> list[Number]:
    return [number for number in numbers if number.form is Form.DIGITS]


def _reads_words(language: str) -> bool:
    base = languages.base(language)
    return base in WORDS_READ or base in _HAN_NUMERALS


def _unpaired(
    said: Sequence[Number], translated: Sequence[Number], *, digits_only: bool
) -> tuple[list[Number], list[Number]]:
    """What has no counterpart on the other side: first whole numbers are paired, then what they fall into."""
    missing, added = _pair(said, translated, digits_only=digits_only)
    if not any(number.parts for number in (*missing, *added)):
        return missing, added
    times_on_both = all(any(n.exact_clock for n in side) for side in (missing, added))
    return _pair(
        _taken_apart(missing, times_on_both), _taken_apart(added, times_on_both), digits_only=digits_only
    )


def _taken_apart(numbers: Iterable[Number], times_on_both: bool) -> list[Number]:
    apart: list[Number] = []
    for number in numbers:
        whole = not number.parts or (times_on_both and number.clock)
        apart.extend([number] if whole else number.parts)
    return apart


def _pair(
    said: Sequence[Number], translated: Sequence[Number], *, digits_only: bool
) -> tuple[list[Number], list[Number]]:
    """Numbers with fewer readings choose first."""
    open_numbers = sorted(translated, key=lambda number: (number.form.value, _choices(number)))
    missing: list[Number] = []
    for number in sorted(said, key=lambda number: (number.form.value, _choices(number))):
        for at, other in enumerate(open_numbers):
            if number.agrees(other) or (digits_only and _same_digits(number, other)):
                del open_numbers[at]
                break
        else:
            missing.append(number)
    return missing, open_numbers


def _choices(number: Number) -> int:
    return len(number.readings) + len(number.clock)


def _same_digits(number: Number, other: Number) -> bool:
    return bool({_digits(r) for r in number.readings} & {_digits(r) for r in other.readings})


def _digits(reading: Fraction) -> Fraction:
    while reading and not reading % 10:
        reading /= 10
    while not reading.denominator % 2 or not reading.denominator % 5:
        reading *= 10
    return reading


def _certain(numbers: Iterable[Number], words_read: bool) -> list[Number]:
    """Without hints, and without words that are often something else: "one", "a hundred thanks"."""
    return [
        number
        for number in numbers
        if number.form is Form.DIGITS or (words_read and _is_surely_a_number(number))
    ]


def _is_surely_a_number(number: Number) -> bool:
    """Of one that is written in words."""
    if number.form is not Form.WORDS or _round(number.size):
        return False
    return bool(number.clock) or number.size > 1


def _round(size: Fraction) -> bool:
    """A power of ten from a hundred on."""
    return size >= 100 and str(size).strip("0") == "1"


def _above(numbers: Iterable[Number], limit: int) -> bool:
    return any(number.size > limit for number in numbers)


def _look_alike(gone: Sequence[Number], new: Sequence[Number]) -> bool:
    """Whether one was put in another's place: they are as long, or the one gone is hardly written in words."""
    if any(number.size.denominator != 1 for number in gone):
        return True
    return bool({len(str(number.size)) for number in gone} & {len(str(number.size)) for number in new})


def _may_be_told(number: Number) -> bool:
    """A quarter of an hour is rather said in words: half past ten."""
    return (
        bool(number.clock)
        and not number.readings
        and any(minute % 60 in _QUARTERS for minute in number.clock)
    )
