"""Words wrong: texts as comparable words, how two of them lie beside each other, and what differs.

Source:
    Word error rate: Levenshtein distance over words by reference words (NIST SCTK). Where a language puts no spaces
    between words, characters are counted instead (character error rate).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from demo.numbers import ordinal, spelt
from pipeline.text.languages import SPACELESS, base

_GROUPED: Final = re.compile(r"(?<![\d.,])\d{1,3}([.,' ])\d{3}(?:\1\d{3})*(?!\d|\1\d)")
"""A whole number with its thousands set apart."""
_NUMBER: Final = re.compile(r"\d+")
_ORDINAL: Final = re.compile(r"\b(\d+)(?:st|nd|rd|th)\b")
_DECIMAL: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_AND: Final = re.compile(r"\b(hundred|thousand) and (?=\w)")
_APOSTROPHES: Final = str.maketrans("’‘ʼ`", "''''")

_ERROR: Final = 1_000_000
"""What an error costs in an alignment; a substitution costs one more, so that of the cheapest the one with most words
in common is taken."""

_POINT: Final = {"en": "point", "es": "coma", "fr": "virgule", "it": "virgola", "pt": "vírgula", "de": "komma",
                 "zh": "点", "ja": "点"}  # fmt: skip
_PERCENT: Final = {"en": "percent", "es": "por ciento", "fr": "pour cent", "it": "per cento", "pt": "por cento",
                   "de": "prozent", "ja": "パーセント"}  # fmt: skip
_SAME: Final = {
    "en": {"ok": "okay", "mr": "mister", "mrs": "missus", "dr": "doctor", "per cent": "percent"},
    "es": {"sr": "señor", "sra": "señora", "dr": "doctor"},
    "fr": {"m": "monsieur", "mme": "madame", "dr": "docteur", "ok": "okay"},
}
"""Two spellings of one word."""


@dataclass(frozen=True, slots=True)
class Errors:
    """What lies between a reference and what was made of it."""

    words: int
    """Of the reference."""
    substituted: int
    deleted: int
    inserted: int

    @property
    def wrong(self) -> int:
        return self.substituted + self.deleted + self.inserted

    @property
    def share(self) -> float:
        """Word error rate; may exceed 1. 0 for an empty reference that stayed empty, 1 where words were invented."""
        return self.wrong / self.words if self.words else float(self.wrong > 0)

    def __add__(self, other: Errors) -> Errors:
        return Errors(
            self.words + other.words,
            self.substituted + other.substituted,
            self.deleted + other.deleted,
            self.inserted + other.inserted,
        )


AlignedPair = tuple[int | None, int | None]
"""Positions in reference and hypothesis that lie beside each other; None where one has nothing."""


def counts_characters(language: str) -> bool:
    """Whether a language is measured in characters."""
    return base(language) in SPACELESS


def words_of(text: str, language: str = "en") -> list[str]:
    """Words without case, punctuation and differences of writing; characters for languages without spaces.

    Numbers become words, so that "20" equals "twenty"; abbreviations such as "Mr." likewise.
    """
    code = base(language)
    text = unicodedata.normalize("NFKC", text).casefold().translate(_APOSTROPHES)
    text = _numbers_as_words(text, code)
    if counts_characters(code):
        return [character for character in text if _belongs_to_a_word(character)]
    same = _SAME.get(code, {})
    words = [same.get(word, word) for word in _plain_words(text)]
    return " ".join(words).replace("per cent", "percent").split() if code == "en" else words


def _plain_words(text: str) -> list[str]:
    """What stands between blanks and signs; apostrophes within a word stay."""
    plain = "".join(sign if _belongs_to_a_word(sign) or sign == "'" else " " for sign in text)
    return [word for part in plain.split() if (word := part.strip("'"))]


def align(reference: Sequence[str], hypothesis: Sequence[str]) -> list[AlignedPair]:
    """The cheapest way to lay two sequences beside each other, with most equal words together."""
    rows = _costs(reference, hypothesis)
    pairs: list[AlignedPair] = []
    left, right = len(reference), len(hypothesis)
    while left or right:
        cost = rows[left][right]
        if (
            left
            and right
            and rows[left - 1][right - 1] + _difference(reference[left - 1], hypothesis[right - 1]) == cost
        ):
            left, right = left - 1, right - 1
            pairs.append((left, right))
        elif left and rows[left - 1][right] + _ERROR == cost:
            left -= 1
            pairs.append((left, None))
        else:
            right -= 1
            pairs.append((None, right))
    return pairs[::-1]


def _costs(reference: Sequence[str], hypothesis: Sequence[str]) -> list[list[int]]:
    """What it costs to lay the first n words of one beside the first m of the other, at [n][m]."""
    rows = [[index * _ERROR for index in range(len(hypothesis) + 1)]]
    for number, expected in enumerate(reference, 1):
        above, row = rows[-1], [number * _ERROR]
        for index, got in enumerate(hypothesis, 1):
            beside = above[index - 1] + _difference(expected, got)
            row.append(min(above[index] + _ERROR, row[-1] + _ERROR, beside))
        rows.append(row)
    return rows


def errors(reference: Sequence[str], hypothesis: Sequence[str]) -> Errors:
    """Counts by the cheapest alignment."""
    pairs = align(reference, hypothesis)
    return Errors(
        words=len(reference),
        substituted=sum(a is not None and b is not None and reference[a] != hypothesis[b] for a, b in pairs),
        deleted=sum(b is None for _, b in pairs),
        inserted=sum(a is None for a, _ in pairs),
    )


def _difference(expected: str, got: str) -> int:
    return 0 if expected == got else _ERROR + 1


def _belongs_to_a_word(sign: str) -> bool:
    return unicodedata.category(sign)[0] in "LMN"  # marks: vowels in Indian scripts, Thai tones


def _numbers_as_words(text: str, code: str) -> str:
    text = _GROUPED.sub(
        lambda match: match[0] if match[1] == " " and code == "en" else _digits(match[0]), text
    )
    if code == "en":
        text = _ORDINAL.sub(lambda match: ordinal(int(match[1])) or match[0], text)
    text = _signs_as_words(text, code)
    space = "" if counts_characters(code) else " "
    text = _NUMBER.sub(lambda match: f"{space}{_spelt(match[0], code)}{space}", text)
    return _AND.sub(r"\1 ", text) if code == "en" else text


def _signs_as_words(text: str, code: str) -> str:
    """The mark of decimals, and per cent."""
    if point := _POINT.get(code):
        text = _DECIMAL.sub(f" {point} ", text)
    if percent := _PERCENT.get(code):
        text = text.replace("%", f" {percent} ")
    return text


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdigit())


def _spelt(digits: str, code: str) -> str:
    if len(digits) > 1 and digits.startswith("0"):  # a telephone number, a minute: digit by digit
        return " ".join(spelt(int(digit), code) or digit for digit in digits)
    return spelt(int(digits), code) or digits
