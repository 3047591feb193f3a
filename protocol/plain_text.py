"""Text from outside made clean: what cannot be seen, or turns writing around, is not part of it."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_BIDI_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

_NONCHARACTERS: Final = "".join(chr(plane << 16 | end) for plane in range(17) for end in (0xFFFE, 0xFFFF))
_UNSEEN: Final = re.compile(
    f"[{''.join(sorted(_BIDI_OVERRIDES))}{_NONCHARACTERS}"
    "\u00ad\u180e\u200b\u2060\ufeff\ufff9-\ufffb\ufdd0-\ufdef\U000e0000-\U000e007f]"
)


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
    if character.isspace():
        return False
    return unicodedata.category(character) in ("Cc", "Cs", "Co") or bool(_UNSEEN.match(character))


def says_anything(text: str) -> bool:
    """Whether it has a letter or a digit; mere punctuation says nothing."""
    return any(map(str.isalnum, text))
