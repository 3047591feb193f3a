"""Word errors."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NOT_WORD = re.compile(r"[^\w' ]+")


def words_of(text: str) -> list[str]:
    """Words without case and punctuation."""
    return _NOT_WORD.sub(" ", text.casefold()).split()


def word_errors(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Substitutions, insertions and deletions between two word sequences (Levenshtein distance)."""
    row = list(range(len(hypothesis) + 1))
    for number, expected in enumerate(reference, 1):
        previous, row[0] = row[0], number
        for index, got in enumerate(hypothesis, 1):
            previous, row[index] = (
                row[index],
                min(row[index] + 1, row[index - 1] + 1, previous + (expected != got)),
            )
    return row[-1]
