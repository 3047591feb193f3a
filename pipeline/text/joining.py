"""A recogniser's words put together: their text, and how sure it is of them."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.events import Word
from pipeline.text import languages


def text_of(words: Iterable[Word], language: str) -> str:
    """Writes words one behind the other, with a blank where the engine saw one.

    Where it cannot tell, the language decides. Text of the first words is always the beginning of the text
    of all words.
    """
    text = ""
    for word in words:
        piece = word.text.strip()
        if piece:
            text += (_between(text, piece, word.glued, language) if text else "") + piece
    return text


def confidence_of(words: Iterable[Word]) -> float | None:
    """Mean probability of the words, 0…1; those without one do not count, None where none has one."""
    known = [word.probability for word in words if word.probability is not None]
    return sum(known) / len(known) if known else None


def _between(text: str, piece: str, glued: bool | None, language: str) -> str:
    if glued is None:
        return languages.space_between(text, piece, language)
    return "" if glued else " "
