"""Text from outside made clean: what cannot be seen, or turns writing around, is not part of it."""

from __future__ import annotations

import unicodedata
from typing import Final

_BIDI_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def is_control(character: str) -> bool:
    """Whether text that holds it does more than say something."""
    kind = unicodedata.category(character)
    return character in _BIDI_OVERRIDES or kind == "Cs" or (kind == "Cc" and character not in "\t\n\r")


def clean(text: str) -> str:
    """Text from outside without what cannot be seen or turns writing around; one line, single spaces, NFC.

    Joiners stay: Persian, Hindi and emoji need them.
    """
    kept = "".join(
        " " if character.isspace() else character for character in text if not _invisible(character)
    )
    return " ".join(unicodedata.normalize("NFC", kept).split())


def _invisible(character: str) -> bool:
    kind, point = unicodedata.category(character), ord(character)
    if character.isspace():
        return False
    return (
        kind in ("Cc", "Cs", "Co")
        or character in _BIDI_OVERRIDES
        or point in (0x00AD, 0x180E, 0x200B, 0x2060, 0xFEFF)
        or 0xFFF9 <= point <= 0xFFFB
        or 0xFDD0 <= point <= 0xFDEF
        or point & 0xFFFE == 0xFFFE
        or 0xE0000 <= point <= 0xE007F
    )
