"""What somebody may wish of hearing beyond one language: read from attributes that may hold anything. Pure."""

from __future__ import annotations

import json
from typing import Final

from protocol.language import hyphenated, is_code
from protocol.likeness import WISHED
from protocol.registers import BY_PITCH, REGISTERS

ORIGINAL: Final = "original"
"""Among the languages somebody hears or reads: whatever is spoken."""

MAX_UNDERSTOOD: Final = 4
"""More codes in one participant's `translator.understands` are not looked at."""

MAX_OVERRIDES: Final = 16
"""More speakers in one participant's `translator.overrides` are not looked at."""

MAX_OVERRIDES_CHARACTERS: Final = 4000
"""A longer attribute is not looked at."""

MAX_IDENTITY_CHARACTERS: Final = 256


def read_understood(value: str) -> frozenset[str]:
    """The languages that somebody understands besides the one that they hear: codes with commas."""
    codes = [code.strip() for code in value.split(",", MAX_UNDERSTOOD)[:MAX_UNDERSTOOD]]
    return frozenset(hyphenated(code) for code in codes if is_code(code))


def read_overrides(value: str) -> tuple[tuple[str, str], ...]:
    """For some speakers a code, or `ORIGINAL`; what is none of it is left out."""
    if not value or len(value) > MAX_OVERRIDES_CHARACTERS:
        return ()
    try:
        chosen = json.loads(value)
    except (ValueError, RecursionError):
        return ()
    if not isinstance(chosen, dict):
        return ()
    return tuple(
        (identity, ORIGINAL if code.casefold() == ORIGINAL else hyphenated(code))
        for identity, code in list(chosen.items())[:MAX_OVERRIDES]
        if 0 < len(identity) <= MAX_IDENTITY_CHARACTERS and isinstance(code, str) and _is_choice(code)
    )


def read_voice(value: str) -> str:
    """A register, `BY_PITCH`, or ""."""
    return value.casefold() if value.casefold() in (*REGISTERS, BY_PITCH) else ""


def wishes_likeness(value: str) -> bool:
    """Whether somebody has said it outright: nothing but the one word is a consent."""
    return value.casefold() == WISHED


def _is_choice(code: str) -> bool:
    return code.casefold() == ORIGINAL or is_code(code)
