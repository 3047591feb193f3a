"""Which of Kokoro's voices may be parts of a blend in a language that is not their own.

Decided by measurement: docs/decisions/0016-voices-that-resemble.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pipeline.text.languages import base

_OWN: Final = MappingProxyType(
    {"a": "en", "b": "en", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt", "z": "zh"}
)
"""First letter of a voice's name → its language."""
_GUESTS: Final[Mapping[str, str]] = MappingProxyType({"es": "ab", "fr": "ab", "it": "ab", "pt": "ab"})
"""Language → first letters of the voices that stay understandable in it."""


def may_take_part(voice: str, language: str) -> bool:
    """Whether a voice of Kokoro stays understandable in a language."""
    code, letter = base(language), voice[:1]
    return _OWN.get(letter) == code or letter in _GUESTS.get(code, "")
