"""Numerals that are letters: Chinese, Japanese, Korean and Roman ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

from pipeline.text.figures import readings_of

HAN_DIGITS: Final = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2, "兩": 2}
_CJK_SMALL: Final = {"十": 10, "百": 100, "千": 1000, "십": 10, "백": 100, "천": 1000}
_CJK_LARGE: Final = {
    "万": 10**4, "萬": 10**4, "만": 10**4, "亿": 10**8, "億": 10**8, "억": 10**8, "兆": 10**12, "조": 10**12,
}  # fmt: skip
NUMERALS: Final = "".join(c for c in (*HAN_DIGITS, *_CJK_SMALL, *_CJK_LARGE) if c < "\uac00")
SCALES: Final = "".join((*_CJK_SMALL, *_CJK_LARGE))
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def han_value(text: str) -> Fraction:
    """A numeral of Chinese, Japanese or Korean, digits allowed: 二零二四, 二十五, 1億2000万, 2.5万."""
    total = section = Fraction(0)
    digits = ""
    for character in text:
        if character.isdigit() or character in ".,":
            digits += character
        elif character in HAN_DIGITS:
            digits += str(HAN_DIGITS[character])
        elif character in _CJK_SMALL:
            section += (_plain(digits) if digits else 1) * _CJK_SMALL[character]
            digits = ""
        elif character in _CJK_LARGE:
            section += _plain(digits)
            digits = ""
            unit = _CJK_LARGE[character]
            total = total * unit if not section and total else total + (section or 1) * unit
            section = Fraction(0)
    return total + section + _plain(digits)


def _plain(digits: str) -> Fraction:
    """Digits of a numeral with a scale: a single mark before three digits divides thousands here."""
    return max(readings_of(digits.strip(".,")), default=Fraction(0)) if digits.strip(".,") else Fraction(0)


def roman_value(text: str) -> Fraction:
    """What a numeral such as XIX means; `text` has no other letters."""
    values = [_ROMAN_VALUES[letter] for letter in text]
    return Fraction(sum(-v if v < max(values[at:]) else v for at, v in enumerate(values)))
