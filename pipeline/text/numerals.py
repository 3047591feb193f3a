"""Numerals that are letters: Chinese, Japanese, Korean and Roman ones."""

from __future__ import annotations

import re
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
_SMALL: Final = re.compile(f"[{''.join(_CJK_SMALL)}]")
_LARGE: Final = re.compile(f"[{''.join(_CJK_LARGE)}]")
_OTHER: Final = re.compile(rf"[^\d.,{SCALES}]")
_AS_DIGITS: Final = str.maketrans({sign: str(digit) for sign, digit in HAN_DIGITS.items()})
_ROMAN_VALUES: Final = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}


def han_value(text: str) -> Fraction:
    """A numeral of Chinese, Japanese or Korean, digits allowed: 二零二四, 二十五, 1億2000万, 2.5万."""
    text = _OTHER.sub("", text.translate(_AS_DIGITS))
    total = Fraction(0)
    while (large := _LARGE.search(text)) is not None:
        section, unit = _section_value(text[: large.start()]), _CJK_LARGE[large[0]]
        total = total * unit if total and not section else total + (section or 1) * unit
        text = text[large.end() :]
    return total + _section_value(text)


def _section_value(text: str) -> Fraction:
    """What stands before 万 or at the end: 二千五百, 2500."""
    value = Fraction(0)
    *scaled, last = _SMALL.split(text)
    for digits, small in zip(scaled, _SMALL.findall(text), strict=True):
        value += (_plain(digits) if digits else 1) * _CJK_SMALL[small]
    return value + _plain(last)


def _plain(digits: str) -> Fraction:
    """Digits of a numeral with a scale: a single mark before three digits divides thousands here."""
    return max(readings_of(digits.strip(".,")), default=Fraction(0)) if digits.strip(".,") else Fraction(0)


def roman_value(text: str) -> Fraction:
    """What a numeral such as XIX means; `text` has no other letters."""
    values = [_ROMAN_VALUES[letter] for letter in text]
    return Fraction(sum(-v if v < max(values[at:]) else v for at, v in enumerate(values)))
