"""Whether what was recognised is the sentence that was to be read, with the tolerance that recognition needs."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Final

LEAST_OF_SENTENCE: Final = 0.6
"""So large a part of the sentence's words has to be there, in order; recognisers get some wrong."""
LEAST_OF_WORD: Final = 0.75
"""So alike has a word of the code to be: one letter in four may differ."""
MOST_MISHEARD: Final = 1
"""So many words of the code may be something else: recognisers mishear one in ten of a poor voice."""


class ReadingFault(StrEnum):
    """What was not read."""

    SENTENCE = "sentence"
    CODE = "code"


def fault_in(heard: str, sentence: str, code: Sequence[str]) -> ReadingFault | None:
    """None where both the sentence and, in their order, the words of its code were read; one of these may be wrong."""
    found, wanted = _words(heard), _words(sentence)
    words = [word for part in code for word in _words(part)]
    if _in_order(found, words) < max(1, len(words) - MOST_MISHEARD):
        return ReadingFault.CODE
    matcher = SequenceMatcher(None, found, wanted, autojunk=False)
    there = sum(block.size for block in matcher.get_matching_blocks())
    return None if there >= LEAST_OF_SENTENCE * len(wanted) else ReadingFault.SENTENCE


def _in_order(found: Sequence[str], code: Sequence[str]) -> int:
    """How many words of the code are there, each behind the one before it."""
    at = count = 0
    for word in code:
        place = next((place for place in range(at, len(found)) if _alike(found[place], word)), None)
        if place is not None:
            at, count = place + 1, count + 1
    return count


def _alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one, other, autojunk=False).ratio() >= LEAST_OF_WORD


def _words(text: str) -> list[str]:
    """Without case, accents and signs."""
    plain = (
        character
        for character in unicodedata.normalize("NFKD", text.casefold())
        if not unicodedata.combining(character)
    )
    return "".join(character if character.isalnum() else " " for character in plain).split()
