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


class ReadingFault(StrEnum):
    """What was not read."""

    SENTENCE = "sentence"
    CODE = "code"


def fault_in(heard: str, sentence: str, code: Sequence[str]) -> ReadingFault | None:
    """None where both the sentence and, in their order, the words of its code were read."""
    found, wanted = _words(heard), _words(sentence)
    if not _holds(found, [word for part in code for word in _words(part)]):
        return ReadingFault.CODE
    matcher = SequenceMatcher(None, found, wanted, autojunk=False)
    there = sum(block.size for block in matcher.get_matching_blocks())
    return None if there >= LEAST_OF_SENTENCE * len(wanted) else ReadingFault.SENTENCE


def _holds(found: Sequence[str], code: Sequence[str]) -> bool:
    at = 0
    for word in code:
        at = next((place + 1 for place in range(at, len(found)) if _alike(found[place], word)), 0)
        if not at:
            return False
    return True


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
