"""Text as it is handed to a synthesiser: pronunciations in, what cannot be said out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")
_PHONEME_MARK = re.compile(r"\[\[|\]\]")
_URL = re.compile(r"https?://(?:www\.)?([^\s/?#]+)\S*", re.IGNORECASE)
_SPACES = re.compile(r"\s+")
_SILENT = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "So", "Sk"})
_JOINERS = frozenset("\u200c\u200d")
"""Part of words in several scripts."""
_DEGREES = frozenset("°№©®™")
"""Symbols that are read aloud."""


def speakable(text: str, pronunciations: Mapping[str, str] | None = None) -> str:
    """Text to be read aloud; empty when there is nothing to say.

    Markup, control characters and emoji are left out, never interpreted; addresses are reduced to the host.

    Args:
        pronunciations: written form to spoken form, replaced as whole words whatever their case.
    """
    text = _URL.sub(r"\1", _PHONEME_MARK.sub(" ", _TAG.sub(" ", text)))
    text = "".join(character if _can_be_said(character) else " " for character in text)
    for written, spoken in sorted((pronunciations or {}).items(), key=lambda entry: -len(entry[0])):
        if written:
            pattern = rf"(?<!\w){re.escape(written)}(?!\w)"
            text = re.sub(pattern, lambda _, spoken=spoken: spoken, text, flags=re.IGNORECASE)  # type: ignore[misc]
    text = _SPACES.sub(" ", text).strip()
    return text if any(character.isalnum() or character in "%$€£&@+=" for character in text) else ""


def _can_be_said(character: str) -> bool:
    if character in _JOINERS or character in _DEGREES:
        return True
    return unicodedata.category(character) not in _SILENT
