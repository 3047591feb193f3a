"""Japanese numbers in figures as they are written in words, so that a dictionary reads them with what they count."""

from __future__ import annotations

import re
from typing import Final

CODE: Final = re.compile(r"(?<![\d.,])(?:\d+(?:-\d+)+|\d{9,}|0\d+)(?![\d.,]*\d)")
"""Read figure by figure, in Chinese as well: telephone numbers, account numbers."""

_NUMBER: Final = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_THINGS: Final = (
    "",
    "ひとつ",
    "ふたつ",
    "みっつ",
    "よっつ",
    "いつつ",
    "むっつ",
    "ななつ",
    "やっつ",
    "ここのつ",
)
_DIGITS: Final = "〇一二三四五六七八九"
_MYRIADS: Final = ("", "万", "億", "兆")


def japanese_numbers(text: str) -> str:
    """Numbers in words: "9時" becomes "九時", "4つ" "よっつ".

    "9時" is kuji and "4つ" yottsu, which the readings of 9 and 4 alone do not tell.
    """
    text = CODE.sub(lambda match: spelt(match.group(), "の"), text)
    text = re.sub(r"(?<![\d.,])([1-9])つ", lambda match: _THINGS[int(match[1])], text)
    return _NUMBER.sub(lambda match: _kanji(match.group()), text)


def _kanji(number: str) -> str:
    whole, _, part = number.replace(",", "").partition(".")
    said = _whole(int(whole)) if len(whole) <= 4 * len(_MYRIADS) else spelt(whole, "")
    return f"{said}点{spelt(part, '')}" if part else said


def spelt(figures: str, hyphen: str) -> str:
    """Figure by figure, with a word for the hyphen."""
    return "".join(_DIGITS[int(figure)] if figure.isdecimal() else hyphen for figure in figures)


def _whole(number: int) -> str:
    if not number:
        return "ゼロ"
    said = ""
    for power in reversed(range(len(_MYRIADS))):
        group = number // 10_000**power % 10_000
        if group:
            said += _up_to_9999(group, one_thousand=power > 0) + _MYRIADS[power]
    return said


def _up_to_9999(number: int, *, one_thousand: bool) -> str:
    """As in a reading aloud: no "one" before 10, 100 and 1000, but 一千万."""
    bare = {"千", "百", "十"} - ({"千"} if one_thousand else set())
    said = ""
    for power, unit in ((3, "千"), (2, "百"), (1, "十"), (0, "")):
        digit = number // 10**power % 10
        if digit:
            said += unit if digit == 1 and unit in bare else _DIGITS[digit] + unit
    return said
