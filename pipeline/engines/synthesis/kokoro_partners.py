"""Which of Kokoro's voices may be parts of a blend in a language that is not their own.

Decided by measurement: docs/decisions/0016-voices-that-resemble.md.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from pipeline.engines.synthesis.blends import WHOLE, Blend
from pipeline.text.languages import base

_OWN: Final = MappingProxyType(
    {"a": "en", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt", "z": "zh"}
)
"""First letter of a voice's name → its language."""
_GUESTS: Final = MappingProxyType({"es": WHOLE, "fr": WHOLE // 2, "it": WHOLE, "ja": WHOLE, "pt": WHOLE})
"""Language → how much of a blend may be voices of English; of other languages, and where none is named, nothing."""
_ENGLISH: Final = "ab"


def guest_share(voice: str, language: str) -> int:
    """How many hundredths of a blend that is to be understood in a language a voice may be."""
    code, letter = base(language), voice[:1]
    if _OWN.get(letter) == code:
        return WHOLE
    return _GUESTS.get(code, 0) if letter in _ENGLISH else 0


def stays_understandable(blend: Blend, language: str) -> bool:
    """Whether no more of a blend comes from other languages than the language bears."""
    code = base(language)
    guests = [(voice, share) for voice, share in blend.parts if _OWN.get(voice[:1]) != code]
    return all(guest_share(voice, code) for voice, _ in guests) and (
        sum(share for _, share in guests) <= _GUESTS.get(code, 0)
    )
